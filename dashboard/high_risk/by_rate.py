"""Customers and merchants by the lower bound of their fraud rate, and how few hold how much of the fraud."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import Final

import numpy as np
import numpy.typing as npt

from dashboard.emptiness import Emptiness, emptiness
from dashboard.filters import Measure
from dashboard.overview.rates import Rate, rate_of
from dashboard.seen import Seen, seen
from dashboard.statistics.concentration import Concentration, concentration
from dashboard.statistics.intervals import lower_bounds
from dashboard.view import View
from database.connection import Session, read_only
from database.queries.risky_parties import Named, named
from database.segments import Party, PartyCounts, Sums, read
from models.access import Permission, Person

LISTED: Final = 12
HOLDERS: Final = 5


@dataclass(frozen=True, slots=True)
class Ranked:
    """One party with its rate by count; money in ten-thousandths of its bank's base currency."""

    party: Named
    rows: int
    rate: Rate
    fraud_volume_e4: int


@dataclass(frozen=True, slots=True)
class Holder:
    """One of those who hold most of the fraud; `together` is the share of it down to this one."""

    one: Ranked
    together: float


@dataclass(frozen=True, slots=True)
class Parties:
    """The customers or merchants of a selection: `with_fraud` of `total` have any, the first ones ranked.

    `holders` are those at the beginning of the concentration's curve.
    """

    total: int
    with_fraud: int
    ranked: tuple[Ranked, ...]
    holders: tuple[Holder, ...]
    concentration: Concentration | None


@dataclass(frozen=True, slots=True)
class ByRate:
    """Every figure of the tab; concentration is of fraud amounts, of frauds where currencies differ."""

    every: Sums
    customers: Parties
    merchants: Parties
    measure: Measure
    query_ms: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page can draw for an address; `found` is None for a reader without any bank."""

    seen: Seen
    found: ByRate | None
    why_empty: Emptiness | None = None


def ask(person: Person, query: str, *, now: datetime) -> Answer:
    """Answer an address."""
    with read_only(banks=person.banks) as session:
        asked = seen(session, person, query, now=now)
        if asked.view is None:
            return Answer(asked, None)
        found = _by_rate(session, asked.view, person)
        return Answer(asked, found, None if found.every.rows else emptiness(session, asked.view))


def _by_rate(session: Session, view: View, person: Person) -> ByRate:
    began, selection = perf_counter(), replace(view.selection(), previous=None, groups={})
    measure = Measure.AMOUNT if view.currency else Measure.COUNT
    sees_people = person.may(Permission.VIEW_CUSTOMERS)
    fold = read(session, selection, parties=("customer", "merchant"))
    customers, merchants = (
        _parties(session, fold.parties[party], party, measure, sees_people=sees_people)
        for party in fold.parties
    )
    return ByRate(fold.total, customers, merchants, measure, (perf_counter() - began) * 1_000)


def most_certain(counts: PartyCounts, most: int) -> list[int]:
    """Return the places of the parties whose fraud rate has the highest lower bounds, the highest first."""
    suspects = np.flatnonzero(counts.frauds)
    low = lower_bounds(counts.frauds[suspects], counts.labelled[suspects])
    if len(low) > most:
        # Sorting a hundred thousand for the sake of twelve would take longer than counting them.
        is_near = low >= np.partition(low, -most)[-most]
        suspects, low = suspects[is_near], low[is_near]
    # Of equal bounds, who has more frauds stands first, then who came first: the order is the same each time.
    order = np.lexsort((counts.number[suspects], -counts.frauds[suspects], -low))
    found: list[int] = suspects[order[:most]].tolist()
    return found


def largest(held: npt.NDArray[np.int64], numbers: npt.NDArray[np.int64], most: int) -> list[int]:
    """Return the places of who holds most, the largest first; of equal holders, who came first."""
    holders = np.flatnonzero(held)
    if len(holders) > most:
        holders = holders[held[holders] >= np.partition(held[holders], -most)[-most]]
    found: list[int] = holders[np.lexsort((numbers[holders], -held[holders]))[:most]].tolist()
    return found


def _parties(
    session: Session, counts: PartyCounts, party: Party, measure: Measure, *, sees_people: bool
) -> Parties:
    held = counts.fraud_volume_e4 if measure is Measure.AMOUNT else counts.frauds
    certain, holders = most_certain(counts, LISTED), largest(held, counts.number, HOLDERS)
    places = sorted({*certain, *holders})
    names = named(session, party, counts.number[places].tolist(), sees_people=sees_people)
    told = {
        place: Ranked(
            names[int(counts.number[place])],
            int(counts.rows[place]),
            _rate(int(counts.frauds[place]), int(counts.labelled[place])),
            int(counts.fraud_volume_e4[place]),
        )
        for place in places
    }
    together = np.cumsum(held[holders]) / max(int(held.sum()), 1)
    return Parties(
        total=len(counts.number),
        with_fraud=int(np.count_nonzero(counts.frauds)),
        ranked=tuple(told[place] for place in certain),
        holders=tuple(
            Holder(told[place], share) for place, share in zip(holders, together.tolist(), strict=True)
        ),
        concentration=concentration(held),
    )


def _rate(frauds: int, labelled: int) -> Rate:
    return rate_of(Sums(rows=labelled, labelled=labelled, frauds=frauds), Measure.COUNT)
