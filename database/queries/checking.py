"""What a bank has already of the rates and days that a file would bring."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

_RATES = text("""
select rate_date, currency, base_currency, cast(rate as double precision) from exchange_rates
where rate_date = any(:days) and source <> 'demo'
""")
_EVENTS = text("""
select event_name, event_date from calendar_events where bank_id = :bank_id and event_date = any(:days)
""")


def known_rates(session: Session, days: Collection[date]) -> dict[tuple[date, str, str], float]:
    """Return the rates of these days by day, currency and base currency, to eight decimals."""
    found = session.execute(_RATES, {"days": list(days)})
    return {(day, code, base): round(rate, 8) for day, code, base, rate in found}


def known_events(session: Session, bank_id: int, days: Collection[date]) -> set[tuple[str, date]]:
    """Return name and day of what the bank's calendar has on these days."""
    found = session.execute(_EVENTS, {"bank_id": bank_id, "days": list(days)})
    return {(name, day) for name, day in found}
