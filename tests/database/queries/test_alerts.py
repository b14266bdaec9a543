"""Alerts: opened once a payment, listed by what is at stake, moved under a lock."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from database.connection import get_db_session, read_only
from database.queries import alerts
from models.alerts import AlertStatus, Severity
from models.banks import Bank
from models.errors import NotFoundError
from tests.factories import NOON, make_bank, make_customer, make_transaction
from tests.servers import Database


def opened(
    db: Session, bank: Bank, number: int, *, loss: int = 100, severity: Severity = Severity.LOW
) -> int:
    make_transaction(db, bank, f"t-{number}")
    made = alerts.create(
        db,
        bank.bank_id,
        f"t-{number}",
        severity=severity,
        fraud_probability=0.12344,
        expected_loss_e4=loss,
        reason_code="amount",
        reason_params={"times": 9},
    )
    assert made is not None
    return made


def test_an_alert_is_opened_with_its_payment(db: Session) -> None:
    bank = make_bank(db)
    number = opened(db, bank, 1)
    found = alerts.by_id(db, number)
    assert found is not None
    assert (found.status, found.version, found.fraud_probability) == (AlertStatus.NEW, 1, 0.1234)
    assert found.reason_params == {"times": 9}
    assert alerts.of_transaction(db, bank.bank_id, "t-1") == found
    assert alerts.transactions_of(db, bank.bank_id, number) == ("t-1",)
    assert alerts.by_id(db, number + 1) is None


def test_a_payment_is_in_at_most_one_alert(db: Session) -> None:
    bank = make_bank(db)
    first = opened(db, bank, 1)
    make_transaction(db, bank, "t-2")
    alerts.add_transactions(db, bank.bank_id, first, ["t-2"])
    again = alerts.create(
        db,
        bank.bank_id,
        "t-2",
        severity=Severity.LOW,
        fraud_probability=0.5,
        expected_loss_e4=1,
        reason_code="amount",
    )
    assert again is None
    assert alerts.transactions_of(db, bank.bank_id, first) == ("t-1", "t-2")


def test_alerts_opened_at_once_about_one_payment_are_one(committed: Database) -> None:
    with get_db_session() as session:
        bank = make_bank(session)
    with get_db_session([bank.code]) as session:
        make_transaction(session, bank, "t-1")

    def open_it(_: int) -> int | None:
        with get_db_session([bank.code]) as session:
            return alerts.create(
                session,
                bank.bank_id,
                "t-1",
                severity=Severity.HIGH,
                fraud_probability=0.9,
                expected_loss_e4=1,
                reason_code="amount",
            )

    with ThreadPoolExecutor(6) as pool:
        made = [number for number in pool.map(open_it, range(12)) if number is not None]
    assert len(made) == 1
    with read_only([bank.code]) as session:
        assert sum(alerts.counts(session).values()) == 1


def test_the_most_at_stake_comes_first_page_by_page(db: Session) -> None:
    for _ in range(2):
        bank = make_bank(db)
        for number, loss in enumerate((100, 300, 300, 200)):
            opened(db, bank, number, loss=loss)
    seen: list[int] = []
    losses: list[int] = []
    after = None
    while rows := alerts.by_status(db, limit=3, after=after):
        seen += [alert.alert_id for alert in rows]
        losses += [alert.expected_loss_e4 for alert in rows]
        after = rows[-1]
    assert losses == [300] * 4 + [200] * 2 + [100] * 2
    assert len(set(seen)) == 8


def test_alerts_of_a_customer_and_counts_by_status(db: Session) -> None:
    bank = make_bank(db)
    customer = make_customer(db, bank, "c-1")
    make_transaction(db, bank, "t-9", customer=customer)
    alerts.create(
        db,
        bank.bank_id,
        "t-9",
        severity=Severity.HIGH,
        fraud_probability=0.9,
        expected_loss_e4=5,
        reason_code="amount",
        customer_id="c-1",
    )
    opened(db, bank, 1)
    assert [alert.transaction_id for alert in alerts.by_customer(db, "c-1")] == ["t-9"]
    assert alerts.counts(db) == {
        (AlertStatus.NEW, Severity.HIGH): 1,
        (AlertStatus.NEW, Severity.LOW): 1,
    }


def test_a_move_is_made_under_a_lock_and_leaves_its_event(db: Session) -> None:
    bank = make_bank(db)
    number = opened(db, bank, 1)
    alert = alerts.locked(db, number)
    db.add(alert.move_to(AlertStatus.FALSE_POSITIVE, by=None, at=NOON, reason="known_device"))
    db.flush()
    found = alerts.by_id(db, number)
    assert found is not None
    assert (found.status, found.version, found.closed_at) == (AlertStatus.FALSE_POSITIVE, 2, NOON)
    (event,) = alerts.events_of(db, bank.bank_id, number)
    assert (event.from_status, event.to_status, event.reason) == (
        AlertStatus.NEW,
        AlertStatus.FALSE_POSITIVE,
        "known_device",
    )
    with pytest.raises(NotFoundError):
        alerts.locked(db, number + 1)
