"""Rows for tests: every argument has a default, and a test names only what it is about.

Each function writes its row in the given session at once (in a joined session the new bank joins the
scope). A transaction brings its label, and its record in the tail, which pages read.
"""

from __future__ import annotations

import hashlib
import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from database import scope
from database.segments.tail import record_row
from models.access import Role
from models.banks import Bank
from models.customers import Customer
from models.labels import FraudLabel, LabelSource
from models.merchants import Merchant
from models.transactions import Channel, PaymentMethod, TimeOfDay, Transaction, TransactionType
from models.users import User, UserBank

NOON = datetime(2024, 3, 4, 12, 0, tzinfo=UTC)  # a Monday
_numbers = itertools.count(1)
Row = TypeVar("Row")


def make_bank(session: Session, code: str | None = None, **values: Any) -> Bank:
    number = next(_numbers)
    given = {"name": f"Bank {number}", "base_currency": "EUR", "time_zone": "UTC", **values}
    bank = _stored(session, Bank(code=code or f"bank-{number}", **given))
    if scope.of(session).banks == "all":
        scope.apply(session, session.connection(), timeout_ms=0)
    return bank


def make_user(session: Session, *banks: Bank, role: Role = Role.ANALYST, **values: Any) -> User:
    number = next(_numbers)
    given = {
        "username": f"user-{number}",
        "email": f"user-{number}@example.org",
        "full_name": f"User {number}",
        "password_hash": "no password opens this",
        **values,
    }
    user = _stored(session, User(role=role, **given))
    for bank in banks:
        _stored(session, UserBank(user_id=user.user_id, bank_id=bank.bank_id))
    return user


def make_customer(session: Session, bank: Bank, customer_id: str | None = None, **values: Any) -> Customer:
    return _stored(
        session,
        Customer(bank_id=bank.bank_id, customer_id=customer_id or f"customer-{next(_numbers)}", **values),
    )


def make_merchant(session: Session, bank: Bank, merchant_id: str | None = None, **values: Any) -> Merchant:
    number = next(_numbers)
    given = {
        "name": f"Merchant {number}",
        "search_key": f"merchant {number}",
        "category": "grocery",
        **values,
    }
    return _stored(
        session, Merchant(bank_id=bank.bank_id, merchant_id=merchant_id or f"merchant-{number}", **given)
    )


def make_transaction(
    session: Session,
    bank: Bank,
    transaction_id: str | None = None,
    *,
    customer: Customer | None = None,
    merchant: Merchant | None = None,
    timestamp: datetime = NOON,
    amount: Decimal | str | int = 10,
    currency: str | None = None,
    is_fraud: bool | None = None,
    known_at: datetime | None = None,
    **values: Any,
) -> Transaction:
    """A purchase of 10 at noon on Monday 4 March 2024, in the bank's base currency."""
    identity = transaction_id or f"transaction-{next(_numbers)}"
    local = timestamp.astimezone(ZoneInfo(bank.time_zone))
    own = currency in {None, bank.base_currency}
    given: dict[str, Any] = {
        "customer_id": customer and customer.customer_id,
        "merchant_id": merchant and merchant.merchant_id,
        "category": merchant and merchant.category,
        "amount": Decimal(amount),
        "currency": currency or bank.base_currency,
        "exchange_rate": Decimal(1) if own else None,
        "amount_base": Decimal(amount) if own else None,
        "transaction_type": TransactionType.PURCHASE,
        "payment_method": PaymentMethod.CREDIT_CARD,
        "channel": Channel.POS,
        "local_date": local.date(),
        "hour_of_day": local.hour,
        "day_of_week": local.weekday(),
        "day_of_month": local.day,
        "month": local.month,
        "is_weekend": local.weekday() >= 5,
        "time_of_day_category": tuple(TimeOfDay)[local.hour // 6],
        "content_hash": hashlib.sha256(identity.encode()).digest(),
        **values,
    }
    row = _stored(
        session,
        Transaction(
            bank_id=bank.bank_id, transaction_id=identity, timestamp=timestamp, is_fraud=is_fraud, **given
        ),
    )
    record_row(session, row.bank_id, row.transaction_id)
    if is_fraud is not None:
        make_label(session, row, is_fraud=is_fraud, known_at=known_at, recorded_at=timestamp)
    return row


def make_label(
    session: Session,
    transaction: Transaction,
    *,
    is_fraud: bool | None = True,
    source: LabelSource = LabelSource.IMPORT,
    known_at: datetime | None = None,
    recorded_at: datetime | None = None,
    **values: Any,
) -> FraudLabel:
    """A statement in the history alone: `dashboard.labels.set_label` is what also moves the projection."""
    return _stored(
        session,
        FraudLabel(
            bank_id=transaction.bank_id,
            transaction_id=transaction.transaction_id,
            is_fraud=is_fraud,
            source=source,
            known_at=known_at,
            recorded_at=recorded_at or transaction.timestamp + timedelta(days=1),
            **values,
        ),
    )


def _stored(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row
