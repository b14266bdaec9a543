"""The payments that scoring looks back on: those that were taken, and their customers' past, as columns."""

from __future__ import annotations

import io
from typing import Final

import pyarrow as pa
from pyarrow import csv
from sqlalchemy.orm import Session

from database.queries.measuring import distance

HISTORY_DAYS: Final = 90
"""How far back a customer's habits reach."""

_WORD: Final = pa.dictionary(pa.int32(), pa.string())
_COLUMNS: Final = {
    "transaction_id": pa.string(),
    "customer_no": pa.int64(),
    "merchant_id": _WORD,
    "category": _WORD,
    "country": _WORD,
    "device_id": _WORD,
    "time_of_day_category": _WORD,
    "at_us": pa.int64(),
    "amount": pa.float64(),
    "last_hour": pa.int32(),
    "last_day": pa.int32(),
    "distance_from_home": pa.float64(),
    "distance_from_last": pa.float64(),
    "since_last_s": pa.float64(),
    "home_km": pa.float64(),
}
_SPAN: Final = f"interval '{24 * HISTORY_DAYS} hours'"
# `transaction_id` tells the rows to be scored from those that are only their past.
_PAST: Final = f"""
    select case when e.transaction_id is not null then t.transaction_id end, home.customer_no, t.merchant_id,
        t.category, t.country, t.device_id, t.time_of_day_category,
        cast(round(date_part('epoch', t."timestamp") * 1000000) as bigint),
        t.amount_base_e4 / cast(10000 as double precision),
        m.transactions_last_hour, m.transactions_last_day, m.distance_from_home, m.distance_from_last,
        m.time_since_last_transaction, round({distance("t", "home")})"""
_BESIDE: Final = """
    left join to_enrich e on e.transaction_id = t.transaction_id and e.looks_back
    left join measured m on m.transaction_id = e.transaction_id
    left join customers home on home.bank_id = {bank_id} and home.customer_id = t.customer_id"""
# Rows of a customer that lie further apart than habits reach have no past in common: nothing between is read.
_HISTORY: Final = f"""
copy (
    with placed as (
        select customer_id, "timestamp", count(*) filter (where is_gap)
            over (partition by customer_id order by "timestamp") as island
        from (
            select customer_id, "timestamp", "timestamp" - lag("timestamp")
                over (partition by customer_id order by "timestamp") > {_SPAN} as is_gap
            from to_enrich where customer_id is not null and looks_back
        ) gaps
    ),
    islands as materialized (
        select customer_id, min("timestamp") - {_SPAN} as since, max("timestamp") as until
        from placed group by customer_id, island
    )
    {_PAST}
    from islands i
    join transactions t on t.bank_id = {{bank_id}} and t.customer_id = i.customer_id
        and t."timestamp" >= i.since and t."timestamp" <= i.until
    {_BESIDE}
    union all
    {_PAST}
    from to_enrich alone
    join transactions t on t.bank_id = {{bank_id}} and t.transaction_id = alone.transaction_id
    {_BESIDE}
    where alone.customer_id is null and alone.looks_back
) to stdout (format csv)"""


def histories(session: Session, bank_id: int) -> pa.Table:
    """Return what `measure` has worked out for the unscored rows that were taken, among their past.

    Rows to be scored have a `transaction_id`, those that are only past have none; `amount` is in base units.
    """
    dbapi = session.connection().connection.dbapi_connection
    if dbapi is None:
        raise RuntimeError("the session's connection is closed")
    stream = io.BytesIO()
    dbapi.cursor().copy_expert(_HISTORY.format(bank_id=int(bank_id)), stream)
    if not stream.tell():
        return pa.table({name: pa.array([], kind) for name, kind in _COLUMNS.items()})
    stream.seek(0)
    return csv.read_csv(
        stream,
        read_options=csv.ReadOptions(column_names=list(_COLUMNS), use_threads=False, block_size=1 << 26),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=_COLUMNS,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    ).combine_chunks()
