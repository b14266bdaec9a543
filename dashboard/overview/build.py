"""Asks the segments once and derives every figure of the Overview from the answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType

from dashboard.emptiness import Emptiness, emptiness
from dashboard.overview.events import events_of
from dashboard.overview.kpis import Kpi, kpis_of
from dashboard.overview.rates import Rate, rate_of
from dashboard.overview.series import Series, hours_of, is_hourly, series_of
from dashboard.overview.slices import Ranking, Spread, heat, rank, spread
from dashboard.statistics.maturity import Maturity
from dashboard.view import View
from database.connection import Session
from database.segments import Fold, Sums, read

MOST_CATEGORIES, MOST_VALUES = 14, 5
OWN = {
    "category": "category",
    "channel": "channel",
    "country": "country",
    "payment": "payment_method",
    "hour": "hour",
    "amount": "amount",
}
"""Which chart a key of the address is the own filter of."""

NOTHING_OWN: Mapping[str, Fold] = MappingProxyType({})
RANKED = {"category": MOST_CATEGORIES, "channel": 6, "country": MOST_VALUES, "payment_method": MOST_VALUES}


@dataclass(frozen=True, slots=True)
class Overview:
    """Every figure of the page, before it is put into words."""

    view: View
    total: Sums
    rate: Rate
    kpis: tuple[Kpi, ...]
    series: Series
    rankings: dict[str, Ranking]
    heat: tuple[tuple[Rate, ...], ...]
    spread: Spread | None
    maturity: Maturity | None
    unconverted_outside: int
    data_age: timedelta | None
    query_ms: float
    emptiness: Emptiness | None = None


def overview(session: Session, view: View, maturity: Maturity | None) -> Overview:
    """Read and fold once, then derive."""
    fold = read(session, view.selection())
    found = derive(fold, view, maturity, _own(session, view) if fold.total.rows else {})
    events = events_of(session, view.bank_ids, view.span)
    found = replace(found, series=replace(found.series, events=events))
    return found if fold.total.rows else replace(found, emptiness=emptiness(session, view))


def derive(
    fold: Fold, view: View, maturity: Maturity | None, own: Mapping[str, Fold] = NOTHING_OWN
) -> Overview:
    """Derive the page from its fold; pure. `own` has the folds of charts that are filtered by themselves."""
    measure = view.measure
    series = (
        hours_of(fold.hours, view.span, measure=measure, maturity=maturity)
        if is_hourly(view.span)
        else series_of(fold.daily, fold.previous_daily, view.span, measure=measure, maturity=maturity)
    )
    return Overview(
        view=view,
        total=fold.total,
        rate=rate_of(fold.total, measure),
        kpis=kpis_of(fold, view, maturity),
        series=series,
        rankings={slug: _ranking(slug, own.get(slug, fold), view, most) for slug, most in RANKED.items()},
        heat=heat(own.get("hour", fold).hours, measure),
        spread=spread(own.get("amount", fold).amounts) if view.currency else None,
        maturity=maturity,
        unconverted_outside=fold.unconverted_outside,
        data_age=view.now - view.newest if view.newest else None,
        query_ms=fold.read_ms + fold.fold_ms,
    )


def _ranking(slug: str, fold: Fold, view: View, most: int) -> Ranking:
    ranking = rank(slug, fold.by(slug), fold.total, measure=view.measure, most=most)
    filters = view.filters
    return replace(ranking, chosen=filters.include.get(slug), without=filters.exclude.get(slug, frozenset()))


def _own(session: Session, view: View) -> dict[str, Fold]:
    """Fold once more for each chart that is filtered by one of its own marks: it keeps showing the others."""
    keys = {key.removesuffix("!") for key in view.filters.chosen()} & OWN.keys()
    found = {}
    for key in sorted(keys):
        lifted = replace(view, filters=view.filters.without(key).without(f"{key}!"))
        found[OWN[key]] = read(session, replace(lifted.selection(), previous=None))
    return found
