"""What a payment looks like beside the one before it and the day before it: one statement for one or many.

Everything is known strictly before the payment: rows of the same moment do not count. Sums are of whole
numbers, so that the order in which rows arrived cannot change them.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.listeners import BULK
from database.queries.volume import VOLUME

EARTH_RADIUS_KM: Final = 6371.0088
# A day of the session's time zone may have 23 or 25 hours.
DAY: Final = "interval '24 hours'"
_BEFORE: Final = "interval '1 microsecond' preceding"


def distance(place: str, other: str) -> str:
    """Return the great-circle distance of two places in km (haversine); null where one is unknown."""
    # Opposite places may round to more than 1, which has no arc sine; `least` would make 1 of an unknown.
    return f"""{2 * EARTH_RADIUS_KM} * asin(sqrt({1 - 1e-14!r} * (
        sin(radians({place}.latitude - {other}.latitude) / 2) ^ 2
        + cos(radians({place}.latitude)) * cos(radians({other}.latitude))
        * sin(radians({place}.longitude - {other}.longitude) / 2) ^ 2)))"""


def _spent(window: str) -> str:
    """Return a window's volume in base units: unknown where one of its payments has no rate."""
    return f"""case when count(*) filter (where is_unconverted) over {window} = 0
        then cast(coalesce(sum(spent_e4) over {window}, 0) / 10000 as numeric(18,4)) end"""


_CONTEXT: Final = f"""
    select i.island, t."timestamp" >= i.since as is_inside, t.transaction_id, t.customer_id,
        t."timestamp", t.latitude, t.longitude, t.ingest_seq,
        case when {VOLUME} then t.amount_base_e4 end as spent_e4,
        {VOLUME} and t.amount_base_e4 is null as is_unconverted
    from transactions t where t.bank_id = :bank_id and t.customer_id = i.customer_id"""
# A customer's rows that lie more than two days apart have no window in common: what lies between such
# islands is not read, but for the one row before each (of several at one moment, the last to arrive), which
# may itself have been taken, for an island of its own.
_MEASURE = f"""
create temporary table measured on commit drop as
with gaps as (
    select customer_id, "timestamp", "timestamp" - lag("timestamp") over one > 2 * {DAY} as is_gap
    from to_enrich where customer_id is not null window one as (partition by customer_id order by "timestamp")
),
placed as (
    select customer_id, "timestamp",
        count(*) filter (where is_gap) over (partition by customer_id order by "timestamp") as island
    from gaps
),
islands as materialized (
    select customer_id, island, min("timestamp") - {DAY} as since, max("timestamp") as until
    from placed group by customer_id, island
),
context as materialized (
    select known.* from islands i cross join lateral (
        {_CONTEXT} and t."timestamp" >= i.since and t."timestamp" <= i.until
        union all
        ({_CONTEXT} and t."timestamp" < i.since order by t."timestamp" desc, t.ingest_seq desc limit 1)
    ) known
),
past as (
    select transaction_id, is_inside,
        count(*) over hour as transactions_last_hour,
        count(*) over day as transactions_last_day,
        {_spent("hour")} as amount_last_hour,
        {_spent("day")} as amount_last_day,
        "timestamp" - max("timestamp") over previous as since_last,
        max(array[ingest_seq, latitude, longitude]) over previous as last_place
    from context
    window
        one as (partition by customer_id, island order by "timestamp"),
        hour as (one range between interval '1 hour' preceding and {_BEFORE}),
        day as (one range between {DAY} preceding and {_BEFORE}),
        previous as (one groups between 1 preceding and 1 preceding)
)
select e.transaction_id, e.is_unscored, e.is_affected,
    cast(past.transactions_last_hour as int) as transactions_last_hour,
    cast(past.transactions_last_day as int) as transactions_last_day,
    past.amount_last_hour, past.amount_last_day,
    {distance("t", "home")} as distance_from_home,
    {distance("t", "last")} as distance_from_last,
    cast(extract(epoch from past.since_last) as double precision) as time_since_last_transaction,
    risk.merchant_risk as merchant_risk_score,
    risk.customer_risk as customer_risk_score
from to_enrich e
join transactions t on t.bank_id = :bank_id and t.transaction_id = e.transaction_id
left join customers home on home.bank_id = :bank_id and home.customer_id = e.customer_id
left join past on past.transaction_id = e.transaction_id and past.is_inside
left join lateral (select past.last_place[2] as latitude, past.last_place[3] as longitude) last on true
left join risk_then risk on risk.transaction_id = e.transaction_id
"""


def measure(session: Session, bank_id: int) -> None:
    """Work out the derived columns of what is in `to_enrich`, into the temporary table `measured`."""
    session.execute(text(_MEASURE), {"bank_id": bank_id}, execution_options={BULK: True})
