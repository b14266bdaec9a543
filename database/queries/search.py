"""What begins with a text: payments, customers, merchants and alerts, a few of each, by index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.connection import bank_ids

MOST: Final = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found: its id in its bank, and what it is called, if it has a name."""

    bank: str
    identity: str
    name: str | None


def _statement(table: str, column: str, name: str, clause: str, order: str) -> str:
    """Return the first rows of each bank that fulfil a clause; each walks its own index."""
    return f"""
select b.code, found.identity, found.name from unnest(cast(:bank_ids as int[])) as scope (bank_id)
join banks b using (bank_id)
cross join lateral (
    select p.{column}::text as identity, {name} as name from {table} p
    where p.bank_id = scope.bank_id and {clause} order by {order} limit :most
) found limit :most"""


_TRANSACTIONS: Final = text(
    _statement("transactions", "transaction_id", "null", "p.transaction_id ^@ :text", "p.transaction_id")
)
_FULL_NAME: Final = "nullif(concat_ws(' ', p.first_name, p.last_name), '')"
_CUSTOMERS: Final = (
    text(_statement("customers", "customer_id", _FULL_NAME, "p.customer_id ^@ :text", "p.customer_id")),
    text(_statement("customers", "customer_id", _FULL_NAME, "p.search_key ^@ :key", "p.search_key")),
)
_MERCHANTS: Final = (
    text(_statement("merchants", "merchant_id", "p.name", "p.search_key ^@ :key", "p.search_key")),
    text(_statement("merchants", "merchant_id", "p.name", "p.merchant_id ^@ :text", "p.merchant_id")),
)
_ALERTS: Final = text(
    _statement("alerts", "alert_id", "p.transaction_id", "p.alert_id = :number", "p.alert_id")
)


def transactions(session: Session, beginning: str) -> tuple[Hit, ...]:
    """Return payments whose id begins so."""
    return _hits(session, (_TRANSACTIONS,), text=beginning)


def customers(session: Session, beginning: str, key: str) -> tuple[Hit, ...]:
    """Return customers whose id or name begins so; for who may see people."""
    return _hits(session, _CUSTOMERS, text=beginning, key=key)


def merchants(session: Session, beginning: str, key: str) -> tuple[Hit, ...]:
    """Return merchants whose name or id begins so."""
    return _hits(session, _MERCHANTS, text=beginning, key=key)


def alerts(session: Session, number: int) -> tuple[Hit, ...]:
    """Return the alert of this number; its name is the payment that opened it."""
    return _hits(session, (_ALERTS,), number=number)


def _hits(session: Session, statements: tuple[object, ...], **given: object) -> tuple[Hit, ...]:
    found: dict[tuple[str, str], Hit] = {}
    values = {**given, "bank_ids": list(bank_ids(session)), "most": MOST}
    for statement in statements:
        for row in session.execute(statement, values):  # type: ignore[call-overload]  # all are `text`
            hit = Hit(*row)
            found.setdefault((hit.bank, hit.identity), hit)
    return tuple(found.values())[:MOST]
