"""From a reader and an address to the list of its payments: counted by the segments, listed by an index."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from dashboard.emptiness import Emptiness, emptiness
from dashboard.filters import Measure, Order
from dashboard.overview.kpis import Kpi, kpis_of
from dashboard.seen import Seen, seen
from dashboard.transactions import cursor
from dashboard.view import View
from database.connection import Session, read_only
from database.queries.rows import (
    NEEDS_FEW,
    SORTABLE_ROWS,
    Beside,
    ListedTransaction,
    Place,
    beside,
    place_of,
    rows,
)
from database.segments import Fold, Sums, read
from models.access import Permission, Person
from models.messages import N_, Message

BLOCK = 100
"""Rows that a list reads at a time."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a list with what stands beside them; `after` is where it goes on, None at its end."""

    rows: tuple[ListedTransaction, ...]
    beside: Beside
    after: str | None
    query_ms: float


@dataclass(frozen=True, slots=True)
class Listing:
    """The list of an address: `order` is what is in force; sums are None for a reader without a bank."""

    seen: Seen
    total: Sums | None
    outside: int
    order: Order
    first: Block | None
    problems: tuple[Message, ...]
    query_ms: float
    why_empty: Emptiness | None = None
    compared: Kpi | None = None


def ask(person: Person, query: str, *, now: datetime) -> Listing:
    """Count the rows of an address and return the first of them, from one snapshot."""
    with read_only(banks=person.banks) as session:
        found = seen(session, person, query, now=now)
        if found.view is None:
            return Listing(found, None, 0, found.filters.order, None, found.problems, 0.0)
        fold = read(session, found.view.selection())
        order, problems = _order(found.filters.order, fold.total.rows)
        first = block(session, person, found.view, order)
        why = None if fold.total.rows else emptiness(session, found.view)
    return Listing(
        seen=found,
        total=fold.total,
        outside=fold.unconverted_outside,
        order=order,
        first=first,
        problems=(*found.problems, *problems),
        query_ms=fold.read_ms + fold.fold_ms + first.query_ms,
        compared=_compared(fold, found.view),
        why_empty=why,
    )


def more(
    person: Person, query: str, after: str | None, *, now: datetime, at: str | None = None
) -> tuple[View | None, Block | None]:
    """Return the rows of an address behind a place, or from a day, an amount or a score on."""
    with read_only(banks=person.banks) as session:
        found = seen(session, person, query, now=now)
        if found.view is None:
            return None, None
        order = found.filters.order
        if order in NEEDS_FEW:
            total = read(session, replace(found.view.selection(), previous=None)).total
            order, _ = _order(order, total.rows)
        place = None if after is None else cursor.read(after, order)
        if at is not None:
            place = cursor.at(at, order, found.view.zone)
        return found.view, block(session, person, found.view, order, place)


def block(session: Session, person: Person, view: View, order: Order, place: Place | None = None) -> Block:
    """Read one block of a list."""
    began = perf_counter()
    selection = view.selection()
    found = rows(session, selection, order, limit=BLOCK, after=place)
    last = place_of(found[-1], selection, order) if len(found) == BLOCK else None
    names = beside(session, found, sees_people=person.may(Permission.VIEW_CUSTOMERS))
    return Block(found, names, cursor.written(last) if last else None, (perf_counter() - began) * 1_000)


def _compared(fold: Fold, view: View) -> Kpi | None:
    """Return number or amount beside the period before, as the page counts; None where none is compared."""
    slug = "transactions" if view.measure is Measure.COUNT or view.currency is None else "volume"
    (kpi,) = kpis_of(fold, view, None, (slug,))
    return kpi if fold.previous is not None and kpi.figures[0].before is not None else None


def _order(wanted: Order, count: int) -> tuple[Order, tuple[Message, ...]]:
    if wanted not in NEEDS_FEW or count <= SORTABLE_ROWS:
        return wanted, ()
    text = N_("Sorting by score needs a filter to at most {most} rows; the newest stand first.")
    return Order.NEWEST, (Message(text, {"most": SORTABLE_ROWS}),)
