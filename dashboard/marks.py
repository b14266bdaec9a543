"""What stands behind each mark of a chart: the filter that it means, and how many rows with what sum.

A rate's rows are its frauds; where it has none, its labelled rows; where nothing is labelled, all. The
lists are in the order of the marks as they are drawn; None stands where nothing is behind a mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Final
from urllib.parse import parse_qsl, urlencode

from dashboard.drill import Then
from dashboard.filters import Measure
from dashboard.overview.rates import Rate
from dashboard.overview.series import Point, Series
from dashboard.overview.slices import Ranking
from dashboard.periods import Custom
from dashboard.view import View
from database.segments import Sums
from models.transactions import VOLUME_TYPES
from models.units import E4

Row = tuple[str, int, int | None, int]
"""The value in the address, how many rows, their sum in ten-thousandths if known, and which drill."""

Pairs = tuple[tuple[str, str], ...]

FRAUDS, LABELLED, ALL = range(3)
RATE: Final = (("fraud",), ("fraud", "genuine"), ())
CLASSES: Final = ("fraud", "genuine", "")
"""The labels of the drills of a rate, and of bars that are stacked by label."""


@dataclass(frozen=True, slots=True)
class Marks:
    """A chart's marks: key of the address, their rows, and what the whole chart stands for.

    `drills` are the parts of an address that a mark's rows have beside its value, `drill` those of the
    whole. Marks that only open their rows mean no filter of their page. Where no one address means the rows,
    they are closed: the panel says why.
    """

    key: str
    drills: tuple[str, ...]
    groups: tuple[tuple[Row | None, ...], ...]
    whole: tuple[int, int]
    drill: str = ""
    only_opens: bool = False
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Behind:
    """What the rows behind a page's marks have in common: the view, their sums, and what narrows them.

    `pairs` are parts of an address that take the place of the filter's own.
    """

    view: View
    total: Sums
    pairs: Pairs = ()
    measure: Measure = Measure.COUNT

    @property
    def whole(self) -> tuple[int, int]:
        """Return how many rows there are, with what sum."""
        return self.total.rows, self.total.volume_e4

    def by_time(self, series: Series) -> Marks:
        """Return the marks of a line of rates."""
        points = zip(self._steps(series.points), series.points, strict=True)
        return self.of("range", [rate_row(step, point.rate, point.rows) for step, point in points])

    def by_time_and_label(self, series: Series) -> Marks:
        """Return the marks of bars of counts, stacked by label; a label that nothing has is not drawn."""
        steps = self._steps(series.points)
        return self.stacked("range", steps, [_classes(point) for point in series.points])

    def by_value(self, key: str, ranking: Ranking) -> Marks:
        """Return the marks of a ranking of rates."""
        return self.of(key, [rate_row(each.value, each.rate, each.rows) for each in ranking.slices])

    def of(self, key: str, rows: Sequence[Row | None]) -> Marks:
        """Return the marks of rates under a key of the address."""
        drills = tuple(self.drill(labels, is_money=self._counts_money(labels)) for labels in RATE)
        return Marks(key, drills, (tuple(rows),), self.whole, urlencode(self.pairs))

    def stacked(
        self, key: str, values: Sequence[str], counts: Sequence[Sequence[tuple[int, int | None]]]
    ) -> Marks:
        """Return the marks of stacked bars: `counts` has rows and sum of each label for each bar."""
        drills = tuple(self.drill((label,), without=key) for label in CLASSES)
        groups = tuple(
            tuple(_bar(value, *bar[place], place) for value, bar in zip(values, counts, strict=True))
            for place in range(len(CLASSES))
            if any(bar[place][0] for bar in counts)
        )
        return Marks(key, drills, groups, self.whole, urlencode(self.pairs))

    def drill(self, labels: Sequence[str], *, is_money: bool = False, without: str = "") -> str:
        """Return what a mark's rows have beside its value: labels, and for amounts only money that counts."""
        pairs = [*self.labels(labels), *(pair for pair in self.pairs if pair[0] != without)]
        if is_money:
            pairs += self.money()
        return urlencode(pairs)

    def labels(self, labels: Sequence[str]) -> Pairs:
        """Return the labels, as far as the page is not filtered to others."""
        chosen = self.view.filters.include.get("label")
        return tuple(("label", label) for label in labels if chosen is None or label in chosen)

    def money(self) -> Pairs:
        """Return what leaves only rows with an amount that is added."""
        # A chart that is filtered by itself shows marks of rows that the page's own sums leave out.
        may_lack = bool(self.total.unconverted) or bool(self.view.filters.chosen())
        needs = may_lack and self.view.filters.amount_e4 is None
        return (*money_types(self.view), *([("amount", "0..")] if needs else []))

    def every_row(self) -> Then:
        """Return what is said of all the rows; money where it may be added over the banks."""
        return self._then(self.total.rows, self.total.volume_e4)

    def frauds(self) -> Then:
        """Return what is said of the frauds among the rows."""
        return self._then(self.total.frauds, self.total.fraud_volume_e4)

    def _then(self, rows: int, sum_e4: int) -> Then:
        return Then(rows, sum_e4 if self.view.currency is not None else None)

    def address(self, pairs: Pairs, then: Then) -> str:
        """Return the address of rows of the page, with what was said of them."""
        banks = tuple(bank.code for bank in self.view.banks)
        filters = replace(self.view.filters, measure=Measure.COUNT, banks=banks)
        kept = {key for key, _ in pairs}
        more = [pair for pair in self.pairs if pair[0] not in kept]
        kept |= {key for key, _ in more}
        own = [pair for pair in parse_qsl(filters.to_query(), keep_blank_values=True) if pair[0] not in kept]
        return f"transactions?{urlencode([*own, *more, *pairs])}#{then.written()}"

    def _counts_money(self, labels: Sequence[str]) -> bool:
        return self.measure is Measure.AMOUNT and bool(labels)

    def _steps(self, points: Sequence[Point]) -> list[str]:
        """Return each step of time as a range of the address, within the page's own to the minute."""
        span = self.view.span
        first, last = (end.astimezone(span.tzinfo).replace(tzinfo=None) for end in (span.since, span.until))
        ends = [*(max(point.at, first) for point in points), last]
        return [_range(start, until) for start, until in pairwise(ends)]


def money_types(view: View) -> Pairs:
    """Return the types whose amounts are volume, as far as the page is not filtered to others."""
    types = view.filters.include.get("transaction_type", VOLUME_TYPES) & VOLUME_TYPES
    return tuple(("type", str(kind)) for kind in sorted(types))


def rate_row(value: str, rate: Rate, rows: int) -> Row | None:
    """Return the row of a mark that is a rate of `rows` rows."""
    if rate.hits:
        return value, rate.hits, round(rate.part * E4), FRAUDS
    if rate.trials:
        return value, rate.trials, round(rate.whole * E4), LABELLED
    return (value, rows, None, ALL) if rows else None


def _classes(point: Point) -> tuple[tuple[int, int | None], ...]:
    rate = point.rate
    genuine = round(rate.whole * E4) - round(rate.part * E4)
    return (
        (rate.hits, round(rate.part * E4)),
        (rate.trials - rate.hits, genuine),
        (point.rows - rate.trials, None),
    )


def _bar(value: str, rows: int, sum_e4: int | None, place: int) -> Row | None:
    return (value, rows, sum_e4, place) if rows else None


def _range(start: datetime, until: datetime) -> str:
    return Custom(start.replace(second=0), until.replace(second=0)).to_text()
