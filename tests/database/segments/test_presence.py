from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from database.connection import get_db_session, read_only
from database.owner import owner_session
from database.segments import data_version, extent, values
from database.segments.compaction import fold_tail
from database.segments.pack import RECORDED_COLUMNS
from database.segments.tail import record_deleted
from models.banks import Bank
from tests.factories import NOON, make_bank, make_transaction
from tests.servers import Database


@pytest.fixture
def banks(committed: Database) -> tuple[Bank, Bank]:
    with get_db_session() as session:
        one, other = make_bank(session), make_bank(session)
    for bank, categories in ((one, ["food", "food", "fuel", None]), (other, ["travel"])):
        with get_db_session([bank.code]) as session:
            for number, category in enumerate(categories):
                moment = NOON + timedelta(days=40 * number + bank.bank_id, seconds=7)
                make_transaction(session, bank, timestamp=moment, category=category)
    return one, other


@pytest.mark.every_postgres
def test_the_extent_is_that_of_the_scope(banks: tuple[Bank, Bank]) -> None:
    one, other = banks
    first = NOON + timedelta(days=one.bank_id, seconds=7)
    with read_only([one.code]) as session:
        assert extent(session) == (first, first + timedelta(days=120))
    with read_only([other.code]) as session:
        assert extent(session) == (first + timedelta(days=1), first + timedelta(days=1))
    with get_db_session() as session:
        empty = make_bank(session)
    with read_only([empty.code]) as session:
        assert extent(session) is None


def test_the_values_are_those_of_the_scope_most_rows_first(banks: tuple[Bank, Bank]) -> None:
    one, other = banks
    for _ in range(2):
        with read_only([one.code]) as session:
            assert values(session, "category") == ["food", "", "fuel"]
            assert values(session, "channel") == ["pos"]
        with read_only([other.code]) as session:
            assert values(session, "category") == ["travel"]
        with owner_session() as owner:
            fold_tail(owner)


def test_a_value_whose_rows_are_gone_is_gone(banks: tuple[Bank, Bank]) -> None:
    one, _ = banks
    with owner_session() as owner:
        fold_tail(owner)
    with get_db_session([one.code]) as session:
        gone = f"delete from transactions where category = 'food' returning {RECORDED_COLUMNS}"
        session.execute(text(f"with gone as ({gone}) {record_deleted('gone')}"))
    with read_only([one.code]) as session:
        assert values(session, "category") == ["", "fuel"]


def test_the_version_changes_with_each_commit_that_the_scope_sees(banks: tuple[Bank, Bank]) -> None:
    one, other = banks

    def version(bank: Bank) -> str:
        with read_only([bank.code]) as session:
            return data_version(session)

    before = version(one), version(other)
    assert before == (version(one), version(other))
    with get_db_session([one.code]) as session:
        make_transaction(session, one)
    assert version(one) != before[0]
    assert version(other) == before[1]


def test_the_version_of_some_banks_of_the_scope_is_theirs_alone(banks: tuple[Bank, Bank]) -> None:
    one, other = banks

    def version(*asked: Bank) -> str:
        with read_only("all") as session:
            return data_version(session, [bank.bank_id for bank in asked])

    before = version(one), version(other), version(one, other)
    with get_db_session([one.code]) as session:
        make_transaction(session, one)
    after = version(one), version(other), version(one, other)
    assert [mine != then for mine, then in zip(after, before, strict=True)] == [True, False, True]
