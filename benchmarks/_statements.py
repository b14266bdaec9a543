"""The panels of a page as SQL, one SELECT each, where databases differ in their own words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from dashboard.statistics.intervals import Z95
from database.dimensions import SLICED
from database.segments import Selection
from database.segments.margins import AMOUNT_EDGES_E4
from database.segments.selection import PARTIES, Period

EDGES = AMOUNT_EDGES_E4[1:-1].tolist()
LISTED = 12
VOLUME = "'purchase', 'payment', 'debit', 'transfer', 'cash_out'"
SUMS = """count(*), count(is_fraud), count(*) filter (where is_fraud),
    count(m), coalesce(sum(m), 0), count(m) filter (where is_fraud is not null),
    coalesce(sum(m) filter (where is_fraud is not null), 0), count(m) filter (where is_fraud),
    coalesce(sum(m) filter (where is_fraud), 0),
    coalesce(sum(sq) filter (where is_fraud is not null), 0), coalesce(sum(sq) filter (where is_fraud), 0),
    count(*) filter (where is_volume and m is null), count(*) filter (where is_anomaly), count(is_anomaly)"""
MONEY = """case when is_volume then amount_base_e4 end as m,
    power(case when is_volume then cast(amount_base_e4 as double precision) end / 1000000, 2) as sq"""
_RISKIEST = f"""select {{party}}_no, n, labelled, frauds, money from (
    select *, frauds / cast(labelled as double precision) as p, cast(labelled as double precision) as t from (
        select {{party}}_no, count(*) as n, count(is_fraud) as labelled,
            count(*) filter (where is_fraud) as frauds, coalesce(sum(m) filter (where is_fraud), 0) as money
        from {{rows}} where {{party}}_no > 0 group by 1) counted
    where frauds > 0) known
order by (p + {Z95**2} / (2 * t) - {Z95} * sqrt(p * (1 - p) / t + {Z95**2} / (4 * t * t)))
    / (1 + {Z95**2} / t) desc, frauds desc, {{party}}_no limit {LISTED}"""

# What the lists need beside a row; a score is compared as a record has it.
WITH_NUMBERS = """(select t.*, coalesce(c.customer_no, 0) as customer_no,
    coalesce(m.merchant_no, 0) as merchant_no, round(t.fraud_score * 10000)::int as score_e4
from transactions t left join customers c using (bank_id, customer_id)
left join merchants m using (bank_id, merchant_id)) numbered"""


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where SQL is not the same everywhere; `histogram` has a place for `{rows}`."""

    day: str
    hour: str
    weekday: str
    moment: str
    customers: str
    histogram: str


POSTGRES = Dialect(
    day="(timestamp at time zone 'UTC')::date",
    hour="extract(hour from timestamp at time zone 'UTC')::int",
    weekday="extract(isodow from timestamp at time zone 'UTC')::int - 1",
    moment="timestamptz '{:%Y-%m-%d %H:%M:%S}+00'",
    customers="count(distinct (bank_id, customer_id)) filter (where customer_id is not null)",
    histogram=f"select width_bucket(m, array{EDGES}::bigint[]), is_fraud, count(*) from {{rows}}"
    " where m is not null group by 1, 2",
)
_BINS = [edge - 1 for edge in EDGES]
DUCKDB = replace(
    POSTGRES,
    customers="count(distinct nullif(customer_no, 0))",
    histogram=f"select list_position({[*_BINS, 2**63 - 1]}, unnest(map_keys(h))) - 1, is_fraud,"
    f" unnest(map_values(h)) from (select is_fraud, histogram(m, {_BINS}) as h"
    " from {rows} where m is not null group by 1) s",
)
CLICKHOUSE = Dialect(
    day="toDate(timestamp, 'UTC')",
    hour="toHour(timestamp, 'UTC')",
    weekday="toDayOfWeek(timestamp, 0, 'UTC') - 1",
    moment="toDateTime('{:%Y-%m-%d %H:%M:%S}', 'UTC')",
    customers="count(distinct nullif(customer_no, 0))",
    histogram="select indexOf({edges}, roundDown(assumeNotNull(m), {edges})) - 1, is_fraud, count(*)"
    " from {{rows}} where m is not null group by 1, 2".format(edges=f"cast({[0, *EDGES]}, 'Array(Int64)')"),
)


@dataclass(frozen=True, slots=True)
class View:
    """A range of days of some banks, in the rivals' words; `is_local` cuts days in the bank's own zone.

    `condition` says the selection's filters in SQL; `has_lists` asks for the parties and the scores too.
    """

    name: str
    selection: Selection
    is_local: bool
    condition: str = "true"
    has_lists: bool = False

    @property
    def banks(self) -> str:
        """The banks as a list for SQL."""
        return ", ".join(map(str, self.selection.bank_ids))


def statements(view: View, source: str, dialect: Dialect) -> dict[str, str]:
    """One SELECT a panel over `source`, a relation with the columns of a payment."""
    chosen = view.selection
    day, hour, weekday = (
        ("local_date", "hour_of_day", "day_of_week")
        if view.is_local
        else (dialect.day, dialect.hour, dialect.weekday)
    )
    base = f"(select *, {MONEY} from (select *, transaction_type in ({VOLUME}) as is_volume from {source}) t"
    now = _within(base, view, dialect, (chosen.since, chosen.until))
    found = {slug: f"select coalesce({slug}, ''), {SUMS} from {now} group by 1" for slug in SLICED}
    ends = "coalesce(min(m), 0), coalesce(max(m), 0)"
    found["total"] = f"select 0, {SUMS}, {dialect.customers}, {ends} from {now}"
    found["days"] = f"select {day}, {SUMS} from {now} group by 1"
    found["hours"] = f"select ({weekday}) * 24 + {hour}, {SUMS} from {now} group by 1"
    found["amounts"] = dialect.histogram.format(rows=now)
    if chosen.previous is not None:
        before = _within(base, view, dialect, chosen.previous)
        found["previous"] = f"select {day}, {SUMS} from {before} group by 1"
    if view.has_lists:
        found |= {party: _RISKIEST.format(party=party, rows=now) for party in PARTIES}
        found["scores"] = (
            f"select floor(score_e4 / 500.0), is_fraud, count(*) from {now} where score_e4 >= 0 group by 1, 2"
        )
    return found


def _within(base: str, view: View, dialect: Dialect, period: Period) -> str:
    since, until = (dialect.moment.format(moment) for moment in period)
    return (
        f"{base} where bank_id in ({view.banks}) and timestamp >= {since} and timestamp < {until}"
        f" and {view.condition}) paid"
    )
