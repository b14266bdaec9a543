"""The read: one snapshot, one pass over the records of a selection, every panel from it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from time import perf_counter

import numpy as np
from sqlalchemy.orm import Session

from database.dimensions import SLICED
from database.segments import kernel, margins
from database.segments.clock import clock_of
from database.segments.codes import values_by_code
from database.segments.filters import Filters, Names, filters_of
from database.segments.kernel import Cells, Chosen, Ints, Money, Rows
from database.segments.record import NO_RATE, RECORD, columns_of, to_columns
from database.segments.runs import Minutes, Run, sealed_runs, tail_run
from database.segments.selection import Period, Selection, minute_of
from database.segments.sums import Extreme, Fold, Sums
from models.transactions import VOLUME_TYPES, TransactionType

_IS_VOLUME = np.zeros(kernel.TYPES, np.uint8)
_IS_VOLUME[[code for code, kind in enumerate(TransactionType, start=1) if kind in VOLUME_TYPES]] = 1

# The loops run without Python's lock: a long range is folded on every core, a short one needs no thread.
_CORES = os.cpu_count() or 1
_WORTH_A_THREAD = 150_000
_FOLDERS = ThreadPoolExecutor(_CORES, "fold")

# The bound is a sum of doubles, so it keeps a little away from the true end.
_MOST_MONEY = float(np.iinfo(np.int64).max) * 0.999


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What one snapshot holds for a selection."""

    runs: list[Run]
    filters: Filters
    money: Money
    names: Names
    zone: str


@dataclass(frozen=True, slots=True)
class _Part:
    """A run's records of one period, and which of them pass the filters."""

    rows: Rows
    chosen: Chosen
    outside: int


def read(session: Session, selection: Selection) -> Fold:
    """Fold the records of a selection, as the session's snapshot has them, into every panel at once.

    Open the session with `read_only(banks=…)`: segments and tail must come from one snapshot. Sums that
    could leave the range of 64 bits raise `OverflowError`.
    """
    began = perf_counter()
    period = _minutes((selection.since, selection.until))
    before = None if selection.previous is None else _minutes(selection.previous)
    snapshot = _snapshot(session, selection, [period] if before is None else [period, before])
    return _fold_of(snapshot, period, before, began)


def warm_up() -> None:
    """Compile the loops, or load them compiled, before the first page asks for them."""
    records = np.zeros(2, RECORD)
    records["sign"] = 1
    run = Run(columns_of(to_columns(records), len(records)), len(records))
    every_bound = (0, 1)
    passes = np.ones(1 << 16, np.bool_)
    unfiltered = Filters({}, {}, None, None, "base_e4")
    filtered = Filters({"category": passes, "channel": passes}, {}, every_bound, every_bound, "base_e4")
    for filters in (unfiltered, filtered):
        snapshot = _Snapshot([run], filters, Money(_IS_VOLUME, NO_RATE), {}, "UTC")
        _fold_of(snapshot, (0, 1), (0, 1), perf_counter())


def _fold_of(snapshot: _Snapshot, period: Minutes, before: Minutes | None, began: float) -> Fold:
    had_read = perf_counter()
    parts = list(_parts(snapshot, period))
    parts_before = [] if before is None else list(_parts(snapshot, before))
    cells, days = _folded(snapshot, parts, period)
    previous, previous_daily = (None, []) if before is None else _folded_days(snapshot, parts_before, before)
    return Fold(
        total=_total(cells),
        previous=previous,
        daily=_daily(cells, days),
        previous_daily=previous_daily,
        hours=_hours(cells),
        amounts=margins.buckets_of(cells.amounts),
        smallest=_extreme(parts, snapshot.money, cells.smallest, -1),
        largest=_extreme(parts, snapshot.money, cells.largest, 1),
        customers=int(np.count_nonzero(cells.customers[1:])),
        unconverted_outside=sum(part.outside for part in parts),
        slices={
            slug: partial(margins.by_value, slug, cells, margins.names_of(slug, snapshot.names))
            for slug in SLICED
        },
        read_ms=(had_read - began) * 1_000,
        fold_ms=(perf_counter() - had_read) * 1_000,
        rows_scanned=sum(len(part.rows.sign) for part in parts + parts_before),
    )


def _snapshot(session: Session, selection: Selection, periods: list[Minutes]) -> _Snapshot:
    names = values_by_code(session)
    return _Snapshot(
        [
            *sealed_runs(session, selection.bank_ids, periods),
            tail_run(session, selection.bank_ids),
        ],
        filters_of(session, selection, names),
        Money(_IS_VOLUME, NO_RATE if selection.currency is None else 0),
        names,
        selection.zone,
    )


def _minutes(period: Period) -> Minutes:
    since, until = period
    return minute_of(since), minute_of(until)


def _parts(snapshot: _Snapshot, minutes: Minutes) -> Iterator[_Part]:
    filters = snapshot.filters
    names = {"amount": filters.money_column}
    for run in snapshot.runs:
        place = run.between(minutes)
        if place.start >= place.stop:
            continue
        rows = Rows(*(run.columns[names.get(name, name)][place] for name in Rows._fields))
        yield _Part(rows, *filters.places(run.columns, place, rows, snapshot.money))


def _folded(snapshot: _Snapshot, parts: list[_Part], minutes: Minutes) -> tuple[Cells, Sequence[date]]:
    clock, days = clock_of(snapshot.zone, *minutes)
    sizes = {name: 1 + max(run.largest[name] for run in snapshot.runs) for name in kernel.COUNTED}

    def fold(share: list[_Part]) -> tuple[Cells, float]:
        cells = margins.empty_cells(sizes, len(days))
        return cells, sum(
            kernel.fold(part.rows, part.chosen, snapshot.money, clock, margins.SCALE, cells) for part in share
        )

    (cells, bound), *others = (
        _FOLDERS.map(fold, shares) if len(shares := _shares(parts)) > 1 else [fold(parts)]
    )
    for other, its_bound in others:
        margins.add_cells(cells, other)
        bound += its_bound
    _check_bound(bound)
    return cells, days


def _shares(parts: list[_Part]) -> list[list[_Part]]:
    """Deal the parts out, each next one to who has the fewest records; few records are one share."""
    records = sum(len(part.rows.sign) for part in parts)
    shares: list[list[_Part]] = [[] for _ in range(min(_CORES, 1 + records // _WORTH_A_THREAD))]
    loads = [0] * len(shares)
    for part in sorted(parts, key=lambda part: -len(part.rows.sign)):
        least = loads.index(min(loads))
        shares[least].append(part)
        loads[least] += len(part.rows.sign)
    return shares


def _folded_days(
    snapshot: _Snapshot, parts: list[_Part], minutes: Minutes
) -> tuple[Sums, list[tuple[date, Sums]]]:
    clock, days = clock_of(snapshot.zone, *minutes)
    cells = margins.empty_cells(dict.fromkeys(kernel.COUNTED, 0), len(days))
    bound = sum(kernel.fold_days(part.rows, part.chosen, snapshot.money, clock, cells) for part in parts)
    _check_bound(bound)
    return _total(cells), _daily(cells, days)


def _check_bound(bound: float) -> None:
    """Refuse money whose sums might have wrapped: no sum is larger than that of all amounts."""
    if bound > _MOST_MONEY:
        raise OverflowError("the amounts of this selection add up to more than 64 bits hold")


def _daily(cells: Cells, days: Sequence[date]) -> list[tuple[date, Sums]]:
    place = slice(cells.days, cells.hours)
    return list(zip(days, margins.sums_of(cells.counts[place], cells.squares[place]), strict=True))


def _hours(cells: Cells) -> list[list[Sums]]:
    sums = margins.sums_of(cells.counts[cells.hours :], cells.squares[cells.hours :])
    return [sums[hour : hour + 24] for hour in range(0, margins.HOURS, 24)]


def _total(cells: Cells) -> Sums:
    """Add up the days: each record is in one of them."""
    place = slice(cells.days, cells.hours)
    counts, squares = cells.counts[place], cells.squares[place]
    return margins.sums_of(counts.sum(axis=0, keepdims=True), squares.sum(axis=0, keepdims=True))[0]


def _extreme(parts: list[_Part], money: Money, kept: Ints, direction: int) -> Extreme | None:
    """Return the first amount that still has a row, asking for more while all that were kept are undone."""
    found = margins.extreme_of(kept, direction)
    while found is None and kept[-1, 0] != kernel.NOWHERE:
        beyond, kept = int(kept[-1, 0]), margins.none_kept()
        for part in parts:
            kernel.more_extremes(part.rows, part.chosen, money, kept, beyond, direction)
        found = margins.extreme_of(kept, direction)
    return found
