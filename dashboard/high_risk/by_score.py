"""Payments whose score reaches the threshold, how right the score was, and whom it points at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import Final

from dashboard.emptiness import Emptiness, emptiness
from dashboard.filters import Measure
from dashboard.overview.events import events_of
from dashboard.overview.maturity import maturity_of
from dashboard.overview.series import Series, both_series
from dashboard.overview.slices import Ranking, rank
from dashboard.seen import Seen, seen
from dashboard.view import View
from database.connection import Session, read_only
from database.queries.risky_parties import Named, Outlier, RiskyParty, outliers, riskiest
from database.segments import Bucket, Selection, Sums, read
from models.access import Permission, Person
from models.units import E4

__all__ = ["Answer", "ByScore", "Named", "Outlier", "RiskyParty", "ask"]

RANKED: Final = {"category": 8, "channel": 6}
LISTED: Final = 10
_HIGHEST: Final = E4


@dataclass(frozen=True, slots=True)
class ByScore:
    """`every` payment of the filter, the `scored` ones, and the `flagged` ones from the threshold on.

    `scores` are the scored ones in steps of the score.
    """

    threshold: float
    every: Sums
    scored: Sums
    scores: Sequence[Bucket]
    flagged: Sums
    series: Series
    counts: Series
    rankings: Mapping[str, Ranking]
    customers: tuple[RiskyParty, ...]
    merchants: tuple[RiskyParty, ...]
    outliers: tuple[Outlier, ...]
    query_ms: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page can draw for an address; `found` is None for a reader without any bank."""

    seen: Seen
    found: ByScore | None
    why_empty: Emptiness | None = None


def ask(person: Person, query: str, *, now: datetime, threshold: float) -> Answer:
    """Answer an address; `threshold` is the setting HIGH_RISK_THRESHOLD, a probability."""
    with read_only(banks=person.banks) as session:
        asked = seen(session, person, query, now=now)
        if asked.view is None:
            return Answer(asked, None)
        found = _by_score(session, asked.view, threshold, person)
        return Answer(asked, found, None if found.every.rows else emptiness(session, asked.view))


def _by_score(session: Session, view: View, threshold: float, person: Person) -> ByScore:
    began, selection = perf_counter(), replace(view.selection(), previous=None, groups={})
    sees_people = person.may(Permission.VIEW_CUSTOMERS)
    maturity = maturity_of(session, view.bank_ids)
    events = events_of(session, view.bank_ids, view.span)
    low, high = selection.score_e4 or (None, None)
    with_score = replace(selection, score_e4=(low or 0, _HIGHEST if high is None else high))
    least = round(threshold * E4)
    scored = read(session, with_score)
    flagged = read(session, replace(with_score, score_e4=(max(low or 0, least), high)))
    series, counts = both_series(flagged.daily, flagged.hours, view.span, maturity, events)
    banks = selection.bank_ids
    return ByScore(
        threshold=threshold,
        every=read(session, selection).total,
        scored=scored.total,
        scores=scored.scores,
        flagged=flagged.total,
        series=series,
        counts=counts,
        rankings={
            slug: rank(slug, flagged.by(slug), flagged.total, measure=Measure.COUNT, most=most)
            for slug, most in RANKED.items()
        },
        customers=riskiest(session, "customer", banks, threshold, limit=LISTED, sees_people=sees_people),
        merchants=riskiest(session, "merchant", banks, threshold, limit=LISTED, sees_people=sees_people),
        outliers=outliers(session, _anyone(selection), limit=LISTED),
        query_ms=(perf_counter() - began) * 1_000,
    )


def _anyone(selection: Selection) -> Selection:
    """Leave the score out: a burst is one whatever a model thinks of it."""
    return replace(selection, score_e4=None)
