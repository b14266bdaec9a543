"""Why an address shows nothing: which of its filters, lifted, lets rows through, and how many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dashboard.filters import Filters
from dashboard.view import View
from database.connection import Session
from database.segments import Selection, read


@dataclass(frozen=True, slots=True)
class Blocker:
    """A filter of the address without which there would be rows."""

    key: str
    rows_without: int


@dataclass(frozen=True, slots=True)
class Emptiness:
    """The blockers, the one that removes most first, and the rows that all filters remove together."""

    blockers: tuple[Blocker, ...] = ()
    rows_without_filters: int = 0


def as_it_is(selection: Selection) -> Selection:
    """Return a selection that the page does not narrow further."""
    return selection


def emptiness(
    session: Session, view: View, narrowed: Callable[[Selection], Selection] = as_it_is
) -> Emptiness:
    """Say why a view has no rows; `narrowed` makes of a selection the rows that the page is about."""

    def rows(filters: Filters) -> int:
        selection = replace(replace(view, filters=filters).selection(), previous=None, groups={})
        return read(session, narrowed(selection)).total.rows

    chosen = view.filters.chosen()
    if not chosen:
        return Emptiness()
    found = [Blocker(key, rows(view.filters.without(key))) for key in chosen]
    found = sorted((one for one in found if one.rows_without), key=lambda one: -one.rows_without)
    return Emptiness(tuple(found), rows(view.filters.cleared()))
