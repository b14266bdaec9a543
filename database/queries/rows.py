"""Rows of a selection in an order, page by page from a cursor: what lists and exports read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.queries.listing import Record, listed
from database.queries.selected import where
from database.queries.stored_transaction import Cursor, StoredTransaction
from database.segments.selection import Selection
from models.transactions import Channel, Decision, FraudType, PaymentMethod, Transaction, TransactionType

SORTABLE_ROWS: Final = 100_000
"""Up to this many rows a list may be sorted by what no index holds in order."""


class Order(StrEnum):
    """In which order rows are listed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    SMALLEST = "smallest"
    RISKIEST = "riskiest"
    SAFEST = "safest"


NEEDS_FEW: Final = frozenset({Order.RISKIEST, Order.SAFEST})
"""Orders that no index holds."""


@dataclass(frozen=True, slots=True)
class ListedTransaction:
    """A payment as a line of a list."""

    bank_id: int
    transaction_id: str
    timestamp: datetime
    customer_id: str | None
    merchant_id: str | None
    amount: Decimal
    amount_e4: int
    currency: str
    amount_base: Decimal | None
    amount_base_e4: int | None
    transaction_type: TransactionType
    payment_method: PaymentMethod
    channel: Channel
    category: str | None
    city: str | None
    state: str | None
    country: str | None
    card_masked: str | None
    device_id: str | None
    is_fraud: bool | None
    fraud_type: FraudType | None
    fraud_score: float | None
    model_name: str | None
    decision: Decision | None
    is_anomaly: bool | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list ended: the value that it is sorted by, and the row."""

    value: datetime | int | float | None
    transaction_id: str
    bank_id: int


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside listed rows, by (bank, id): names of parties, and the alert of a payment."""

    customers: Mapping[tuple[int, str], str]
    merchants: Mapping[tuple[int, str], str]
    alerts: Mapping[tuple[int, str], int]


def rows(
    session: Session, selection: Selection, order: Order, *, limit: int, after: Place | None = None
) -> tuple[ListedTransaction, ...]:
    """Return the next rows of a selection; those without the value that is sorted by come last."""
    column, is_falling = _column(selection, order)
    if column == "timestamp":
        return _page(session, ListedTransaction, selection, (column, is_falling), after, limit)
    known: tuple[ListedTransaction, ...] = ()
    if after is None or after.value is not None:
        known = _page(session, ListedTransaction, selection, (column, is_falling), after, limit)
    if len(known) == limit:
        return known
    behind = after if after is not None and after.value is None else None
    rest = _page(session, ListedTransaction, selection, (column, None), behind, limit - len(known))
    return known + rest


def newest_rows(
    session: Session, selection: Selection, *, limit: int, after: Cursor | None = None
) -> tuple[StoredTransaction, ...]:
    """Return the next rows of a selection with all that is stored of them, the newest first."""
    place = None if after is None else Place(after.timestamp, after.transaction_id, after.bank_id)
    return _page(session, StoredTransaction, selection, ("timestamp", True), place, limit)


def place_of(row: ListedTransaction, selection: Selection, order: Order) -> Place:
    """Return where a list continues behind a row."""
    column, _ = _column(selection, order)
    return Place(getattr(row, column), row.transaction_id, row.bank_id)


def _column(selection: Selection, order: Order) -> tuple[str, bool]:
    money = "amount_base_e4" if selection.currency is None else "amount_e4"
    columns = {
        Order.NEWEST: ("timestamp", True),
        Order.OLDEST: ("timestamp", False),
        Order.LARGEST: (money, True),
        Order.SMALLEST: (money, False),
        Order.RISKIEST: ("fraud_score", True),
        Order.SAFEST: ("fraud_score", False),
    }
    return columns[order]


def _page(
    session: Session,
    record: type[Record],
    selection: Selection,
    by: tuple[str, bool | None],
    after: Place | None,
    limit: int,
) -> tuple[Record, ...]:
    """Return rows in the order of a column, falling or rising; None: those that have no value in it."""
    (column, is_falling), condition = by, where(selection)
    tie, beyond = ("desc", "<") if column == "timestamp" and is_falling else ("asc", ">")
    clauses, given = [condition.sql], dict(condition.given)
    identity = f"(t.transaction_id, t.bank_id) {beyond} (:behind_id, :behind_bank)"
    if is_falling is None:
        clauses += [f't."{column}" is null', *([identity] if after else [])]
        order = "t.transaction_id, t.bank_id"
    else:
        sign = "<" if is_falling else ">"
        # An index that falls with its nulls last rises, read backwards, with its nulls first.
        nulls = "" if column == "timestamp" else " nulls last" if is_falling else " nulls first"
        order = f't."{column}"{" desc" if is_falling else ""}{nulls}, t.transaction_id {tie}, t.bank_id {tie}'
        clauses += [f't."{column}" is not null'] if column != "timestamp" else []
        if after is not None:
            value = f't."{column}"'
            clauses.append(f"{value} {sign}= :behind and ({value} {sign} :behind or {identity})")
            given["behind"] = after.value
    if after is not None:
        given |= {"behind_id": after.transaction_id, "behind_bank": after.bank_id}
    return listed(
        session,
        Transaction,
        record,
        " and ".join(clauses),
        order=order,
        limit=limit,
        banks=selection.bank_ids,
        **given,
    )


_MERCHANTS: Final = "select bank_id, merchant_id, name from merchants"
_CUSTOMERS: Final = "select bank_id, customer_id, concat_ws(' ', first_name, last_name) from customers"
_ALERTS: Final = "select bank_id, transaction_id, alert_id from alert_transactions"


def beside(session: Session, found: Iterable[ListedTransaction], *, sees_people: bool) -> Beside:
    """Return what stands beside rows; the names of people only for who may see them."""
    lines = tuple(found)
    people = {(line.bank_id, line.customer_id) for line in lines if line.customer_id and sees_people}
    shops = {(line.bank_id, line.merchant_id) for line in lines if line.merchant_id}
    own = {(line.bank_id, line.transaction_id) for line in lines}
    return Beside(
        _by_key(session, _CUSTOMERS, "customer_id", people),
        _by_key(session, _MERCHANTS, "merchant_id", shops),
        _by_key(session, _ALERTS, "transaction_id", own),
    )


def _by_key(
    session: Session, select: str, column: str, keys: set[tuple[int, str]]
) -> dict[tuple[int, str], Any]:
    if not keys:
        return {}
    wanted = "unnest(cast(:banks as int[]), cast(:ids as text[])) as wanted (bank, id)"
    each = f"({select} where bank_id = bank and {column} = id) found"
    statement = f"select found.* from {wanted} join lateral {each} on true"
    banks, ids = zip(*sorted(keys), strict=True)
    found = session.execute(text(statement), {"banks": list(banks), "ids": list(ids)})
    return {(bank, identity): value for bank, identity, value in found if value}
