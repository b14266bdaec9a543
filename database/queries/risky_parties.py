"""Customers and merchants by risk, by number, and the bursts of payments that stand out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.queries.selected import where
from database.segments import Party
from database.segments.selection import Selection

BURST: Final = 5
"""Payments of a customer in the hour before another from which on that one is listed; its index knows it."""

_NAMES: Final = {
    "customer": "nullif(concat_ws(' ', p.first_name, p.last_name), '')",
    "merchant": "p.name",
}
_FACTS: Final = {
    "customer": "p.transaction_count, p.fraud_history_count, null as category",
    "merchant": "p.total_transactions, p.fraud_report_count, p.category",
}


@dataclass(frozen=True, slots=True)
class Named:
    """A party as lists name it; without the right to see people a customer's name is None."""

    bank_id: int
    party_id: str
    name: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class RiskyParty:
    """A party with today's risk, its payments and known frauds."""

    party: Named
    risk_score: float
    payments: int
    frauds: int


@dataclass(frozen=True, slots=True)
class Outlier:
    """A payment that came after many others of its customer within an hour; money in base e4."""

    bank_id: int
    transaction_id: str
    customer_id: str | None
    timestamp: datetime
    last_hour: int
    last_hour_e4: int | None
    is_fraud: bool | None


def riskiest(
    session: Session,
    party: Party,
    banks: Sequence[int],
    threshold: float,
    *,
    limit: int,
    sees_people: bool,
) -> tuple[RiskyParty, ...]:
    """Return the parties of some banks from a risk score on, the riskiest first."""
    found = session.execute(
        text(f"""
select p.bank_id, p.{party}_id, {_name(party, sees_people=sees_people)}, p.risk_score, {_FACTS[party]}
from {party}s p
where p.bank_id = any(:banks) and p.risk_score >= :threshold
order by p.risk_score desc, p.{party}_id, p.bank_id
limit :limit
"""),
        {"banks": list(banks), "threshold": threshold, "limit": limit},
    )
    return tuple(
        RiskyParty(Named(bank, identity, name, category), score, payments, frauds)
        for bank, identity, name, score, payments, frauds, category in found
    )


def named(session: Session, party: Party, numbers: Sequence[int], *, sees_people: bool) -> dict[int, Named]:
    """Return the parties behind numbers of records."""
    name, category = _name(party, sees_people=sees_people), "p.category" if party == "merchant" else "null"
    found = session.execute(
        text(
            f"select p.{party}_no, p.bank_id, p.{party}_id, {name}, {category}"
            f" from {party}s p where p.{party}_no = any(:numbers)"
        ),
        {"numbers": list(numbers)},
    )
    return {number: Named(*rest) for number, *rest in found}


def outliers(session: Session, selection: Selection, *, limit: int) -> tuple[Outlier, ...]:
    """Return the payments of a selection with the most of the same customer in the hour before."""
    condition = where(selection)
    given: dict[str, Any] = {**condition.given, "banks": list(selection.bank_ids), "limit": limit}
    found = session.execute(
        text(f"""
select t.bank_id, t.transaction_id, t.customer_id, t."timestamp", t.transactions_last_hour,
    (t.amount_last_hour * 10000)::bigint, t.is_fraud
from transactions t
where t.bank_id = any(:banks) and t.transactions_last_hour >= {BURST} and {condition.sql}
order by t.transactions_last_hour desc, t."timestamp" desc, t.transaction_id
limit :limit
"""),
        given,
    )
    return tuple(Outlier(*row) for row in found)


def _name(party: Party, *, sees_people: bool) -> str:
    return _NAMES[party] if party == "merchant" or sees_people else "null"
