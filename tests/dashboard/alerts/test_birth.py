"""The birth of alerts: who gets one, how grave it is, what it says, and that nobody gets two."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dashboard.alerts import birth
from dashboard.alerts.birth import AlertMode, Born, expected_loss_e4, raise_alerts, severity
from dashboard.alerts.reasons import sentence
from database.queries import alerts, banks
from models.alerts import Alert, Severity
from models.banks import Bank
from tests.factories import NOON, make_bank, make_customer, make_transaction


@pytest.fixture
def bank(db: Session) -> Bank:
    return make_bank(db, "acme")


@pytest.fixture(autouse=True)
def _few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(birth, "_AT_ONCE", 2)


def flag(session: Session, bank: Bank, identity: str, score: float = 0.5, **values: Any) -> None:
    decision = "block" if score >= 0.8 else "review"
    make_transaction(session, bank, identity, fraud_score=score, decision=decision, **values)


def born(session: Session) -> dict[str, Alert]:
    session.expire_all()
    return {alert.transaction_id: alert for alert in session.scalars(select(Alert))}


def test_flagged_payments_become_alerts_and_others_do_not(db: Session, bank: Bank) -> None:
    flag(db, bank, "review", 0.3, amount=1_000)
    flag(db, bank, "block", 0.9, amount=1_000)
    make_transaction(db, bank, "approved", fraud_score=0.1, decision="approve")
    make_transaction(db, bank, "not scored", is_fraud=True)
    assert raise_alerts("acme", None) == Born(2, 0)
    found = born(db)
    assert set(found) == {"review", "block"}
    assert (found["block"].fraud_probability, found["block"].expected_loss_e4) == (0.9, 9_000_000)
    assert found["block"].severity is Severity.HIGH
    assert alerts.transactions_of(db, bank.bank_id, found["block"].alert_id) == ("block",)


def test_asked_again_nothing_more_is_raised(db: Session, bank: Bank) -> None:
    for number in range(5):
        flag(db, bank, f"t-{number}")
    assert raise_alerts("acme", None) == Born(5, 0)
    assert raise_alerts("acme", None) == Born(0, 0)
    assert raise_alerts("acme", None, AlertMode.ALL) == Born(0, 0)


def test_recent_is_thirty_days_before_the_newest_row(db: Session, bank: Bank) -> None:
    make_transaction(db, bank, "newest", timestamp=NOON)
    flag(db, bank, "young", timestamp=NOON - timedelta(days=30) + timedelta(seconds=1))
    flag(db, bank, "old", timestamp=NOON - timedelta(days=30))
    assert raise_alerts("acme", None, AlertMode.NONE) == Born(0, 2)
    assert raise_alerts("acme", None, AlertMode.RECENT) == Born(1, 1)
    assert set(born(db)) == {"young"}
    assert raise_alerts("acme", None, AlertMode.ALL) == Born(1, 0)


def test_where_there_are_too_many_those_with_most_at_stake_are_raised(
    db: Session, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(birth, "MOST", 3)
    for amount in (10, 500, 40, 7_000, 3):
        flag(db, bank, f"t-{amount}", amount=amount)
    assert raise_alerts("acme", None) == Born(3, 2)
    assert set(born(db)) == {"t-500", "t-40", "t-7000"}
    assert raise_alerts("acme", None) == Born(0, 2)


def test_a_datasets_alerts_are_of_its_own_rows(db: Session, bank: Bank) -> None:
    numbers = [
        db.scalar(
            text(
                "insert into datasets (bank_id, name, kind, origin)"
                " values (:b, 'd', 'transactions', 'import') returning dataset_id"
            ),
            {"b": bank.bank_id},
        )
        for _ in range(2)
    ]
    flag(db, bank, "own", dataset_id=numbers[0], timestamp=NOON - timedelta(days=100))
    flag(db, bank, "other", dataset_id=numbers[1])
    assert raise_alerts("acme", numbers[0]) == Born(1, 0)
    assert set(born(db)) == {"own"}


def test_an_alert_tells_what_is_normal(db: Session, bank: Bank) -> None:
    customer = make_customer(db, bank)
    for day in range(40):
        moment = NOON - timedelta(days=day + 1)
        make_transaction(db, bank, customer=customer, amount=20 + day % 3, timestamp=moment)
    flag(db, bank, "large", 0.9, customer=customer, amount=4_000, timestamp=NOON)
    raise_alerts("acme", None)
    alert = born(db)["large"]
    assert alert.customer_id == customer.customer_id
    assert sentence(alert.reason_code, alert.reason_params, "en") == (
        "€4,000, where this customer usually spends about €21."
    )


@pytest.mark.parametrize(
    ("loss", "score", "grave"),
    [
        ("99.99", 0.99, Severity.LOW),
        ("100", 0.2, Severity.MEDIUM),
        ("500", 0.2, Severity.HIGH),
        ("2000", 0.2, Severity.CRITICAL),
        (None, 0.49, Severity.LOW),
        (None, 0.5, Severity.MEDIUM),
        (None, 0.8, Severity.HIGH),
        (None, 0.95, Severity.CRITICAL),
    ],
)
def test_severity_follows_the_banks_limits_or_else_the_score(
    db: Session, bank: Bank, loss: str | None, score: float, grave: Severity
) -> None:
    settings = banks.bank_settings(db, bank.code)
    assert severity(None if loss is None else Decimal(loss), score, settings) is grave


def test_money_without_a_rate_has_no_expected_loss(db: Session, bank: Bank) -> None:
    assert expected_loss_e4(0.5, None) == 0
    flag(db, bank, "yen", 0.96, amount=1_000_000, currency="JPY")
    raise_alerts("acme", None)
    assert (born(db)["yen"].expected_loss_e4, born(db)["yen"].severity) == (0, Severity.CRITICAL)


def test_no_label_is_looked_at(db: Session, bank: Bank) -> None:
    for number, is_fraud in enumerate((True, False, None)):
        flag(db, bank, f"t-{number}", is_fraud=is_fraud)
    raise_alerts("acme", None)
    found = born(db).values()
    assert len({(one.severity, one.expected_loss_e4, one.reason_code) for one in found}) == 1
    assert len(found) == 3
