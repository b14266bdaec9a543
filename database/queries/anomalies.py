"""Payments as detectors read them, customer by customer, and what they say about each."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from psycopg2 import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.copying import copy_rows, cursor_of, encode_rows
from database.queries import locking
from database.segments.tail import record_changes

Means = Literal["device_id", "ip_address", "card_fingerprint"]
MEANS: Final[tuple[Means, ...]] = ("device_id", "ip_address", "card_fingerprint")

# What a detector sees of a payment: no label, no score, nothing that somebody concluded.
COLUMNS: Final = (
    "customer_no",
    "transaction_id",
    "at",
    "amount_e4",
    "transaction_type",
    "channel",
    "category",
    "merchant_id",
    "card_fingerprint",
    "device_id",
    "ip_address",
    "country",
    "latitude",
    "longitude",
    "hour_of_day",
)
# A job's work that its progress makes visible; a limit meant for pages would only stop it.
_ROOM: Final = text("select set_config('statement_timeout', '0', true), set_config('work_mem', '64MB', true)")
_PAID: Final = """t.transaction_id, extract(epoch from t."timestamp")::bigint as at,
    coalesce(t.amount_base_e4, t.amount_e4) as amount_e4, t.transaction_type, t.channel, t.category,
    t.merchant_id, t.card_fingerprint, t.device_id, host(t.ip_address) as ip_address, t.country,
    t.latitude, t.longitude, t.hour_of_day"""
_SELECT: Final = f"""
select c.customer_no, {_PAID}
from transactions t join customers c using (bank_id, customer_id)"""
_ORDER: Final = 'order by c.customer_no, t."timestamp", t.transaction_id'


@dataclass(frozen=True, slots=True)
class Shared:
    """A device, address or card that several customers used, and when."""

    means: Means
    value: str
    customers: int
    payments: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Extent:
    """How many payments a bank has with and without a customer, and its last customer's number."""

    payments: int
    of_nobody: int
    last_customer: int


def extent(session: Session, bank_id: int) -> Extent:
    """Return how much there is to look at."""
    statement = text("""
        select count(customer_id), count(*) - count(customer_id),
            coalesce((select max(customer_no) from customers where bank_id = :bank_id), 0)
        from transactions where bank_id = :bank_id""")
    return Extent(*session.execute(statement, {"bank_id": bank_id}).one())


def of_customers(session: Session, bank_id: int, first: int, last: int) -> bytes:
    """Return all payments of the customers numbered `first` to `last`, as CSV of COLUMNS, in their order."""
    own = sql.SQL("where c.bank_id = {} and c.customer_no between {} and {}")
    return _copied(session, own.format(sql.Literal(bank_id), sql.Literal(first), sql.Literal(last)))


def of_nobody(session: Session, bank_id: int, after: int, limit: int) -> tuple[bytes, int]:
    """Return payments without a customer, stored after position `after`, and the position reached.

    They are CSV of COLUMNS with 0 as the customer; the position stays where nothing is left.
    """
    session.execute(_ROOM)
    reached = session.scalar(
        text("""
            select max(ingest_seq) from (
                select ingest_seq from transactions
                where bank_id = :bank_id and customer_id is null and ingest_seq > :after
                order by ingest_seq limit :limit) as next_rows"""),
        {"bank_id": bank_id, "after": after, "limit": limit},
    )
    if reached is None:
        return b"", after
    query = sql.SQL("""
select 0, {columns} from transactions t
where bank_id = {bank} and customer_id is null and ingest_seq > {after} and ingest_seq <= {reached}
order by t."timestamp", t.transaction_id""").format(
        columns=sql.SQL(_PAID),
        bank=sql.Literal(bank_id),
        after=sql.Literal(after),
        reached=sql.Literal(reached),
    )
    return _out(session, query), int(reached)


def of_every(session: Session, bank_id: int, step: int) -> bytes:
    """Return the payments of one customer in `step`, as CSV of COLUMNS: the same ones whenever asked."""
    own = sql.SQL("where c.bank_id = {} and c.customer_no % {} = 0")
    return _copied(session, own.format(sql.Literal(bank_id), sql.Literal(step)))


def around(session: Session, bank_id: int, shared: Sequence[Shared], margin_s: int) -> bytes:
    """Return what the users of these means paid while they were used, and `margin_s` before and after."""
    columns = [
        [one.means for one in shared],
        [one.value for one in shared],
        [one.first_at for one in shared],
        [one.last_at for one in shared],
    ]
    used = sql.SQL(" union all ").join(
        sql.SQL(
            "select t.customer_id, m.first_at, m.last_at from means m join transactions t"
            " on t.bank_id = {bank} and t.{column} = m.value{cast}"
            ' and t."timestamp" between m.first_at and m.last_at where m.means = {means}'
        ).format(
            bank=sql.Literal(bank_id),
            column=sql.Identifier(means),
            cast=sql.SQL("::inet" if means == "ip_address" else ""),
            means=sql.Literal(means),
        )
        for means in MEANS
    )
    own = sql.SQL("""
join (
    with means as materialized (
        select * from unnest({}::text[], {}::text[], {}::timestamptz[], {}::timestamptz[])
            as given (means, value, first_at, last_at)
    )
    select customer_id, min(first_at) as first_at, max(last_at) as last_at from ({used}) users group by 1
) u on u.customer_id = c.customer_id
where c.bank_id = {bank} and t."timestamp" between u.first_at - {margin} and u.last_at + {margin}""").format(
        *map(sql.Literal, columns),
        used=used,
        bank=sql.Literal(bank_id),
        margin=sql.Literal(timedelta(seconds=margin_s)),
    )
    return _copied(session, own)


def shared_means(session: Session, bank_id: int, least: int, most: int) -> list[Shared]:
    """Return devices, addresses and cards that `least` to `most` customers used."""
    session.execute(_ROOM)
    found = []
    for means in MEANS:
        value = f"host({means})" if means == "ip_address" else means
        statement = text(f"""
            select {value}, count(distinct customer_id), count(*), min("timestamp"), max("timestamp")
            from transactions where bank_id = :bank_id and {means} is not null
            group by {means} having count(distinct customer_id) between :least and :most
            order by {means}""")
        rows = session.execute(statement, {"bank_id": bank_id, "least": least, "most": most})
        found += [Shared(means, *row) for row in rows]
    return found


def merchant_days(session: Session, bank_id: int) -> bytes:
    """Return (merchant_no, day since 1970, payments, newcomers, sum and count of amounts by category) as CSV.

    A newcomer is a customer who never paid there before.
    """
    body = sql.SQL("""
select merchant_no, local_date - date '1970-01-01' as day, count(*), count(*) filter (where is_first),
    sum(ln(greatest(amount, 1) / 10000.0)), min(category)
from (
    select m.merchant_no, t.local_date, t.category, coalesce(t.amount_base_e4, t.amount_e4) as amount,
        row_number() over (partition by t.merchant_id, t.customer_id order by t."timestamp") = 1 as is_first
    from transactions t join merchants m using (bank_id, merchant_id)
    where t.bank_id = {} and t.transaction_type in ('purchase', 'payment', 'debit')
) paid group by 1, 2 order by 1, 2""")
    return _out(session, body.format(sql.Literal(bank_id)))


def of_merchants(session: Session, bank_id: int, windows: Collection[tuple[int, int, int]]) -> bytes:
    """Return payments at merchants (number, first and last day since 1970): CSV, the number first."""
    columns = [list(column) for column in zip(*windows, strict=True)]
    body = sql.SQL("""
select w.merchant_no, t.transaction_id, extract(epoch from t."timestamp")::bigint as at,
    coalesce(t.amount_base_e4, t.amount_e4) as amount_e4
from unnest({}::int[], {}::int[], {}::int[]) as w (merchant_no, first, last)
join merchants m on m.bank_id = {bank} and m.merchant_no = w.merchant_no
join transactions t on t.bank_id = {bank} and t.merchant_id = m.merchant_id
    and t.local_date between date '1970-01-01' + w.first and date '1970-01-01' + w.last
    and t.transaction_type in ('purchase', 'payment', 'debit')
order by 1, t."timestamp", t.transaction_id""")
    return _out(session, body.format(*map(sql.Literal, columns), bank=sql.Literal(bank_id)))


def set_anomalies(session: Session, bank_id: int, rows: Iterable[tuple[str, bool, str | None, float]]) -> int:
    """Say of payments (id, is it an anomaly, of which type, score) what they are; return how many changed."""
    columns = ("is_anomaly", "anomaly_type", "anomaly_score")
    locking.keep_rows(session, bank_id)
    session.execute(_ROOM)
    table = copy_rows(session, "transactions", ("transaction_id", *columns), encode_rows(rows))
    session.execute(text(f"analyze pg_temp.{table}"))
    return record_changes(session, bank_id, table, columns)


@dataclass(frozen=True, slots=True)
class Told:
    """What detectors have said of a bank's payments so far."""

    payments: int
    anomalies: int
    patterns: int


def told(session: Session, bank_id: int) -> Told:
    """Return how many payments were looked at, how many are anomalies, and how many patterns are active."""
    statement = text("""
        select count(is_anomaly), count(*) filter (where is_anomaly),
            (select count(*) from fraud_patterns where bank_id = :bank_id and status = 'active')
            + (select count(*) from anomaly_patterns where bank_id = :bank_id and status = 'active')
        from transactions where bank_id = :bank_id""")
    return Told(*session.execute(statement, {"bank_id": bank_id}).one())


def _copied(session: Session, own: sql.Composable) -> bytes:
    return _out(session, sql.SQL("{} {} {}").format(sql.SQL(_SELECT), own, sql.SQL(_ORDER)))


def _out(session: Session, query: sql.Composable) -> bytes:
    session.execute(_ROOM)
    written = io.BytesIO()
    cursor_of(session).copy_expert(sql.SQL("copy ({}) to stdout with (format csv)").format(query), written)
    return written.getvalue()
