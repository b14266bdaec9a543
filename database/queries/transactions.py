"""Payments: one, some of them in the order of an index, their figures over a range, and new ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.bulk import insert_transactions
from database.connection import bank_ids
from database.queries.listing import DEFAULT_LIMIT, listed, only
from database.queries.stored_transaction import Cursor, StoredTransaction
from database.queries.volume import VOLUME
from models.errors import ConflictError
from models.messages import N_
from models.transactions import Transaction
from models.units import E4

HIGH_VALUE_SHARE: Final = 0.99
HIGH_VALUE_DAYS: Final = 90
_NEWEST_FIRST: Final = 't."timestamp" desc, t.transaction_id desc, t.bank_id desc'
_LARGEST_BASE_FIRST: Final = "t.amount_base_e4 desc nulls last, t.transaction_id, t.bank_id"
_LARGEST_FIRST: Final = "t.amount_e4 desc, t.transaction_id, t.bank_id"


@dataclass(frozen=True, slots=True)
class Statistics:
    """Figures of a range. Money is in base units over payments that leave the payer's account.

    `currency` and all money are None where the banks have different base currencies. `unconverted` rows
    have no rate and are in no sum. `anomalies` is None where nothing was analysed: that is not 0.
    """

    count: int
    labelled: int
    frauds: int
    anomalies: int | None
    currency: str | None
    total: Decimal | None
    average: Decimal | None
    smallest: Decimal | None
    largest: Decimal | None
    unconverted: int

    @property
    def fraud_rate(self) -> float | None:
        """Frauds among the labelled rows; None without labels."""
        return self.frauds / self.labelled if self.labelled else None


def by_id(session: Session, transaction_id: str, *, bank: str | None = None) -> StoredTransaction | None:
    """Return the payment with this id; where two banks of the scope have one, `bank` says whose."""
    where = "t.transaction_id = :transaction_id"
    return only(session, Transaction, StoredTransaction, where, bank=bank, transaction_id=transaction_id)


def by_customer(
    session: Session, customer_id: str, *, limit: int = DEFAULT_LIMIT, after: Cursor | None = None
) -> tuple[StoredTransaction, ...]:
    """Return a customer's payments, the newest first."""
    return _newest(session, "t.customer_id = :id", after, limit, id=customer_id)


def by_merchant(
    session: Session, merchant_id: str, *, limit: int = DEFAULT_LIMIT, after: Cursor | None = None
) -> tuple[StoredTransaction, ...]:
    """Return a merchant's payments, the newest first."""
    return _newest(session, "t.merchant_id = :id", after, limit, id=merchant_id)


def by_date_range(
    session: Session,
    since: datetime,
    until: datetime,
    *,
    limit: int = DEFAULT_LIMIT,
    after: Cursor | None = None,
) -> tuple[StoredTransaction, ...]:
    """Return the payments with since ≤ timestamp < until, the newest first."""
    return _newest(session, _RANGE, after, limit, since=since, until=until)


def page(
    session: Session, *, limit: int = DEFAULT_LIMIT, after: Cursor | None = None
) -> tuple[StoredTransaction, ...]:
    """Return all payments page by page, the newest first: the next page begins at the last row's cursor."""
    return _newest(session, "true", after, limit)


def by_amount_range(
    session: Session,
    least: Decimal,
    most: Decimal,
    *,
    currency: str | None = None,
    limit: int = DEFAULT_LIMIT,
) -> tuple[StoredTransaction, ...]:
    """Return the payments of least ≤ amount ≤ most, the largest first: in one currency or in base units."""
    bounds: dict[str, Any] = {"from_e4": _e4(least), "to_e4": _e4(most)}
    where, order = "t.amount_base_e4 between :from_e4 and :to_e4", _LARGEST_BASE_FIRST
    if currency is not None:
        where, order = "t.currency = :currency and t.amount_e4 between :from_e4 and :to_e4", _LARGEST_FIRST
        bounds["currency"] = currency
    return listed(session, Transaction, StoredTransaction, where, order=order, limit=limit, **bounds)


def frauds(
    session: Session,
    since: datetime,
    until: datetime,
    *,
    limit: int = DEFAULT_LIMIT,
    after: Cursor | None = None,
) -> tuple[StoredTransaction, ...]:
    """Return the payments of a range that are labelled as fraud, the newest first."""
    return _newest(session, f"t.is_fraud and {_RANGE}", after, limit, since=since, until=until)


def anomalies(
    session: Session,
    since: datetime,
    until: datetime,
    *,
    limit: int = DEFAULT_LIMIT,
    after: Cursor | None = None,
) -> tuple[StoredTransaction, ...]:
    """Return the payments of a range that a detector found unusual, the newest first."""
    return _newest(session, f"t.is_anomaly and {_RANGE}", after, limit, since=since, until=until)


def high_value(
    session: Session, threshold: Decimal | None = None, *, limit: int = DEFAULT_LIMIT
) -> tuple[StoredTransaction, ...]:
    """Return the largest payments in base units, from a threshold on, else from each bank's own."""
    if threshold is None:
        limits = high_value_thresholds(session)
    else:
        limits = dict.fromkeys(bank_ids(session), threshold)
    e4 = {bank_id: _e4(amount) for bank_id, amount in limits.items() if amount is not None}
    where, order = "t.amount_base_e4 >= scope.least", _LARGEST_BASE_FIRST
    return listed(session, Transaction, StoredTransaction, where, order=order, limit=limit, least=e4)


_THRESHOLDS = text("""
select b.bank_id, coalesce(b.high_value_threshold, p99.amount)
from banks b
left join lateral (
    select max("timestamp") as at from transactions t where t.bank_id = b.bank_id
) newest on true
left join lateral (
    select percentile_disc(:share) within group (order by t.amount_base_e4) / 10000.0 as amount
    from transactions t
    where b.high_value_threshold is null and t.bank_id = b.bank_id
        and t."timestamp" > newest.at - make_interval(days => :days)
) p99 on true
where b.bank_id = any(:bank_ids)
""")


def high_value_thresholds(session: Session) -> dict[int, Decimal | None]:
    """Return each bank's limit: its setting, else the 99th percentile of its newest 90 days."""
    given = {"share": HIGH_VALUE_SHARE, "days": HIGH_VALUE_DAYS, "bank_ids": list(bank_ids(session))}
    return {bank_id: amount for bank_id, amount in session.execute(_THRESHOLDS, given)}  # noqa: C416


def count(session: Session, since: datetime | None = None, until: datetime | None = None) -> int:
    """Return how many payments the scope's banks have, of a range if it is given."""
    clauses = ["t.bank_id = any(:bank_ids)"]
    clauses += ['t."timestamp" >= :since'] if since else []
    clauses += ['t."timestamp" < :until'] if until else []
    given = {"bank_ids": list(bank_ids(session)), "since": since, "until": until}
    statement = text(f"select count(*) from transactions t where {' and '.join(clauses)}")
    return int(session.execute(statement, given).scalar_one())


_STATISTICS: Final = text(f"""
select count(*) as rows, count(is_fraud) as labelled, count(*) filter (where is_fraud) as frauds,
    case when count(is_anomaly) > 0 then count(*) filter (where is_anomaly) end as anomalies,
    coalesce(sum(amount_base) filter (where {VOLUME}), 0) as total,
    round(avg(amount_base) filter (where {VOLUME}), 4) as average,
    min(amount_base) filter (where {VOLUME}) as smallest,
    max(amount_base) filter (where {VOLUME}) as largest,
    count(*) filter (where {VOLUME} and amount_base is null) as unconverted,
    (select case when count(distinct base_currency) = 1 then min(base_currency) end
        from banks where bank_id = any(:bank_ids)) as currency
from transactions t where t.bank_id = any(:bank_ids) and t."timestamp" >= :since and t."timestamp" < :until
""")


def statistics(session: Session, since: datetime, until: datetime) -> Statistics:
    """Return the figures of the payments with since ≤ timestamp < until, over all banks of the scope."""
    given = {"bank_ids": list(bank_ids(session)), "since": since, "until": until}
    row = session.execute(_STATISTICS, given).one()
    known = row.currency is not None
    return Statistics(
        count=row.rows,
        labelled=row.labelled,
        frauds=row.frauds,
        anomalies=row.anomalies,
        currency=row.currency,
        total=row.total if known else None,
        average=row.average if known else None,
        smallest=row.smallest if known else None,
        largest=row.largest if known else None,
        unconverted=row.unconverted,
    )


def create(session: Session, row: Mapping[str, Any]) -> StoredTransaction:
    """Store one payment of the scope's one bank, with its label and segment record.

    `row` names columns; `transaction_id`, `timestamp` and `amount` are needed. An id that the bank has
    already raises `ConflictError`.
    """
    if insert_transactions(session, [row]) == 0:
        raise ConflictError(
            N_("The bank has a transaction {transaction_id} already."), transaction_id=row["transaction_id"]
        )
    stored = by_id(session, row["transaction_id"])
    assert stored is not None  # noqa: S101 - it was written above, in this very transaction
    return stored


def bulk_create(session: Session, rows: Iterable[Mapping[str, Any]], *, batch_size: int = 1_000) -> int:
    """Store payments of the scope's one bank in the session's transaction; return how many were new."""
    remaining, created = iter(rows), 0
    while batch := list(islice(remaining, batch_size)):
        created += insert_transactions(session, batch)
    return created


_RANGE: Final = 't."timestamp" >= :since and t."timestamp" < :until'
_BEHIND: Final = """t."timestamp" <= :at
    and (t."timestamp", t.transaction_id, t.bank_id) < (:at, :behind_id, :behind_bank)"""


def _newest(
    session: Session, where: str, after: Cursor | None, limit: int, **given: Any
) -> tuple[StoredTransaction, ...]:
    if after is not None:
        where = f"{where} and {_BEHIND}"
        place = {"at": after.timestamp, "behind_id": after.transaction_id, "behind_bank": after.bank_id}
        given = {**given, **place}
    return listed(session, Transaction, StoredTransaction, where, order=_NEWEST_FIRST, limit=limit, **given)


def _e4(amount: Decimal) -> int:
    return int(amount * E4)
