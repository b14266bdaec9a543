"""The rows themselves as records, bank by bank and month by month: what segments must be equal to."""

from __future__ import annotations

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.segments.pack import RECORDED_COLUMNS
from database.segments.record import Records, from_wire
from database.segments.tail import records_from

Month = np.datetime64
"""A UTC month."""

Minutes = tuple[int, int]
"""since ≤ minute < until."""

_MONTHS = text("""
select bank_id, month::date from (
    select bank_id, min(timestamp) as first, max(timestamp) as last from transactions group by bank_id
) its, generate_series(date_trunc('month', first at time zone 'UTC'), last at time zone 'UTC',
    interval '1 month') as month
""")
_OF_MONTH = f"""
(select {RECORDED_COLUMNS} from transactions where bank_id = :bank_id
    and timestamp >= cast(:since as timestamp) at time zone 'UTC'
    and timestamp < cast(:until as timestamp) at time zone 'UTC')
"""
_PACKED = text(f"select string_agg(record, ''::bytea) from ({records_from(_OF_MONTH, 1)}) records")


def months_of(owner: Session) -> list[tuple[int, Month]]:
    """Return every bank and month from a bank's first row to its last."""
    return sorted((bank_id, np.datetime64(day, "M")) for bank_id, day in owner.execute(_MONTHS))


def packed_rows(owner: Session, bank_id: int, first: Month, last: Month | None = None) -> Records:
    """Return the rows of a bank and month, or of its months from first to last, as records."""
    bounds = {"since": f"{first}-01", "until": f"{(last or first) + 1}-01"}
    return from_wire(owner.scalar(_PACKED, {"bank_id": bank_id, **bounds}) or b"")


def minutes_of(first: Month, last: Month | None = None) -> Minutes:
    """Return the first minute of a month, and the one after it, or after the last of several months."""
    months = np.array([first, (last or first) + 1], "datetime64[M]")
    since, until = months.astype("datetime64[m]").astype(int)
    return int(since), int(until)


def minutes_of_year(year: int) -> Minutes:
    """Return a UTC year's first minute and the next year's."""
    return minutes_of(np.datetime64(f"{year}-01", "M"), np.datetime64(f"{year}-12", "M"))


def month_of(minute: int) -> Month:
    """Return the month that a minute is in."""
    month: Month = np.datetime64(minute, "m").astype("datetime64[M]")
    return month
