"""Which days of two periods may be compared, and how much days differ anyway."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from operator import itemgetter
from typing import Final

import numpy as np
import numpy.typing as npt

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


Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Table:
    """The whole days of a period: the weekday of each, and its sums as a row."""

    weekdays: npt.NDArray[np.int64]
    sums: Floats

    def of(self, name: str) -> Floats:
        """Return one of the sums, day by day."""
        found: Floats = self.sums[:, Sums._fields.index(name)]
        return found


@dataclass(frozen=True, slots=True)
class Compared:
    """The sums of both periods over the days whose labels are old enough, and whether there are any."""

    age: LabelAge
    now: Sums
    before: Sums | None
    tables: tuple[Table, Table] | None
    until: date | None = None


def every_day(fold: Portion, view: View, age: LabelAge = LabelAge.RIPE) -> Compared:
    """Compare both periods as they are."""
    return Compared(age, fold.total, fold.previous, _tables(fold.daily, fold.previous_daily, view))


def compared_days(fold: Portion, view: View, maturity: Maturity | None) -> Compared:
    """Cut both periods to the leading days whose labels are old enough."""
    if maturity is None:
        return every_day(fold, view, LabelAge.UNDATED)
    if view.span.until <= maturity.ripe_until:
        return every_day(fold, view)
    # A day is old enough when it has ended by then.
    young_from = maturity.ripe_until.astimezone(view.span.tzinfo).date()
    ripe = bisect_left(fold.daily, young_from, key=itemgetter(0))
    if not ripe:
        return every_day(fold, view, LabelAge.YOUNG)
    days, before = fold.daily[:ripe], fold.previous_daily[:ripe]
    return Compared(
        LabelAge.RIPE,
        added(sums for _, sums in days),
        added(sums for _, sums in before) if fold.previous else None,
        _tables(days, before, view),
        days[-1][0],
    )


def _tables(days: Daily, before: Daily, view: View) -> tuple[Table, Table] | None:
    return None if view.previous is None else (_table(days, view.span), _table(before, view.previous))


def _table(days: Daily, span: Span) -> Table:
    """Leave out days that the span cuts: they differ from others for no other reason."""
    ends = (moment.astimezone(span.tzinfo) for moment in (span.since, span.until))
    cut = {end.date() for end in ends if end.time() != time.min}
    whole = [(day, sums) for day, sums in days if day not in cut]
    return Table(
        np.array([day.weekday() for day, _ in whole], np.int64),
        np.array([sums for _, sums in whole], np.float64).reshape(-1, len(Sums._fields)),
    )


def widening_of(metric: Metric, compared: Compared, now: Estimate | None, before: Estimate | None) -> float:
    """Return how many times wider the interval of a change must be than payments alone make it."""
    if now is None or before is None or compared.tables is None:
        return 1.0
    usual, lost = None, 0
    if not metric.denominator and metric.slug not in USUAL:
        usual, lost = _weekdays(metric, compared.tables)
    pairs = zip(compared.tables, (now, before), strict=True)
    return widening([_days(metric, table, each, usual) for table, each in pairs], lost=lost)


def _weekdays(metric: Metric, tables: Sequence[Table]) -> tuple[Floats, int]:
    """Return how much of an average day of its period each weekday has, and what telling them takes."""
    days = np.concatenate([table.weekdays for table in tables])
    parts = [table.of(metric.numerator) for table in tables]
    shares = [each * len(each) / whole if (whole := each.sum()) else each * 0 for each in parts]
    count = np.bincount(days, minlength=7)
    usual: Floats = np.bincount(days, np.concatenate(shares), minlength=7) / np.maximum(count, 1)
    return usual, max(int(np.count_nonzero(count)) - 1, 0)


def _days(metric: Metric, table: Table, estimate: Estimate, usual: Floats | None) -> Days:
    parts = table.of(metric.numerator) / (E4 if metric.unit is Unit.MONEY else 1)
    if usual is not None:
        return Days(parts, usual[table.weekdays], 1.0, estimate)
    follows = USUAL.get(metric.slug)
    wholes = table.of(follows or metric.denominator or metric.numerator)
    is_money = metric.unit is Unit.MONEY and follows is not None
    return Days(parts, wholes, 1.0 if is_money else float(wholes.sum()), estimate)
