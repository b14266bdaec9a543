"""What one snapshot holds for a selection: its runs, filters and money, and the records of a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy.orm import Session

from database.scope import told_once
from database.segments import kernel
from database.segments.codes import values_by_code
from database.segments.filters import Filters, Names, filters_of
from database.segments.kernel import Chosen, Money, Rows
from database.segments.record import NO_RATE
from database.segments.runs import Minutes, Run, sealed_runs, tail_runs
from database.segments.selection import Period, Selection, minute_of
from models.transactions import VOLUME_TYPES, TransactionType

IS_VOLUME = np.zeros(kernel.TYPES, np.uint8)
IS_VOLUME[[code for code, kind in enumerate(TransactionType, start=1) if kind in VOLUME_TYPES]] = 1


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one snapshot holds for a selection; `places` says in which group of cells a bank is counted."""

    sealed: list[Run]
    tail: list[Run]
    filters: Filters
    money: Money
    names: Names
    zone: str
    groups: tuple[str, ...]
    places: Mapping[int, int]

    @property
    def runs(self) -> list[Run]:
        """All runs: what is sealed, then the tail."""
        return [*self.sealed, *self.tail]


@dataclass(frozen=True, slots=True)
class Part:
    """Records of a run, and which of them pass the filters."""

    rows: Rows
    chosen: Chosen
    outside: int
    group: int


def snapshot_of(session: Session, selection: Selection, periods: list[Minutes]) -> Snapshot:
    """Return what the session's snapshot holds for the periods of a selection."""
    banks = selection.bank_ids
    names = told_once(session, "codes", lambda: values_by_code(session))
    sealed = told_once(session, ("sealed", banks, *periods), lambda: sealed_runs(session, banks, periods))
    tail = told_once(session, ("tail", banks), lambda: tail_runs(session, banks))
    places = {bank: place for place, group in enumerate(selection.groups.values()) for bank in group}
    return Snapshot(
        sealed,
        tail,
        filters_of(session, selection, names),
        Money(IS_VOLUME, NO_RATE if selection.currency is None else 0),
        names,
        selection.zone,
        tuple(selection.groups),
        {bank: places.get(bank, len(selection.groups)) for bank in banks},
    )


def minutes_of(period: Period) -> Minutes:
    """Return a period in the minutes of records."""
    since, until = period
    return minute_of(since), minute_of(until)


def part_of(snapshot: Snapshot, run: Run, place: slice) -> Part:
    """Return the records at a place of a run, and look which of them pass the filters."""
    names = {"amount": snapshot.filters.money_column}
    rows = Rows(*(run.columns[names.get(name, name)][place] for name in Rows._fields))
    passing = snapshot.filters.places(run.columns, place, rows, snapshot.money)
    return Part(rows, *passing, snapshot.places[run.bank_id])


def parts_of(snapshot: Snapshot, minutes: Minutes) -> Iterator[Part]:
    """Return the records of a period, run by run."""
    for run in snapshot.runs:
        place = run.between(minutes)
        if place.start < place.stop:
            yield part_of(snapshot, run, place)
