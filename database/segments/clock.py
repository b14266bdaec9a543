"""Which local day and hour a UTC minute falls in, for any zone, by a table of quarter hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from database.segments.kernel import Clock

QUARTER, QUARTERS_A_DAY = 15, 96
_DAY = 24 * 60
_EPOCH = date(1970, 1, 1)
_EPOCH_WEEKDAY = _EPOCH.weekday()


@lru_cache(maxsize=64)
def clock_of(zone: str, since: int, until: int) -> tuple[Clock, tuple[date, ...]]:
    """Return the table for since ≤ minute < until, and the local days that its day numbers stand for.

    Exact for offsets of whole quarter hours, which all zones have had since 1972.
    """
    first, last = since // QUARTER, (until - 1) // QUARTER
    if until <= since:
        return Clock(first, np.zeros(0, np.int32), np.zeros(0, np.int32)), ()
    local = np.arange(first, last + 1, dtype=np.int32) * QUARTER + _offsets_between(zone, first, last)
    day = local // _DAY
    hour = (day + _EPOCH_WEEKDAY) % 7 * 24 + (local - day * _DAY) // 60
    first_day, last_day = int(day.min()), int(day.max())
    days = tuple(_EPOCH + timedelta(days=number) for number in range(first_day, last_day + 1))
    return Clock(first, day - first_day, hour), days


def _offsets_between(zone: str, first: int, last: int) -> npt.NDArray[np.int32]:
    years = range(_year_of(first), _year_of(last) + 1)
    start = _quarter(datetime(years[0], 1, 1, tzinfo=UTC))
    return np.concatenate([_offsets(zone, year) for year in years])[first - start : last + 1 - start]


@lru_cache(maxsize=512)
def _offsets(zone: str, year: int) -> npt.NDArray[np.int32]:
    """Return minutes east of UTC for each quarter hour of a UTC year.

    Only days at whose ends the offsets differ are looked at closely.
    """
    place, start = ZoneInfo(zone), datetime(year, 1, 1, tzinfo=UTC)
    days = (datetime(year + 1, 1, 1, tzinfo=UTC) - start).days
    daily = np.array([_offset(place, start + timedelta(days=day)) for day in range(days + 1)], np.int32)
    offsets = np.repeat(daily[:-1], QUARTERS_A_DAY)
    for day in np.flatnonzero(daily[1:] != daily[:-1]).tolist():
        for quarter in range(day * QUARTERS_A_DAY, (day + 1) * QUARTERS_A_DAY):
            offsets[quarter] = _offset(place, start + timedelta(minutes=QUARTER * quarter))
    return offsets


def _offset(place: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(place).utcoffset() or timedelta()
    return offset // timedelta(minutes=1)


def _quarter(moment: datetime) -> int:
    return int(moment.timestamp()) // (60 * QUARTER)


def _year_of(quarter: int) -> int:
    return datetime.fromtimestamp(quarter * QUARTER * 60, UTC).year
