"""Merchants: one, those of a category, those at risk, and their totals."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy.orm import Session

from database.queries import parties
from database.queries.listing import DEFAULT_LIMIT, listed, only
from models.merchants import Merchant
from models.risk import RISK_FROM, RiskCategory

_RISKIEST_FIRST: Final = "t.risk_score desc, t.merchant_id, t.bank_id"


@dataclass(frozen=True, slots=True)
class StoredMerchant:
    """A merchant as the bank knows it."""

    bank_id: int
    merchant_id: str
    merchant_no: int
    name: str
    category: str
    mcc_code: str | None
    city: str | None
    state: str | None
    country: str | None
    latitude: float | None
    longitude: float | None
    risk_score: float | None
    risk_category: RiskCategory | None
    fraud_report_count: int
    total_transactions: int
    total_revenue: Decimal
    avg_transaction_amount: Decimal
    first_seen_at: datetime | None


def by_id(session: Session, merchant_id: str, *, bank: str | None = None) -> StoredMerchant | None:
    """Return the merchant with this id; where two banks of the scope have one, `bank` says whose."""
    where = "t.merchant_id = :merchant_id"
    return only(session, Merchant, StoredMerchant, where, bank=bank, merchant_id=merchant_id)


def by_category(
    session: Session, category: str, *, limit: int = DEFAULT_LIMIT, after: StoredMerchant | None = None
) -> tuple[StoredMerchant, ...]:
    """Return the merchants of a category, by id, page by page."""
    where, order = "t.category = :category", "t.merchant_id, t.bank_id"
    given: dict[str, Any] = {"category": category}
    if after is not None:
        where += " and (t.merchant_id, t.bank_id) > (:id, :bank_id)"
        given |= {"id": after.merchant_id, "bank_id": after.bank_id}
    return listed(session, Merchant, StoredMerchant, where, order=order, limit=limit, **given)


def high_risk(
    session: Session, threshold: float = RISK_FROM[RiskCategory.HIGH], *, limit: int = DEFAULT_LIMIT
) -> tuple[StoredMerchant, ...]:
    """Return the merchants from a score on, the riskiest first."""
    where = "t.risk_score >= :threshold"
    return listed(
        session, Merchant, StoredMerchant, where, order=_RISKIEST_FIRST, limit=limit, threshold=threshold
    )


def update_transaction_stats(session: Session, ids: Collection[str] | None = None) -> int:
    """Fold payments into counts and sums of the scope's merchants, or of these; return how many changed.

    Risk follows from `dashboard.risk`, which knows its formula.
    """
    return parties.update_totals(session, "merchant", ids)
