"""The fraud rate over time with its interval, the period before it, and how far the labels are in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from dashboard.filters import Measure
from dashboard.overview.events import Event
from dashboard.overview.rates import TOO_FEW, Rate, rate_of
from dashboard.periods import Span
from dashboard.statistics.maturity import RIPE_SHARE, Maturity
from database.segments import Sums, added

_DAYS_SHOWN, _WEEKS_SHOWN = 120, 900
_FEWEST_STEPS, _A_MONTH, _FRAUDS_A_STEP = 10, 35, 2
_HOURLY_BELOW = timedelta(hours=25)


class Grain(StrEnum):
    """What one point of the line stands for."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Point:
    """One step of the line; `at` is its beginning in the zone's wall time."""

    at: datetime
    rows: int
    rate: Rate
    before: Rate | None
    rows_before: int | None
    completeness: float | None

    @property
    def is_young(self) -> bool:
        """Whether labels of this step are still coming in."""
        return self.completeness is not None and self.completeness < RIPE_SHARE


@dataclass(frozen=True, slots=True)
class Series:
    """The line; `is_running` says that its last step has not ended yet, `events` what its days are called."""

    grain: Grain
    points: tuple[Point, ...]
    is_running: bool
    events: tuple[Event, ...] = ()


Days = Sequence[tuple[date, Sums]]
_KEYS: dict[Grain, Callable[[date], object]] = {
    Grain.DAY: lambda day: day,
    # The first day of all was a Monday.
    Grain.WEEK: lambda day: (day.toordinal() - 1) // 7,
    Grain.MONTH: lambda day: (day.year, day.month),
}


def series_of(
    days: Days,
    days_before: Days,
    span: Span,
    *,
    measure: Measure,
    maturity: Maturity | None,
    grain: Grain | None = None,
) -> Series:
    """Join days into a readable number of steps; the n-th day stands over the n-th of the period before."""
    grain = grain or grain_of(days)
    points = []
    for places in steps(days, grain):
        now = added(days[place][1] for place in places)
        then = [days_before[place][1] for place in places if place < len(days_before)]
        before = added(then) if then else None
        first, last = days[places[0]][0], days[places[-1]][0]
        points.append(
            Point(
                at=datetime.combine(first, time.min),
                rows=now.rows,
                rate=rate_of(now, measure),
                before=rate_of(before, measure) if before else None,
                rows_before=before.rows if before else None,
                completeness=_completeness(maturity, datetime.combine(last, time.min), span.zone),
            )
        )
    return Series(grain, tuple(points), is_running=not span.ends_at_midnight)


def steps(days: Days, grain: Grain) -> list[list[int]]:
    """Return the places of the days of each step."""
    groups = groupby(range(len(days)), key=lambda place: _KEYS[grain](days[place][0]))
    return [list(places) for _, places in groups]


def counting_grain(days: Days) -> Grain:
    """Return the finest grain that is readable for counts, which need no rows to be certain."""
    return _grains(days)[0]


def grain_of(days: Days) -> Grain:
    """Return the finest grain that gives a readable number of steps with something to tell in them."""
    return next(grain for grain in _grains(days) if grain is Grain.MONTH or _is_filled(days, grain))


def hours_of(
    hours: Sequence[Sequence[Sums]], span: Span, *, measure: Measure, maturity: Maturity | None
) -> Series:
    """Lay the hours of one day's span in order; they are the hour × weekday table of the same rows."""
    zone = ZoneInfo(span.zone)
    wall = span.since.astimezone(zone).replace(minute=0, second=0, microsecond=0, tzinfo=None)
    end = span.until.astimezone(zone).replace(tzinfo=None)
    points = []
    while wall < end:
        sums = hours[wall.weekday()][wall.hour]
        points.append(
            Point(
                wall, sums.rows, rate_of(sums, measure), None, None, _completeness(maturity, wall, span.zone)
            )
        )
        wall += timedelta(hours=1)
    return Series(Grain.HOUR, tuple(points), is_running=end.minute != 0)


def both_series(
    days: Days,
    hours: Sequence[Sequence[Sums]],
    span: Span,
    maturity: Maturity | None,
    events: tuple[Event, ...] = (),
) -> tuple[Series, Series]:
    """Return the line of rates by count, and the bars of counts, which may be finer."""
    given: dict[str, Any] = {"measure": Measure.COUNT, "maturity": maturity}
    if is_hourly(span) and hours:
        line = replace(hours_of(hours, span, **given), events=events)
        return line, line
    bars = series_of(days, [], span, grain=counting_grain(days), **given)
    return replace(series_of(days, [], span, **given), events=events), replace(bars, events=events)


def is_hourly(span: Span) -> bool:
    """Whether a span is short enough to be drawn by the hour."""
    return span.until - span.since < _HOURLY_BELOW


def _grains(days: Days) -> Sequence[Grain]:
    """Return the grains that give a readable number of steps, finest first."""
    if len(days) <= _DAYS_SHOWN:
        return Grain.DAY, Grain.WEEK, Grain.MONTH
    return (Grain.WEEK, Grain.MONTH) if len(days) <= _WEEKS_SHOWN else (Grain.MONTH,)


def _is_filled(days: Days, grain: Grain) -> bool:
    """Whether half of the steps have rows enough for a rate and, over a longer range, some frauds each."""
    groups = steps(days, grain)
    if len(groups) < _FEWEST_STEPS:
        return True
    labelled = [sum(days[place][1].labelled for place in group) for group in groups]
    frauds = sum(sums.frauds for _, sums in days)
    if len(days) > _A_MONTH and frauds < _FRAUDS_A_STEP * len(groups):
        return False
    return 2 * sum(rows >= TOO_FEW for rows in labelled) >= len(groups)


def _completeness(maturity: Maturity | None, wall: datetime, zone: str) -> float | None:
    if maturity is None:
        return None
    # The middle of a day stands for it.
    return maturity.completeness(wall.replace(tzinfo=ZoneInfo(zone)) + timedelta(hours=12))
