"""Which days of two periods may be compared, and how much days differ anyway."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from operator import itemgetter
from typing import Final

from dashboard.periods import Span
from dashboard.statistics.bursts import Days, widening
from dashboard.statistics.intervals import Estimate
from dashboard.statistics.maturity import Maturity
from dashboard.statistics.verdicts import LabelAge
from dashboard.view import View
from database.metrics import Metric, Unit
from database.segments import Portion, Sums, added
from models.units import E4

Daily = Sequence[tuple[date, Sums]]
USUAL: Final[Mapping[str, str]] = {"fraud_amount": "labelled_volume_e4", "anomalies": "analysed"}
"""What a sum that is no rate follows from day to day; the others follow the weekday."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The sums of both periods over the days whose labels are old enough, and whether there are any."""

    age: LabelAge
    now: Sums
    before: Sums | None
    days: Daily
    days_before: Daily
    until: date | None = None


def every_day(fold: Portion, age: LabelAge = LabelAge.RIPE) -> Compared:
    """Compare both periods as they are."""
    return Compared(age, fold.total, fold.previous, fold.daily, fold.previous_daily)


def compared_days(fold: Portion, view: View, maturity: Maturity | None) -> Compared:
    """Cut both periods to the leading days whose labels are old enough."""
    if maturity is None:
        return every_day(fold, LabelAge.UNDATED)
    if view.span.until <= maturity.ripe_until:
        return every_day(fold)
    # A day is old enough when it has ended by then.
    young_from = maturity.ripe_until.astimezone(view.span.tzinfo).date()
    ripe = bisect_left(fold.daily, young_from, key=itemgetter(0))
    if not ripe:
        return every_day(fold, LabelAge.YOUNG)
    days, before = fold.daily[:ripe], fold.previous_daily[:ripe]
    return Compared(
        LabelAge.RIPE,
        added(sums for _, sums in days),
        added(sums for _, sums in before) if fold.previous else None,
        days,
        before,
        days[-1][0],
    )


def widening_of(
    metric: Metric, compared: Compared, now: Estimate | None, before: Estimate | None, view: View
) -> float:
    """Return how many times wider the interval of a change must be than payments alone make it."""
    if now is None or before is None or view.previous is None:
        return 1.0
    both = [_full(compared.days, view.span), _full(compared.days_before, view.previous)]
    usual = None if metric.denominator or metric.slug in USUAL else _weekdays(metric, both)
    periods = [_days(metric, days, each, usual) for days, each in zip(both, (now, before), strict=True)]
    return widening(periods, lost=len(usual) - 1 if usual else 0)


def _full(days: Daily, span: Span) -> Daily:
    """Leave out days that the span cuts: they differ from others for no other reason."""
    first, last = (moment.astimezone(span.tzinfo) for moment in (span.since, span.until))
    cut = {each.date() for each in (first, last) if each.time() != time.min}
    return [(day, sums) for day, sums in days if day not in cut]


def _weekdays(metric: Metric, periods: Sequence[Daily]) -> dict[int, float]:
    """Return how much of an average day of its period each weekday has."""
    shares: dict[int, list[float]] = defaultdict(list)
    for days in periods:
        whole = sum(metric.parts(sums)[0] for _, sums in days)
        for day, sums in days:
            shares[day.weekday()].append(metric.parts(sums)[0] * len(days) / whole if whole else 0.0)
    return {weekday: sum(each) / len(each) for weekday, each in shares.items()}


def _days(metric: Metric, days: Daily, estimate: Estimate, usual: Mapping[int, float] | None) -> Days:
    unit = E4 if metric.unit is Unit.MONEY else 1
    parts = [metric.parts(sums)[0] / unit for _, sums in days]
    if usual is not None:
        return Days(parts, [usual[day.weekday()] for day, _ in days], 1.0, estimate)
    follows = USUAL.get(metric.slug)
    wholes = [float(getattr(sums, follows) if follows else metric.parts(sums)[1]) for _, sums in days]
    return Days(parts, wholes, 1.0 if metric.unit is Unit.MONEY and follows else sum(wholes), estimate)
