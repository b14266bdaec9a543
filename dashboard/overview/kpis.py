"""The page's figures: value, interval, the period before, and what may be said of the change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from dashboard.filters import Measure
from dashboard.overview.compared import Compared, compared_days, every_day, widening_of
from dashboard.overview.rates import fraud_square, rate_of
from dashboard.overview.series import grain_of, steps
from dashboard.periods import Comparison
from dashboard.statistics.intervals import Estimate, mean_of, total_of, wilson
from dashboard.statistics.maturity import Maturity
from dashboard.statistics.verdicts import Outcome, Verdict, judge, judge_labelled
from dashboard.view import View
from database.metrics import METRICS, Metric
from database.segments import Bucket, Fold, Portion, Sums, added
from models.units import E4


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a tile; `currency` for money. `compared_until` is the last day that was compared."""

    value: float | None
    estimate: Estimate | None
    before: float | None
    verdict: Verdict
    currency: str | None = None
    hits: int | None = None
    trials: int | None = None
    compared_until: date | None = None
    exact_e4: int | None = None
    smallest_e4: int | None = None
    largest_e4: int | None = None
    unconverted: int = 0


@dataclass(frozen=True, slots=True)
class Kpi:
    """A tile: one figure, or one per currency where no total may be made; trends are per step of the line."""

    metric: Metric
    figures: tuple[Figure, ...]
    trend: tuple[float | None, ...] = ()
    trend_before: tuple[float | None, ...] = ()


Estimator = Callable[[Sums], Estimate | None]
COUNTED = ("transactions",)
MONEY = ("volume", "fraud_rate_amount", "fraud_amount", "average_amount")
ORDER = (
    "transactions",
    "volume",
    "fraud_rate",
    "fraud_rate_amount",
    "fraud_amount",
    "average_amount",
    "anomalies",
)
LABELLED = {"fraud_rate", "fraud_rate_amount", "fraud_amount"}


def kpis_of(
    fold: Fold, view: View, maturity: Maturity | None, slugs: Sequence[str] = ORDER
) -> tuple[Kpi, ...]:
    """Return the tiles of some metrics; money has a figure per currency where the banks have several."""
    groups = steps(fold.daily, grain_of(fold.daily))
    trends = _steps(fold.daily, groups), _steps(fold.previous_daily, groups)
    whole = _side(fold, view, maturity)
    money = (
        {view.currency: whole}
        if view.currency
        else {currency: _side(each, view, maturity) for currency, each in fold.groups.items()}
    )
    return tuple(
        _kpi(METRICS[slug], money if slug in MONEY else {None: whole}, view, trends) for slug in slugs
    )


@dataclass(frozen=True, slots=True)
class _Side:
    """A portion with what all of its metrics need: its days with labels old enough, how sure each is."""

    portion: Portion
    ripe: Compared
    every: Compared
    estimators: Mapping[str, Estimator]


def _side(portion: Portion, view: View, maturity: Maturity | None) -> _Side:
    ripe, every = compared_days(portion, view, maturity), every_day(portion, view)
    return _Side(portion, ripe, every, _estimators(portion.amounts))


Trends = tuple[Sequence[Sums | None], Sequence[Sums | None]]
Sides = Mapping[str, _Side] | Mapping[None, _Side]


def _kpi(metric: Metric, sides: Sides, view: View, trends: Trends) -> Kpi:
    figures = tuple(_figure(metric, each, currency, view) for currency, each in sides.items())
    if len(figures) > 1 or figures[0].value is None:
        return Kpi(metric, figures)
    now, before = ([None if sums is None else metric.value(sums) for sums in each] for each in trends)
    return Kpi(metric, figures, tuple(now), tuple(before))


def _steps(days: Sequence[tuple[date, Sums]], groups: Sequence[Sequence[int]]) -> list[Sums | None]:
    """Return the sums of each step of the line; None where the period before has no such step."""
    reached = [[days[place][1] for place in group if place < len(days)] for group in groups]
    return [(sums[0] if len(sums) == 1 else added(sums)) if sums else None for sums in reached]


def _figure(metric: Metric, side: _Side, currency: str | None, view: View) -> Figure:
    fold, estimator = side.portion, side.estimators[metric.slug]
    estimate, value = estimator(fold.total), metric.value(fold.total)
    before = metric.value(fold.previous) if fold.previous else None
    compared = side.ripe if metric.slug in LABELLED else side.every
    after, then = (_estimated(metric, estimator, each) for each in (compared.now, compared.before))
    given = widening_of(metric, compared, after, then)
    if metric.slug == "anomalies" and not fold.total.analysed:
        value, before, verdict = None, None, Verdict(Outcome.NOT_ANALYSED)
    elif metric.slug in LABELLED:
        value = value if fold.total.labelled else None
        verdict = judge_labelled(after, then, compared.age, widening=given)
    else:
        verdict = judge(after, then, widening=given)
    numerator, denominator = metric.parts(fold.total)
    if view.filters.comparison is Comparison.OFF and verdict.outcome is Outcome.NOTHING_BEFORE:
        verdict = Verdict(Outcome.NOT_COMPARED)
    shares = metric.slug in {"fraud_rate", "fraud_rate_amount"}
    return Figure(
        value=value,
        estimate=estimate if metric.slug in LABELLED and value is not None else None,
        before=before,
        verdict=verdict,
        currency=currency,
        hits=numerator if shares else None,
        trials=denominator if shares else None,
        compared_until=compared.until,
        exact_e4=numerator if metric.slug in {"volume", "fraud_amount"} else None,
        smallest_e4=fold.smallest.amount_e4 if fold.smallest and metric.slug == "average_amount" else None,
        largest_e4=fold.largest.amount_e4 if fold.largest and metric.slug == "average_amount" else None,
        unconverted=fold.total.unconverted,
    )


def _estimated(metric: Metric, estimator: Estimator, sums: Sums | None) -> Estimate | None:
    if sums is None or (metric.slug in LABELLED and not sums.labelled):
        return None
    return estimator(sums)


def _estimators(amounts: Sequence[Bucket]) -> dict[str, Estimator]:
    """Return how sure each metric is of its value, by slug."""
    spread = relative_square(amounts)
    return {
        "transactions": lambda sums: total_of(sums.rows, sums.rows),
        "volume": lambda sums: total_of(sums.volume_e4 / E4, _square(sums, spread)),
        "average_amount": lambda sums: mean_of(sums.volume_e4 / E4, _square(sums, spread), sums.volume_rows),
        "fraud_rate": lambda sums: rate_of(sums, Measure.COUNT).estimate,
        "fraud_rate_amount": lambda sums: rate_of(sums, Measure.AMOUNT).estimate,
        "fraud_amount": lambda sums: total_of(sums.fraud_volume_e4 / E4, fraud_square(sums)),
        "anomalies": lambda sums: wilson(sums.anomalies, sums.analysed),
    }


def _square(sums: Sums, spread: float) -> float:
    """Return the sum of squares of all amounts, from their average and how widely they are spread."""
    total = sums.volume_e4 / E4
    return spread * total * total / sums.volume_rows if sums.volume_rows else 0.0


def relative_square(amounts: Sequence[Bucket]) -> float:
    """Return E[x²] / E[x]² of all amounts from their logarithmic buckets, the middle standing for each."""
    rows = squares = total = 0.0
    for place, bucket in enumerate(amounts):
        upper = amounts[place + 1].lower_e4 if place + 1 < len(amounts) else bucket.lower_e4 * 1.1
        middle, count = (bucket.lower_e4 + upper) / 2, bucket.genuine + bucket.fraud + bucket.unknown
        rows, total, squares = rows + count, total + count * middle, squares + count * middle * middle
    return squares * rows / (total * total) if total else 1.0
