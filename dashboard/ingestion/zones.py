"""Local times to UTC and back for whole arrays, with the hours that a clock change skips or doubles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.int64]  # microseconds since 1970
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Clock:
    """A zone's changes in a span of years: `offsets[i]` holds before `changes[i]` (UTC microseconds)."""

    changes: Times
    offsets: Times

    def to_local(self, utc: Times) -> Times:
        """Return what the zone's clocks show."""
        return utc + self.offsets[np.searchsorted(self.changes, utc, side="right")]

    def to_utc(self, local: Times) -> tuple[Times, int, int]:
        """Return UTC, and how many of the times were skipped or doubled by a clock change.

        As PEP 495 with fold 0: a doubled time is its first occurrence, a skipped one keeps the
        offset of before the change.
        """
        before, after = self.offsets[:-1], self.offsets[1:]
        settled = self.changes + np.maximum(before, after)
        unsettled = self.changes + np.minimum(before, after)
        place = np.searchsorted(settled, local, side="right")
        padded = np.append(unsettled, np.iinfo(np.int64).max)
        forward = np.append(after > before, False)
        inside = local >= padded[place]
        skipped = int(np.count_nonzero(inside & forward[place]))
        return local - self.offsets[place], skipped, int(np.count_nonzero(inside)) - skipped


@lru_cache(maxsize=64)
def clock(zone: str, first_year: int, last_year: int) -> Clock:
    """Return a zone's clock for times of these years, both included."""
    info = ZoneInfo(zone)
    day = timedelta(days=1)
    moment = datetime(first_year, 1, 1, tzinfo=UTC) - day
    end = datetime(last_year + 1, 1, 1, tzinfo=UTC) + day
    changes: list[int] = []
    offsets = [_offset(moment, info)]
    while moment < end:
        if _offset(moment + day, info) != offsets[-1]:
            changes.append(_first_moment_of_another_offset(moment, moment + day, info))
            offsets.append(_offset(moment + day, info))
        moment += day
    return Clock(np.array(changes, dtype=np.int64), np.array(offsets, dtype=np.int64))


def _offset(moment: datetime, info: ZoneInfo) -> int:
    offset = moment.astimezone(info).utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)


def _first_moment_of_another_offset(before: datetime, after: datetime, info: ZoneInfo) -> int:
    """Halve the span until it is one second; changes of a zone stand on whole seconds."""
    known = _offset(before, info)
    low, high = int(before.timestamp()), int(after.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(datetime.fromtimestamp(middle, UTC), info) == known:
            low = middle
        else:
            high = middle
    return high * MICROSECONDS


def clock_for(zone: str, times: Times) -> Clock:
    """Return the clock that covers these times, local or UTC."""
    if not times.size:
        return clock(zone, 2000, 2000)
    years = np.array([times.min(), times.max()]).astype("datetime64[us]").astype("datetime64[Y]").astype(int)
    return clock(zone, int(years[0]) + 1970, int(years[1]) + 1970)
