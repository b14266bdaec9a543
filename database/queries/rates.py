"""Exchange rates: stored by day, corrected, and the money of rows converted anew.

Who writes rates of a base currency keeps them from others until the commit; who converts rows by them keeps
them as they are. So a row is either converted by the new rates or visible to the correction that follows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.copying import copy_into_temporary
from database.listeners import BULK
from database.rate_lock import hold_rates, keep_rates
from database.segments.tail import record_changes

RATE_COLUMNS: Final = {
    "rate_date": "date",
    "currency": "text",
    "base_currency": "text",
    "rate": "numeric(18,8)",
    "line": "bigint",
}
_STORE = text("""
with given as (
    select distinct on (rate_date, currency, base_currency) * from staged_rates
    where currency <> base_currency
    order by rate_date, currency, base_currency, line desc
)
insert into exchange_rates as r (rate_date, currency, base_currency, rate, source, updated_at)
select rate_date, currency, base_currency, rate, :source, clock_timestamp() from given
on conflict (rate_date, currency, base_currency) do update
    set rate = excluded.rate, source = excluded.source, updated_at = clock_timestamp()
    where r.rate is distinct from excluded.rate or r.source = 'demo'
returning currency, rate_date
""")
# As the loader rounds: half up, to four decimals; what money cannot hold has no base amount.
_CONVERT = text("""
create temporary table rate_changes on commit drop as
select t.transaction_id, r.rate as exchange_rate,
    case when round(t.amount * r.rate, 4) < 10000000000000
        then round(t.amount * r.rate, 4) end as amount_base,
    cast(null as timestamptz) as enriched_at
from transactions t
left join exchange_rates r on (r.rate_date, r.currency, r.base_currency)
    = (t.local_date, t.currency, :base)
    and (r.source <> 'demo' or (select is_demo from banks where bank_id = :bank_id))
where t.bank_id = :bank_id and t.currency = :currency and t.local_date between :first and :last
    and t.exchange_rate is distinct from
        case when round(t.amount * r.rate, 4) < 10000000000000 then r.rate end
limit :limit
""")


@dataclass(frozen=True, slots=True)
class Span:
    """Days of a currency whose rates changed, both ends included."""

    currency: str
    first: date
    last: date


def store(session: Session, rows: Iterable[bytes], source: str) -> tuple[int, tuple[Span, ...]]:
    """Store rates, as CSV of RATE_COLUMNS; return how many are new or other, and the days they are of."""
    copy_into_temporary(session, "staged_rates", RATE_COLUMNS, rows, form="csv")
    hold_rates(session, "staged_rates")
    changed = session.execute(_STORE, {"source": source}, execution_options={BULK: True}).all()
    days: dict[str, list[date]] = {}
    for currency, day in changed:
        days.setdefault(currency, []).append(day)
    return len(changed), tuple(Span(code, min(found), max(found)) for code, found in sorted(days.items()))


def source_of(dataset_id: int) -> str:
    """Return how the rates of a dataset say where they came from."""
    return f"dataset {dataset_id}"


def remove(session: Session, source: str) -> int:
    """Delete exchange rates by where they came from; return how many there were."""
    given = "exchange_rates where source = :source"
    hold_rates(session, given, source=source)
    return len(session.execute(text(f"delete from {given} returning 1"), {"source": source}).all())


def convert_anew(session: Session, bank_id: int, base_currency: str, span: Span, limit: int) -> int:
    """Give rows of the span the rates of today, with their records, at most `limit`; return how many.

    Rows without a rate lose their base amount. What was worked out from base amounts is to be enriched anew.
    """
    session.execute(text("select set_config('statement_timeout', '0', true)"))
    keep_rates(session, base_currency)
    given = {"bank_id": bank_id, "base": base_currency, "currency": span.currency, "limit": limit}
    session.execute(_CONVERT, {**given, "first": span.first, "last": span.last})
    columns = ("exchange_rate", "amount_base", "enriched_at")
    done = record_changes(session, bank_id, "rate_changes", columns)
    session.execute(text("drop table rate_changes"))
    return done


def spans_of(session: Session, source: str, base_currency: str) -> tuple[Span, ...]:
    """Return the days of each currency that a source gave rates for."""
    found = session.execute(
        text(
            "select currency, min(rate_date), max(rate_date) from exchange_rates"
            " where source = :source and base_currency = :base group by currency order by currency"
        ),
        {"source": source, "base": base_currency},
    )
    return tuple(Span(*row) for row in found)


def foreign_spans(session: Session, bank_id: int, base_currency: str) -> tuple[Span, ...]:
    """Return the days of each currency that a bank has payments in, but for its own."""
    found = session.execute(
        text(
            "select currency, min(local_date), max(local_date) from transactions"
            " where bank_id = :bank_id and currency <> :base group by currency order by currency"
        ),
        {"bank_id": bank_id, "base": base_currency},
        execution_options={BULK: True},
    )
    return tuple(Span(*row) for row in found)
