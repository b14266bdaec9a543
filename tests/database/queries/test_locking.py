"""Writers of payments lock in one order: whoever meets waits, and nobody waits crosswise."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from dashboard.alerts.changes import Decision, Looked
from dashboard.alerts.decisions import decide
from dashboard.enrichment import Work
from dashboard.labels import set_labels
from database.bulk import bulk_insert
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from database.queries import datasets, rates, undoing
from database.queries.labels import Statement
from database.rate_lock import keep_rates
from database.segments.check import check
from models.alerts import AlertStatus
from models.banks import Bank
from models.datasets import DatasetOrigin
from models.errors import NotFoundError
from models.labels import LabelSource
from tests.alerting import make_alert, make_person
from tests.factories import NOON, make_bank, make_customer, make_transaction
from tests.servers import Database

WAITS_S = 10.0
Write = Callable[[], object]


@pytest.fixture
def bank(committed: Database) -> Iterator[Bank]:
    with get_db_session() as session:
        bank = make_bank(session, "acme", base_currency="EUR")
        session.flush()
        session.expunge(bank)
    yield bank
    with owner_session(snapshot=True) as session:
        assert check(session).agree


def row(identity: str, minutes: int, **given: Any) -> dict[str, Any]:
    at = NOON + timedelta(minutes=minutes)
    return {"transaction_id": identity, "timestamp": at, "amount": 5, "customer_id": "c", **given}


def waiting() -> int:
    return int(execute_query("select count(*) as n from pg_locks where not granted")[0]["n"])


def queue_behind(held: str, bank: Bank, *writes: Write) -> list[BaseException]:
    """Let each write begin while one payment is locked, the next one when the last waits; give the errors."""
    errors: list[BaseException] = []

    def do(write: Write) -> None:
        try:
            write()
        except BaseException as error:  # noqa: BLE001 - told by the test
            errors.append(error)

    threads = [threading.Thread(target=do, args=(write,)) for write in writes]
    with get_db_session([bank.code]) as session:
        locked = "select from transactions where bank_id = :bank_id and transaction_id = :held for update"
        session.execute(text(locked), {"bank_id": bank.bank_id, "held": held})
        for number, thread in enumerate(threads, start=1):
            thread.start()
            deadline = time.monotonic() + WAITS_S
            while waiting() < number:
                assert time.monotonic() < deadline, f"write {number} does not wait: {errors}"
                time.sleep(0.02)
    for thread in threads:
        thread.join(timeout=2 * WAITS_S)
        assert not thread.is_alive()
    return errors


def label(bank: Bank, *ids: str) -> Write:
    def write() -> None:
        with get_db_session([bank.code]) as session:
            said = [Statement(identity, is_fraud=True, source=LabelSource.ANALYST) for identity in ids]
            set_labels(session, bank.bank_id, said)

    return write


def undo(bank: Bank, dataset_id: int) -> Write:
    def write() -> None:
        with get_db_session([bank.code]) as session:
            bounds = undoing.ends(session, bank.bank_id, dataset_id)
            assert bounds is not None
            undoing.take(session, bank.bank_id, dataset_id, *bounds, 100)
            undoing.remove(session, bank.bank_id, dataset_id)

    return write


def given_to_a_dataset(session: Session, bank: Bank, *ids: str) -> int:
    dataset_id = datasets.create(session, bank.bank_id, "theirs", origin=DatasetOrigin.IMPORT)
    session.execute(
        text("update transactions set dataset_id = :dataset_id where transaction_id = any(:ids)"),
        {"dataset_id": dataset_id, "ids": list(ids)},
    )
    return dataset_id


def test_enriching_a_late_row_and_labelling_around_it_wait_for_each_other_in_turn(bank: Bank) -> None:
    bulk_insert([row("a", 0)], bank="acme")
    assert Work("acme", bank.bank_id).enrich_chunk()
    bulk_insert([row("b", -30)], bank="acme")  # New, and it changes what stood before "a".
    work = Work("acme", bank.bank_id, enriched_until=NOON)
    assert queue_behind("a", bank, label(bank, "a", "b"), work.enrich_chunk) == []
    found = execute_query("select is_fraud, enriched_at from transactions", banks=["acme"])
    assert all(one["is_fraud"] and one["enriched_at"] for one in found)


def test_an_undo_and_labels_of_what_it_opens_again_wait_for_each_other_in_turn(bank: Bank) -> None:
    bulk_insert([row("a", 0), row("b", 30)], bank="acme")
    with get_db_session(["acme"]) as session:
        dataset_id = given_to_a_dataset(session, bank, "a")
    while Work("acme", bank.bank_id).enrich_chunk():
        pass
    # The undo deletes "a" and opens "b" again, for "a" stood before it.
    errors = queue_behind("a", bank, label(bank, "a", "b"), undo(bank, dataset_id))
    assert errors == []
    found = execute_query("select transaction_id, is_fraud, enriched_at from transactions", banks=["acme"])
    assert found == [{"transaction_id": "b", "is_fraud": True, "enriched_at": None}]


def test_an_undo_and_a_decision_on_its_alert_wait_for_each_other_in_turn(bank: Bank) -> None:
    with get_db_session(["acme"]) as session:
        customer = make_customer(session, bank, "c")
        alert = make_alert(session, bank, make_transaction(session, bank, "a", customer=customer))
        person = make_person(session, bank)
        dataset_id = given_to_a_dataset(session, bank, "a")
        looked = [Looked(alert.alert_id, alert.version)]
    decision = Decision(AlertStatus.CONFIRMED_FRAUD, reason="card_testing")
    errors = queue_behind("a", bank, undo(bank, dataset_id), lambda: decide(person, looked, decision))
    assert [type(error) for error in errors] == [NotFoundError]
    assert execute_query("select 1 from alerts", banks=["acme"]) == []


def test_rates_wait_for_the_rows_that_are_being_converted_by_them(bank: Bank) -> None:
    done = threading.Event()

    def correct() -> None:
        with get_db_session(["acme"]) as session:
            rates.store(session, [b"2024-03-04,USD,EUR,0.5,1\n"], "a correction")
        done.set()

    with get_db_session(["acme"]) as session:
        keep_rates(session, "EUR")
        thread = threading.Thread(target=correct)
        thread.start()
        assert not done.wait(0.3)
    assert done.wait(WAITS_S)
    thread.join()
