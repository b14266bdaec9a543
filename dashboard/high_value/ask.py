"""From a reader and an address to the payments at or above each bank's limit, from one snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import Final

from dashboard.emptiness import Emptiness, emptiness
from dashboard.filters import Measure, Order
from dashboard.high_value.thresholds import Threshold, above, of_bank, payments, threshold_of
from dashboard.overview.events import events_of
from dashboard.overview.maturity import maturity_of
from dashboard.overview.series import Series, both_series
from dashboard.overview.slices import Ranking, rank
from dashboard.seen import Seen, seen
from database.connection import Session, read_only
from database.queries.own_normal import OwnNormal, own_normals
from database.queries.rows import Beside, ListedTransaction, beside, rows
from database.segments import Bucket, Fold, Selection, Sums, added, added_days, bands, read
from models.access import Permission, Person

__all__ = ["BAND_PERCENTS", "WHOLE", "Answer", "Beside", "HighValue", "Listed", "Part", "ask"]

RANKED: Final = {"category": 8, "channel": 6, "country": 8}
LISTED: Final = 12
"""Payments in the list behind, over all banks."""

WHOLE: Final = 100
BAND_PERCENTS: Final = tuple(range(80, 122, 2))
"""Edges of the bands around the limit, in percent of it: a limit known to payers leaves a heap below it."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one currency holds: all payments of the filter, and those at or above the limits."""

    currency: str
    every: Sums
    high: Sums
    largest_e4: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A payment of the list beside what its customer usually pays; `unit` is the bank's base currency."""

    row: ListedTransaction
    normal: OwnNormal | None
    unit: str


@dataclass(frozen=True, slots=True)
class HighValue:
    """Every figure of the page; all but the parts are over all chosen banks."""

    thresholds: tuple[Threshold, ...]
    every: Sums
    high: Sums
    parts: tuple[Part, ...]
    series: Series
    counts: Series
    rankings: Mapping[str, Ranking]
    bands: tuple[Bucket, ...]
    listed: tuple[Listed, ...]
    beside: Beside
    query_ms: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page can draw for an address; `found` is None for a reader without any bank."""

    seen: Seen
    found: HighValue | None
    why_empty: Emptiness | None = None


def ask(person: Person, query: str, *, now: datetime) -> Answer:
    """Answer an address."""
    with read_only(banks=person.banks) as session:
        asked = seen(session, person, query, now=now)
        if asked.view is None:
            return Answer(asked, None)
        found = _high_value(session, asked, person)
        return Answer(asked, found, None if found.every.rows else emptiness(session, asked.view, payments))


def _high_value(session: Session, asked: Seen, person: Person) -> HighValue:
    began, view = perf_counter(), asked.view
    if view is None:
        raise ValueError("without a bank there is nothing to ask")
    selection = replace(view.selection(), previous=None)
    limits = tuple(
        threshold_of(session, view, bank) for bank in asked.banks if bank.bank_id in selection.bank_ids
    )
    every = {limit: read(session, of_bank(selection, limit)) for limit in limits}
    narrowed = {limit: found for limit in limits if (found := above(selection, limit)) is not None}
    high = {limit: read(session, each) for limit, each in narrowed.items()}
    days = added_days([fold.daily for fold in high.values()])
    maturity = maturity_of(session, view.bank_ids)
    hours = [
        [added(cells) for cells in zip(*rows_of, strict=True)]
        for rows_of in zip(*(fold.hours for fold in high.values()), strict=True)
    ]
    events = events_of(session, view.bank_ids, view.span)
    rates, counts = both_series(days, hours, view.span, maturity, events)
    listed, names = _listed(session, narrowed, person)
    whole = added(fold.total for fold in high.values())
    return HighValue(
        thresholds=limits,
        every=added(fold.total for fold in every.values()),
        high=whole,
        parts=_parts(limits, every, high),
        series=rates,
        counts=counts,
        rankings={
            slug: rank(slug, _slices(high.values(), slug), whole, measure=Measure.COUNT, most=most)
            for slug, most in RANKED.items()
        },
        bands=_bands(session, selection, limits),
        listed=listed,
        beside=names,
        query_ms=(perf_counter() - began) * 1_000,
    )


def _parts(
    limits: Sequence[Threshold], every: Mapping[Threshold, Fold], high: Mapping[Threshold, Fold]
) -> tuple[Part, ...]:
    found = []
    for currency in sorted({limit.currency for limit in limits}):
        own = [limit for limit in limits if limit.currency == currency]
        largest = [high[limit].largest for limit in own if limit in high]
        found.append(
            Part(
                currency,
                added(every[limit].total for limit in own),
                added(high[limit].total for limit in own if limit in high),
                max((one.amount_e4 for one in largest if one), default=None),
            )
        )
    return tuple(found)


def _slices(folds: Iterable[Fold], slug: str) -> dict[str, Sums]:
    found: dict[str, Sums] = {}
    for fold in folds:
        for value, sums in fold.by(slug).items():
            found[value] = found[value] + sums if value in found else sums
    return found


def _bands(session: Session, selection: Selection, limits: Sequence[Threshold]) -> tuple[Bucket, ...]:
    """Count payments by their share of the limit; `lower_e4` of a band is that share in ten-thousandths."""
    counts = [[0, 0, 0] for _ in BAND_PERCENTS[1:]]
    for limit in limits:
        if limit.e4 is None:
            continue
        edges = [-(-limit.e4 * percent // 100) for percent in BAND_PERCENTS]
        for place, each in enumerate(bands(session, of_bank(selection, limit), edges)):
            for column, number in enumerate((each.genuine, each.fraud, each.unknown)):
                counts[place][column] += number
    return tuple(
        Bucket(percent * 100, *each) for percent, each in zip(BAND_PERCENTS[:-1], counts, strict=True)
    )


def _listed(
    session: Session, narrowed: Mapping[Threshold, Selection], person: Person
) -> tuple[tuple[Listed, ...], Beside]:
    """Return the largest payments of each bank beside their customers' own normal."""
    most = -(-LISTED // max(len(narrowed), 1))
    found = [
        (limit, row)
        for limit, selection in narrowed.items()
        for row in rows(session, selection, Order.LARGEST, limit=most)
    ]
    normals = own_normals(session, [row for _, row in found])
    listed = tuple(
        Listed(row, normals.get((row.bank_id, row.transaction_id)), limit.bank.base_currency)
        for limit, row in found
    )
    names = beside(session, [row for _, row in found], sees_people=person.may(Permission.VIEW_CUSTOMERS))
    return listed, names
