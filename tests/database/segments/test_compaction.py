from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.connection import get_db_session
from database.owner import owner_session
from database.segments.check import check
from database.segments.compaction import FRESH, LOCK, MERGED, Folded, fold_tail, netted
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
