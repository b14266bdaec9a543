"""Customers and merchants: found, ranked by risk, and their totals folded from payments."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from dashboard.risk import update_parties
from database.queries import customers, merchants
from models.customers import AccountStatus
from models.errors import ConflictError
from models.risk import RiskCategory
from models.transactions import TransactionType
from tests.factories import NOON, make_bank, make_customer, make_merchant, make_transaction

DAY = timedelta(days=1)


def test_a_customer_is_found_by_id_and_by_address(db: Session) -> None:
    bank, other = make_bank(db), make_bank(db)
    make_customer(db, bank, "c-1", email="Zoe@Example.com", email_key="zoe@example.com", first_name="Zoé")
    make_customer(db, other, "c-1")
    found = customers.by_email(db, " ZOE@example.COM ")
    assert found is not None
    assert (found.customer_id, found.first_name, found.account_status) == ("c-1", "Zoé", AccountStatus.ACTIVE)
    assert customers.by_id(db, "c-1", bank=bank.code) == found
    with pytest.raises(ConflictError):
        customers.by_id(db, "c-1")
    assert customers.by_id(db, "c-2") is None
    assert customers.by_email(db, "") is None


def test_customers_at_risk_begin_with_the_riskiest(db: Session) -> None:
    bank = make_bank(db)
    for score in (0.1, 0.3, 0.69, 0.7, 0.95):
        make_customer(db, bank, f"c-{score}", risk_score=score)
    make_customer(db, bank, "unknown")
    assert [one.customer_id for one in customers.high_risk(db)] == ["c-0.95", "c-0.7"]
    assert [one.customer_id for one in customers.high_risk(db, 0.69, limit=3)] == [
        "c-0.95",
        "c-0.7",
        "c-0.69",
    ]
    of = {c: [one.risk_score for one in customers.by_risk_category(db, c)] for c in RiskCategory}
    assert of == {
        RiskCategory.LOW: [0.1],
        RiskCategory.MEDIUM: [0.69, 0.3],
        RiskCategory.HIGH: [0.95, 0.7],
    }


def test_active_customers_come_page_by_page(db: Session) -> None:
    for _ in range(2):
        bank = make_bank(db)
        for number in range(3):
            make_customer(db, bank, f"c-{number}")
        make_customer(db, bank, "gone", account_status=AccountStatus.CLOSED)
    seen: list[tuple[str, int]] = []
    after = None
    while rows := customers.active(db, limit=2, after=after):
        seen += [(one.customer_id, one.bank_id) for one in rows]
        after = rows[-1]
    assert seen == sorted(seen)
    assert len(set(seen)) == len(seen) == 6


def test_merchants_are_found_by_id_category_and_risk(db: Session) -> None:
    bank = make_bank(db)
    for number, category in enumerate(("grocery", "travel", "travel", "travel")):
        make_merchant(db, bank, f"m-{number}", category=category, risk_score=number / 4)
    found = merchants.by_id(db, "m-1")
    assert found is not None
    first = merchants.by_category(db, "travel", limit=2)
    assert [one.merchant_id for one in first] == ["m-1", "m-2"]
    assert [one.merchant_id for one in merchants.by_category(db, "travel", after=first[-1])] == ["m-3"]
    assert [one.merchant_id for one in merchants.high_risk(db)] == ["m-3"]


def test_totals_are_folded_from_payments_and_again_change_nothing(db: Session) -> None:
    bank = make_bank(db)
    customer, merchant = make_customer(db, bank, "c-1"), make_merchant(db, bank, "m-1")
    both: dict[str, Any] = {"customer": customer, "merchant": merchant}
    make_transaction(db, bank, amount=10, **both)
    make_transaction(db, bank, amount="25.01", timestamp=NOON + DAY, is_fraud=True, **both)
    make_transaction(db, bank, amount=500, transaction_type=TransactionType.CASH_IN, **both)
    make_transaction(db, bank, amount=77, currency="USD", **both)
    make_customer(db, bank, "idle")
    assert customers.update_transaction_stats(db) == 1
    assert merchants.update_transaction_stats(db, ["m-1", "m-2"]) == 1
    who, where = customers.by_id(db, "c-1"), merchants.by_id(db, "m-1")
    assert who is not None
    assert where is not None
    assert (who.transaction_count, who.total_spent, who.avg_transaction_amount, who.fraud_history_count) == (
        4,
        Decimal("35.01"),
        Decimal("17.505"),
        1,
    )
    assert (who.first_seen_at, who.last_seen_at) == (NOON, NOON + DAY)
    assert (where.total_transactions, where.total_revenue, where.fraud_report_count, where.first_seen_at) == (
        4,
        Decimal("35.01"),
        1,
        NOON,
    )
    assert customers.update_transaction_stats(db) == merchants.update_transaction_stats(db) == 0


def test_risk_follows_from_the_newest_ninety_days(db: Session) -> None:
    bank = make_bank(db)
    bad, good = make_customer(db, bank, "bad"), make_customer(db, bank, "good")
    shop, kiosk = make_merchant(db, bank, "shop"), make_merchant(db, bank, "kiosk", category="travel")
    for number in range(40):
        make_transaction(
            db, bank, customer=good, merchant=shop, timestamp=NOON - number * DAY, is_fraud=False
        )
    for number in range(10):
        make_transaction(
            db, bank, customer=bad, merchant=kiosk, timestamp=NOON - number * DAY, is_fraud=number < 2
        )
    make_transaction(db, bank, customer=good, timestamp=NOON - 90 * DAY, is_fraud=True)
    assert update_parties(db) > 0
    # Bank 2/50; bad (2 + 50·0.04) / (10 + 50); good (0 + 50·0.04) / (40 + 50).
    expected = {"bad": (4 / 60) / (4 / 60 + 0.16), "good": (2 / 90) / (2 / 90 + 0.16)}
    for customer_id, score in expected.items():
        found = customers.by_id(db, customer_id)
        assert found is not None
        assert found.risk_score == round(score, 4)
        assert found.risk_category is RiskCategory.LOW
    kiosk_now, shop_now = merchants.by_id(db, "kiosk"), merchants.by_id(db, "shop")
    assert kiosk_now is not None
    assert shop_now is not None
    assert kiosk_now.risk_score is not None
    assert shop_now.risk_score is not None
    assert kiosk_now.risk_score > shop_now.risk_score
    assert update_parties(db) == 0


def test_risk_is_unknown_with_fewer_than_thirty_labels(db: Session) -> None:
    bank = make_bank(db)
    customer = make_customer(db, bank, "c-1", risk_score=0.5, risk_category=RiskCategory.MEDIUM)
    for number in range(29):
        make_transaction(db, bank, customer=customer, is_fraud=number == 0)
    update_parties(db)
    found = customers.by_id(db, "c-1")
    assert found is not None
    assert (found.risk_score, found.risk_category) == (None, None)
