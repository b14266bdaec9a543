"""Every chart of the product with examples of it, which a contract test draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from dashboard.charts import examples, party_examples
from dashboard.charts.amounts import amount_spread
from dashboard.charts.bars import rate_bars
from dashboard.charts.concentration import concentration_curves
from dashboard.charts.counts import counts_over_time
from dashboard.charts.figure import Figure
from dashboard.charts.heat import hour_weekday
from dashboard.charts.limit_bands import limit_bands
from dashboard.charts.over_time import rate_over_time
from dashboard.charts.payments import payment_strip
from dashboard.charts.places import place_map
from dashboard.charts.score_spread import score_spread


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart by its slug, and calls that draw it in all of its states."""

    slug: str
    examples: Callable[[], Iterable[Callable[[], Figure]]]


def _over_time() -> Iterable[Callable[[], Figure]]:
    return (partial(rate_over_time, *each) for each in examples.over_time())


def _bars() -> Iterable[Callable[[], Figure]]:
    return (partial(rate_bars, *each) for each in examples.bars())


def _heat() -> Iterable[Callable[[], Figure]]:
    return (partial(hour_weekday, *each) for each in examples.heat())


def _amounts() -> Iterable[Callable[[], Figure]]:
    return (partial(amount_spread, *each) for each in examples.amounts())


def _counts() -> Iterable[Callable[[], Figure]]:
    return (partial(counts_over_time, *each) for each in examples.counts())


def _limit_bands() -> Iterable[Callable[[], Figure]]:
    return (partial(limit_bands, *each) for each in examples.limit_bands())


def _concentration() -> Iterable[Callable[[], Figure]]:
    return (partial(concentration_curves, *each) for each in examples.concentrations())


def _scores() -> Iterable[Callable[[], Figure]]:
    return (partial(score_spread, *each) for each in examples.scores())


def _strips() -> Iterable[Callable[[], Figure]]:
    return (partial(payment_strip, *each) for each in party_examples.strips())


def _places() -> Iterable[Callable[[], Figure]]:
    return (partial(place_map, *each) for each in party_examples.places())


CHARTS: dict[str, Chart] = {
    chart.slug: chart
    for chart in (
        Chart("rate-over-time", _over_time),
        Chart("rate-bars", _bars),
        Chart("hour-weekday", _heat),
        Chart("amount-spread", _amounts),
        Chart("counts-over-time", _counts),
        Chart("limit-bands", _limit_bands),
        Chart("concentration", _concentration),
        Chart("score-spread", _scores),
        Chart("payment-strip", _strips),
        Chart("place-map", _places),
    )
}
