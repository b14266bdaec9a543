"""Customers: one, those at risk, those who are active, and their totals."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from sqlalchemy.orm import Session

from database.queries import parties
from database.queries.listing import DEFAULT_LIMIT, listed, only
from models.customers import AccountStatus, Customer
from models.risk import RISK_FROM, RiskCategory

_RISKIEST_FIRST: Final = "t.risk_score desc, t.customer_id, t.bank_id"


@dataclass(frozen=True, slots=True)
class StoredCustomer:
    """A customer as the bank knows them: personal data, for those who may see it."""

    bank_id: int
    customer_id: str
    customer_no: int
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    date_of_birth: date | None
    age: int | None
    gender: str | None
    occupation: str | None
    income_level: str | None
    street: str | None
    city: str | None
    state: str | None
    country: str | None
    zip_code: str | None
    latitude: float | None
    longitude: float | None
    account_created: datetime | None
    account_status: AccountStatus
    credit_score: int | None
    avg_transaction_amount: Decimal
    transaction_count: int
    total_spent: Decimal
    fraud_history_count: int
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    risk_score: float | None
    risk_category: RiskCategory | None


def by_id(session: Session, customer_id: str, *, bank: str | None = None) -> StoredCustomer | None:
    """Return the customer with this id; where two banks of the scope have one, `bank` says whose."""
    where = "t.customer_id = :customer_id"
    return only(session, Customer, StoredCustomer, where, bank=bank, customer_id=customer_id)


def by_email(session: Session, email: str, *, bank: str | None = None) -> StoredCustomer | None:
    """Return the customer with this address, whatever its letter case."""
    where = "t.email_key = :email_key"
    return only(session, Customer, StoredCustomer, where, bank=bank, email_key=email.strip().casefold())


def by_risk_category(
    session: Session, category: RiskCategory, *, limit: int = DEFAULT_LIMIT
) -> tuple[StoredCustomer, ...]:
    """Return the customers of a risk category, the riskiest first."""
    least, below = parties.score_range(category)
    where = "t.risk_score >= :from_score and t.risk_score < :below"
    return listed(
        session,
        Customer,
        StoredCustomer,
        where,
        order=_RISKIEST_FIRST,
        limit=limit,
        from_score=least,
        below=below,
    )


def high_risk(
    session: Session, threshold: float = RISK_FROM[RiskCategory.HIGH], *, limit: int = DEFAULT_LIMIT
) -> tuple[StoredCustomer, ...]:
    """Return the customers from a score on, the riskiest first."""
    where = "t.risk_score >= :threshold"
    return listed(
        session, Customer, StoredCustomer, where, order=_RISKIEST_FIRST, limit=limit, threshold=threshold
    )


def active(
    session: Session, *, limit: int = DEFAULT_LIMIT, after: StoredCustomer | None = None
) -> tuple[StoredCustomer, ...]:
    """Return the customers whose account is active, by id, page by page."""
    where, order = "t.account_status = 'active'", "t.customer_id, t.bank_id"
    if after is None:
        return listed(session, Customer, StoredCustomer, where, order=order, limit=limit)
    behind = "t.customer_id >= :id and (t.customer_id, t.bank_id) > (:id, :bank_id)"
    return listed(
        session,
        Customer,
        StoredCustomer,
        f"{where} and {behind}",
        order=order,
        limit=limit,
        id=after.customer_id,
        bank_id=after.bank_id,
    )


def update_transaction_stats(session: Session, ids: Collection[str] | None = None) -> int:
    """Fold payments into counts and sums of the scope's customers, or of these; return how many changed.

    Risk follows from `dashboard.risk`, which knows its formula.
    """
    return parties.update_totals(session, "customer", ids)
