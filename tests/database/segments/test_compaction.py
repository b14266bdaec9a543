from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.connection import get_db_session
from database.owner import owner_session
from database.segments.check import check
from database.segments.compaction import (
    FRESH,
    LOCK,
    MERGED,
    SMALL_YEAR,
    Folded,
    fold_tail,
    merge_small_years,
    netted,
)
from database.segments.record import RECORD, Records
from database.segments.tail import relabel
from models.banks import Bank
from tests.factories import NOON, make_bank, make_transaction
from tests.servers import Database


def records(*values: tuple[int, int, int, int]) -> Records:
    """Records of (ingest_seq, minute, label, sign)."""
    found = np.zeros(len(values), RECORD)
    for name, column in zip(
        ("ingest_seq", "minute", "label", "sign"), zip(*values, strict=True), strict=True
    ):
        found[name] = column
    return found


def test_records_that_take_each_other_back_are_gone_and_the_rest_is_sorted() -> None:
    given = records(
        (1, 50, 0, 1), (2, 40, 1, 1), (1, 50, 0, -1), (1, 50, 2, 1), (3, 30, 0, 1), (3, 30, 0, -1)
    )
    assert netted(given)[["ingest_seq", "minute", "label", "sign"]].tolist() == [(2, 40, 1, 1), (1, 50, 2, 1)]


def test_a_record_whose_first_is_elsewhere_stays_negative() -> None:
    kept = netted(records((1, 50, 0, -1), (1, 50, 2, 1)))
    assert sorted(kept[["label", "sign"]].tolist()) == [(0, -1), (2, 1)]


def test_a_label_that_changes_to_and_fro_leaves_one_record() -> None:
    steps = [(1, 50, 1, 1), (1, 50, 1, -1), (1, 50, 2, 1), (1, 50, 2, -1), (1, 50, 1, 1)]
    assert netted(records(*steps))[["label", "sign"]].tolist() == [(1, 1)]


def store(bank: Bank, *moments: datetime) -> None:
    with get_db_session([bank.code]) as session:
        for moment in moments:
            make_transaction(session, bank, timestamp=moment, is_fraud=False)


def new_bank() -> Bank:
    with get_db_session() as session:
        return make_bank(session)


def fold() -> Folded:
    with owner_session() as owner:
        return fold_tail(owner)


def sealed(owner: Session) -> list[tuple[int, int, int]]:
    rows = owner.execute(text("select bank_id, n, level from segments order by seg_id"))
    return [(row.bank_id, row.n, row.level) for row in rows]


@pytest.mark.every_postgres
def test_a_fold_makes_a_segment_a_bank_and_month_and_empties_the_tail(committed: Database) -> None:
    one, other = new_bank(), new_bank()
    end = datetime(2024, 3, 31, 23, 59, 59, tzinfo=UTC)
    store(one, NOON, end, end + timedelta(seconds=1))
    store(other, NOON)
    assert fold() == Folded(records=4, segments=3)
    with owner_session() as owner:
        assert sealed(owner) == [(one.bank_id, 2, FRESH), (one.bank_id, 1, FRESH), (other.bank_id, 1, FRESH)]
        assert owner.scalar(text("select count(*) from segment_tail")) == 0
    assert fold() == Folded()


def test_eight_small_segments_become_one_with_the_big_one(committed: Database) -> None:
    bank = new_bank()
    for number in range(9):
        store(bank, NOON + timedelta(minutes=number))
        fold()
    with owner_session() as owner:
        assert sealed(owner) == [(bank.bank_id, 9, MERGED)]
        assert check(owner).agree


def test_a_big_segment_is_left_alone_until_the_small_ones_are_a_tenth_of_it(committed: Database) -> None:
    bank = new_bank()
    store(bank, *(NOON + timedelta(minutes=number) for number in range(100)))
    fold()
    for number in range(8):
        store(bank, NOON + timedelta(hours=number))
        fold()
    with owner_session() as owner:
        assert sealed(owner) == [(bank.bank_id, 100, FRESH), (bank.bank_id, 8, MERGED)]
        assert check(owner).agree


def test_changed_labels_cancel_when_segments_merge(committed: Database) -> None:
    bank = new_bank()
    store(bank, NOON)
    everything = (
        "(select bank_id, transaction_id, not is_fraud as is_fraud, fraud_type, fraud_reason"
        " from transactions) changed"
    )
    for _ in range(8):
        fold()
        with get_db_session([bank.code]) as session:
            session.execute(text(relabel(everything)))
    fold()
    with owner_session() as owner:
        assert sealed(owner) == [(bank.bank_id, 1, MERGED)]
        assert check(owner).agree


def test_a_long_tail_is_taken_in_pieces(committed: Database) -> None:
    bank = new_bank()
    store(bank, *(NOON + timedelta(minutes=number) for number in range(10)))
    with owner_session() as owner:
        assert fold_tail(owner, at_once=4) == Folded(records=4, segments=1, more=True)
    with owner_session() as owner:
        assert check(owner).agree


def test_a_second_fold_at_the_same_time_does_nothing(committed: Database) -> None:
    store(new_bank(), NOON)
    with owner_session() as first:
        first.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
        assert fold() == Folded()
    assert fold() == Folded(records=1, segments=1)


def months(year: int, *numbers: int) -> list[datetime]:
    return [datetime(year, number, 28, 12, tzinfo=UTC) for number in numbers]


def merge_years() -> int:
    with owner_session() as owner:
        return merge_small_years(owner)


@pytest.mark.every_postgres
def test_a_small_banks_old_months_become_years(committed: Database) -> None:
    bank, young = new_bank(), new_bank()
    store(bank, *months(2022, *range(1, 13)), *months(2023, 1, 12), *months(2024, 1, 2, 3, 5))
    store(young, *months(2022, 11, 12), *months(2023, 1, 2))
    fold()
    assert merge_years() == 2
    with owner_session() as owner:
        merged = [one for one in sealed(owner) if one[2] == MERGED]
        assert merged == [(bank.bank_id, 12, MERGED), (bank.bank_id, 2, MERGED)]
        assert check(owner).agree
    assert merge_years() == 0


def test_late_rows_of_a_merged_year_join_it_once_they_are_a_tenth(committed: Database) -> None:
    bank = new_bank()
    store(bank, *months(2022, *range(1, 13)) * 3, *months(2024, 5))
    fold()
    assert merge_years() == 1
    for expected in ([36, 1, 1], [36, 2, 1], [36, 3, 1], [40, 1]):
        store(bank, *months(2022, 7))
        fold()
        merge_years()
        with owner_session() as owner:
            assert sorted((n for _, n, _ in sealed(owner)), reverse=True) == expected
            assert check(owner).agree


def test_labels_that_changed_in_a_merged_year_are_netted_with_it(committed: Database) -> None:
    bank = new_bank()
    store(bank, *months(2022, *range(1, 13)), *months(2024, 5))
    fold()
    assert merge_years() == 1
    everything = (
        "(select bank_id, transaction_id, true as is_fraud, fraud_type, fraud_reason"
        " from transactions) changed"
    )
    with get_db_session([bank.code]) as session:
        session.execute(text(relabel(everything)))
    fold()
    assert merge_years() == 1
    with owner_session() as owner:
        assert [n for _, n, _ in sealed(owner) if n > 2] == [12]
        assert check(owner).agree


def test_a_large_year_stays_in_months(committed: Database) -> None:
    bank = new_bank()
    store(bank, *months(2022, 1, 2), *months(2024, 5))
    fold()
    with owner_session() as owner:
        grow = "update segments set n = :n, data = convert_to(repeat('x', 56 * :n), 'UTF8') where m_lo < :m"
        until = int(datetime(2022, 1, 30, tzinfo=UTC).timestamp()) // 60
        owner.execute(text(grow), {"n": SMALL_YEAR, "m": until})
    assert merge_years() == 0
