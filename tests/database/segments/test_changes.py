from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.connection import get_db_session
from database.copying import copy_rows, encode_rows
from database.owner import owner_session
from database.segments.check import check
from database.segments.compaction import fold_tail
from database.segments.tail import changed, delete_recorded, record_changes
from models.banks import Bank
from tests.database.segments.oracle import store_random_rows
from tests.factories import make_bank, make_transaction
from tests.servers import Database

Values = Mapping[str, Sequence[Any]]
"""The new values of some columns, by transaction."""


def change(session: Session, bank_id: int, columns: tuple[str, ...], values: Values) -> int:
    rows = ([identity, *new] for identity, new in values.items())
    source = copy_rows(session, "transactions", ("transaction_id", *columns), encode_rows(rows))
    return record_changes(session, bank_id, source, columns)


def delete(session: Session, bank_id: int, ids: Sequence[str]) -> int:
    source = copy_rows(session, "transactions", ("transaction_id",), encode_rows([each] for each in ids))
    return delete_recorded(session, bank_id, source)


def new_bank(rows: int = 60) -> Bank:
    with get_db_session() as session:
        bank = make_bank(session)
    store_random_rows(Random(1), bank.code, rows)
    return bank


def agree() -> bool:
    with owner_session(snapshot=True) as owner:
        return check(owner).agree


def in_the_tail(session: Session) -> int:
    return int(session.scalar(text("select coalesce(sum(n), 0) from segment_tail")) or 0)


@pytest.mark.every_postgres
def test_scores_decisions_and_anomalies_of_many_rows_change_with_their_records(committed: Database) -> None:
    bank = new_bank()
    columns = ("fraud_score", "decision", "is_anomaly", "anomaly_type", "model_name")
    with get_db_session([bank.code]) as session:
        values = {f"t{number}": (0.25, "review", True, "amount", "m") for number in range(0, 60, 2)}
        assert change(session, bank.bank_id, columns, values) == 30
        found = session.execute(
            text("select count(*), count(distinct fraud_score) from transactions where model_name = 'm'")
        ).one()
        assert tuple(found) == (30, 1)
    assert agree()


def test_every_recorded_column_can_change(committed: Database) -> None:
    bank = new_bank()
    new: dict[str, Any] = {
        "amount": Decimal("77.7777"),
        "amount_base": Decimal("1.5"),
        "exchange_rate": None,
        "currency": "JPY",
        "country": "a new country",
        "state": None,
        "category": "a new category",
        "channel": "branch",
        "payment_method": "cash",
        "transaction_type": "transfer",
        "is_fraud": True,
        "fraud_type": "mule",
        "fraud_score": 0.9999,
        "decision": "block",
        "is_anomaly": None,
        "anomaly_type": None,
        "timestamp": "2023-01-01 00:00:00+00",
        "customer_id": None,
        "merchant_id": "merchant 1",
    }
    with get_db_session([bank.code]) as session:
        for column, value in new.items():
            assert change(session, bank.bank_id, (column,), {"t7": [value], "t8": [value]}) <= 2
            assert change(session, bank.bank_id, (column,), {"t7": [value], "t8": [value]}) == 0
    assert agree()


def test_only_rows_that_really_changed_are_written_and_only_recorded_columns_recorded(db: Session) -> None:
    bank = make_bank(db)
    for name in ("a", "b"):
        make_transaction(db, bank, name, fraud_score=0.5, decision="review")
    before = in_the_tail(db)
    assert change(db, bank.bank_id, ("fraud_score",), {"a": [0.5], "b": [0.75], "absent": [1]}) == 1
    assert in_the_tail(db) == before + 2
    assert change(db, bank.bank_id, ("fraud_score", "model_name"), {"a": [0.5, "m"], "b": [0.75, "m"]}) == 2
    assert change(db, bank.bank_id, ("anomaly_score",), {"a": [0.5]}) == 1
    assert in_the_tail(db) == before + 2


def test_an_id_that_is_named_twice_changes_once(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, "a", fraud_score=0.5)
    rows = encode_rows([["a", 0.25], ["a", 0.75]])
    source = copy_rows(db, "transactions", ("transaction_id", "fraud_score"), rows)
    before = in_the_tail(db)
    assert record_changes(db, bank.bank_id, source, ("fraud_score",)) == 1
    assert in_the_tail(db) == before + 2


def test_the_rows_of_another_bank_stay(db: Session) -> None:
    bank, other = make_bank(db), make_bank(db)
    make_transaction(db, bank, "same", fraud_score=0.5)
    make_transaction(db, other, "same", fraud_score=0.5)
    assert change(db, bank.bank_id, ("fraud_score",), {"same": [0.75]}) == 1
    assert delete(db, bank.bank_id, ["same"]) == 1
    left = db.execute(text("select bank_id, fraud_score from transactions")).all()
    assert [tuple(row) for row in left] == [(other.bank_id, 0.5)]


@pytest.mark.parametrize(
    "columns", [(), ("ingest_seq",), ("amount_e4",), ("transaction_id",), ("no_column",)]
)
def test_what_names_a_row_or_is_worked_out_cannot_change(columns: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="not to be changed"):
        changed("changes", columns)


def test_deleted_rows_go_with_their_labels_and_records(committed: Database) -> None:
    bank = new_bank()
    with owner_session() as owner:
        fold_tail(owner)
    with get_db_session([bank.code]) as session:
        ids = [f"t{number}" for number in range(30)]
        assert delete(session, bank.bank_id, [*ids, "absent"]) == 30
        assert delete(session, bank.bank_id, ids) == 0
        assert in_the_tail(session) == 30
        assert session.scalar(text("select count(*) from transactions")) == 30
        lost = "select count(*) from fraud_labels where transaction_id = any(:ids)"
        assert session.scalar(text(lost), {"ids": ids}) == 0
    assert agree()


def test_a_deletion_counts_thousands_once(committed: Database) -> None:
    bank = new_bank(3_000)
    with get_db_session([bank.code]) as session:
        assert delete(session, bank.bank_id, [f"t{number}" for number in range(3_000)]) == 3_000
    assert agree()


@pytest.mark.every_postgres
def test_segments_equal_rows_after_writers_changed_the_same_rows_at_once(committed: Database) -> None:
    bank = new_bank()
    start = threading.Barrier(4)

    def write(number: int) -> int:
        chance = Random(number)
        written = 0
        start.wait()
        for _ in range(25):
            chosen = chance.sample(range(60), 20)
            with get_db_session([bank.code]) as session:
                if chance.random() < 0.1:
                    written += delete(session, bank.bank_id, [f"t{each}" for each in chosen[:2]])
                elif chance.random() < 0.5:
                    scores = {f"t{each}": [chance.choice([0.1, 0.2]), "review"] for each in chosen}
                    written += change(session, bank.bank_id, ("fraud_score", "decision"), scores)
                else:
                    labels = {f"t{each}": [chance.choice([True, False, None])] for each in chosen}
                    written += change(session, bank.bank_id, ("is_fraud",), labels)
        return written

    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(write, range(4)))
    assert min(written) > 0
    assert agree()
