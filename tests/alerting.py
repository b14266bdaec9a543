"""Alerts for tests: an alert about payments that are there, and the people who decide."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from database.queries import alerts
from models.access import Person, Role
from models.alerts import Alert, Severity
from models.banks import Bank
from models.transactions import Transaction
from models.users import User
from tests.factories import make_customer, make_transaction, make_user


def make_alert(session: Session, bank: Bank, *payments: Transaction, **values: Any) -> Alert:
    """An alert about payments, or about one of a customer of its own."""
    if not payments:
        payments = (make_transaction(session, bank, customer=make_customer(session, bank)),)
    first = payments[0]
    given: dict[str, Any] = {
        "severity": Severity.HIGH,
        "fraud_probability": 0.9,
        "expected_loss_e4": 90_000,
        "reason_code": "amount",
        "reason_params": {"amount": "10.00", "currency": "EUR", "usual_e2": 400, "base_currency": "EUR"},
        "customer_id": first.customer_id,
        **{name: value for name, value in values.items() if name not in {"status", "assignee", "created_at"}},
    }
    alert_id = alerts.create(session, bank.bank_id, first.transaction_id, **given)
    assert alert_id is not None
    if payments[1:]:
        alerts.add_transactions(session, bank.bank_id, alert_id, [p.transaction_id for p in payments[1:]])
    found = session.scalars(select(Alert).where(Alert.alert_id == alert_id)).one()
    for name in {"status", "assignee", "created_at"} & set(values):
        setattr(found, name, values[name])
    session.flush()
    return found


def person_of(user: User, *banks: Bank) -> Person:
    codes = tuple(bank.code for bank in banks)
    return Person(user.user_id, user.username, user.full_name, Role(user.role), codes, "en", "light")


def make_person(session: Session, *banks: Bank, role: Role = Role.ANALYST, **values: Any) -> Person:
    return person_of(make_user(session, *banks, role=role, **values), *banks)


def fresh(session: Session, alert: Alert) -> Alert:
    """The alert as it is stored now."""
    session.expire_all()
    found = session.scalars(select(Alert).where(Alert.alert_id == alert.alert_id)).one()
    session.expunge(found)
    return found


def label_of(session: Session, payment: Transaction) -> tuple[bool | None, str | None, str | None]:
    """What a payment's row says of its label."""
    row = session.execute(
        text(
            "select is_fraud, fraud_type, fraud_reason from transactions"
            " where bank_id = :bank and transaction_id = :id"
        ),
        {"bank": payment.bank_id, "id": payment.transaction_id},
    ).one()
    return row.is_fraud, row.fraud_type, row.fraud_reason


def count(session: Session, table: str, where: str = "true") -> int:
    return int(session.scalar(text(f"select count(*) from {table} where {where}")) or 0)
