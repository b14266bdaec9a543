"""Days of a bank's calendar: added from a file, and what they make of the rows of their day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.copying import copy_into_temporary
from database.listeners import BULK

EVENT_COLUMNS: Final = {
    "event_name": "text",
    "event_date": "date",
    "type": "text",
    "description": "text",
    "line": "bigint",
}
_STORE = text("""
insert into calendar_events (bank_id, dataset_id, event_name, event_date, type, description)
select :bank_id, :dataset_id, event_name, event_date, type, description from staged_events order by line
on conflict (bank_id, event_name, event_date) do nothing
returning event_date, type
""")
# The day of a payment is its bank's; the range is what the index knows.
_MARK = text("""
with days as (
    select day, exists (select from calendar_events e where e.bank_id = :bank_id and e.event_date = day
        and e.type = 'holiday') as is_holiday
    from unnest(cast(:days as date[])) as given (day)
),
found as materialized (
    select t.transaction_id, days.is_holiday
    from days join transactions t on t.bank_id = :bank_id and t.local_date = days.day
        and t."timestamp" >= days.day - interval '1 day' and t."timestamp" < days.day + interval '2 days'
        and t.is_holiday is distinct from days.is_holiday
    order by t.transaction_id for no key update of t
)
update transactions t set is_holiday = found.is_holiday, updated_at = now()
from found where t.bank_id = :bank_id and t.transaction_id = found.transaction_id
""")


def store(session: Session, bank_id: int, dataset_id: int, rows: Iterable[bytes]) -> tuple[int, list[date]]:
    """Store days, as CSV of EVENT_COLUMNS; return how many are new, and which new days are holidays."""
    copy_into_temporary(session, "staged_events", EVENT_COLUMNS, rows, form="csv")
    given = {"bank_id": bank_id, "dataset_id": dataset_id}
    added = session.execute(_STORE, given).all()
    return len(added), sorted({day for day, kind in added if kind == "holiday"})


def mark_holidays(session: Session, bank_id: int, days: Iterable[date]) -> None:
    """Let the rows of these days say whether they are holidays."""
    session.execute(text("select set_config('statement_timeout', '0', true)"))
    session.execute(_MARK, {"bank_id": bank_id, "days": list(days)}, execution_options={BULK: True})


def holidays_of(session: Session, bank_id: int, dataset_id: int) -> list[date]:
    """Return the holidays that a dataset brought."""
    found = session.execute(
        text(
            "select distinct event_date from calendar_events where bank_id = :bank_id"
            " and dataset_id = :dataset_id and type = 'holiday' order by 1"
        ),
        {"bank_id": bank_id, "dataset_id": dataset_id},
    )
    return list(found.scalars())


def holiday_dates(session: Session, bank_id: int) -> frozenset[date]:
    """Return the days that are holidays to the bank."""
    statement = text("select event_date from calendar_events where bank_id = :bank_id and type = 'holiday'")
    return frozenset(session.execute(statement, {"bank_id": bank_id}).scalars())


def newest_events(session: Session, bank_ids: Iterable[int], limit: int) -> list[tuple[date, str, str]]:
    """Return day, name and type of what the banks' calendars have, the newest days first, each once."""
    statement = text(
        "select distinct event_date, event_name, type from calendar_events where bank_id = any(:banks)"
        " order by event_date desc, event_name, type limit :limit"
    )
    found = session.execute(statement, {"banks": list(bank_ids), "limit": limit})
    return [(row.event_date, row.event_name, row.type) for row in found]


def add_holidays(session: Session, bank_id: int, days: Mapping[date, str]) -> None:
    """Add holidays by name; those that the bank has stay as they are."""
    statement = text("""
        insert into calendar_events (bank_id, event_name, event_date, type)
        select :bank_id, name, day, 'holiday'
        from unnest(cast(:days as date[]), cast(:names as text[])) as given (day, name)
        on conflict (bank_id, event_name, event_date) do nothing
    """)
    session.execute(statement, {"bank_id": bank_id, "days": list(days), "names": list(days.values())})
