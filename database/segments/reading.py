"""The read: one snapshot, one pass over the records of a selection, every panel from it."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
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
from database.segments.kernel import Cells, Chosen, Column, Ints, Money, Rows
from database.segments.record import NO_RATE, RECORD, columns_of, to_columns
from database.segments.runs import Minutes, Run, sealed_runs, tail_runs
from database.segments.selection import Period, Selection, minute_of
from database.segments.sums import Extreme, Fold, Portion, Sums, added
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
class Snapshot:
    """What one snapshot holds for a selection; `places` says in which group of cells a bank is counted."""

    runs: list[Run]
    filters: Filters
    money: Money
    names: Names
    zone: str
    groups: tuple[str, ...]
    places: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Part:
    """A run's records of one period, and which of them pass the filters."""

    rows: Rows
    chosen: Chosen
    outside: int
    group: int
    run: Run
    place: slice

    def column(self, name: str) -> Column:
        """Return a column that a fold does not look at, of the same records."""
        return self.run.columns[name][self.place]


Daily = list[tuple[date, Sums]]
Days = tuple[Sums, Daily]


def read(session: Session, selection: Selection) -> Fold:
    """Fold the records of a selection, as the session's snapshot has them, into every panel at once.

    Open the session with `read_only(banks=…)`: segments and tail must come from one snapshot. Sums that
    could leave the range of 64 bits raise `OverflowError`.
    """
    began = perf_counter()
    period = minutes_of((selection.since, selection.until))
    before = None if selection.previous is None else minutes_of(selection.previous)
    snapshot = snapshot_of(session, selection, [period] if before is None else [period, before])
    return _fold_of(snapshot, period, before, began)


def warm_up() -> None:
    """Compile the loops, or load them compiled, before the first page asks for them."""
    records = np.zeros(2, RECORD)
    records["sign"] = 1
    run = Run(columns_of(to_columns(records), len(records)), len(records), bank_id=0)
    every_bound = (0, 1)
    passes = np.ones(1 << 16, np.bool_)
    unfiltered = Filters({}, {}, None, None, "base_e4")
    filtered = Filters({"category": passes, "channel": passes}, {}, every_bound, every_bound, "base_e4")
    for filters in (unfiltered, filtered):
        snapshot = Snapshot([run], filters, Money(_IS_VOLUME, NO_RATE), {}, "UTC", (), {0: 0})
        _fold_of(snapshot, (0, 1), (0, 1), perf_counter())
        for part in parts_of(snapshot, (0, 1)):
            counts = np.zeros((1, kernel.PARTY_COUNTS), np.int64)
            kernel.count_parties(part.rows, part.column("customer_no"), part.chosen, snapshot.money, counts)


def _fold_of(snapshot: Snapshot, period: Minutes, before: Minutes | None, began: float) -> Fold:
    had_read = perf_counter()
    parts = list(parts_of(snapshot, period))
    parts_before = [] if before is None else list(parts_of(snapshot, before))
    cells, days = _folded(snapshot, parts, period)
    previous = None if before is None else _folded_days(snapshot, parts_before, before)
    portions = [
        _portion(snapshot, [part for part in parts if part.group == group], cells[group], days, earlier)
        for group, earlier in enumerate(previous or [None] * len(cells))
    ]
    whole = portions[0] if len(portions) == 1 else _whole(cells, portions)
    first = cells[0]
    return Fold(
        **{each.name: getattr(whole, each.name) for each in fields(Portion)},
        hours=_hours(first),
        customers=int(np.count_nonzero(first.customers[1:])),
        unconverted_outside=sum(part.outside for part in parts),
        groups=dict(zip(snapshot.groups, portions, strict=False)),
        slices={
            slug: partial(margins.by_value, slug, first, margins.names_of(slug, snapshot.names))
            for slug in SLICED
        },
        read_ms=(had_read - began) * 1_000,
        fold_ms=(perf_counter() - had_read) * 1_000,
        rows_scanned=sum(len(part.rows.sign) for part in parts + parts_before),
    )


def snapshot_of(session: Session, selection: Selection, periods: list[Minutes]) -> Snapshot:
    """Return what the session's snapshot holds for the periods of a selection."""
    names, banks = values_by_code(session), selection.bank_ids
    places = {bank: place for place, group in enumerate(selection.groups.values()) for bank in group}
    return Snapshot(
        [*sealed_runs(session, banks, periods), *tail_runs(session, banks)],
        filters_of(session, selection, names),
        Money(_IS_VOLUME, NO_RATE if selection.currency is None else 0),
        names,
        selection.zone,
        tuple(selection.groups),
        {bank: places.get(bank, len(selection.groups)) for bank in banks},
    )


def minutes_of(period: Period) -> Minutes:
    """Return a period in the minutes of records."""
    since, until = period
    return minute_of(since), minute_of(until)


def parts_of(snapshot: Snapshot, minutes: Minutes) -> Iterator[Part]:
    """Return the records of a period, run by run, and which of them pass the filters."""
    filters = snapshot.filters
    names = {"amount": filters.money_column}
    for run in snapshot.runs:
        place = run.between(minutes)
        if place.start >= place.stop:
            continue
        rows = Rows(*(run.columns[names.get(name, name)][place] for name in Rows._fields))
        passing = filters.places(run.columns, place, rows, snapshot.money)
        yield Part(rows, *passing, snapshot.places[run.bank_id], run, place)


def _folded(snapshot: Snapshot, parts: list[Part], minutes: Minutes) -> tuple[list[Cells], Sequence[date]]:
    clock, days = clock_of(snapshot.zone, *minutes)
    sizes = {
        name: 1 + max((run.largest[name] for run in snapshot.runs), default=0) for name in kernel.COUNTED
    }

    def fold(share: list[Part]) -> tuple[list[Cells], float]:
        cells = margins.empty_cells(sizes, len(days), _groups(snapshot))
        return cells, sum(
            kernel.fold(part.rows, part.chosen, snapshot.money, clock, margins.SCALE, cells[part.group])
            for part in share
        )

    (cells, bound), *others = (
        _FOLDERS.map(fold, shares) if len(shares := _shares(parts)) > 1 else [fold(parts)]
    )
    for other, its_bound in others:
        margins.add_cells(cells, other)
        bound += its_bound
    check_bound(bound)
    return cells, days


def _groups(snapshot: Snapshot) -> int:
    return 1 + max(snapshot.places.values(), default=0)


def _shares(parts: list[Part]) -> list[list[Part]]:
    """Deal the parts out, each next one to who has the fewest records; few records are one share."""
    records = sum(len(part.rows.sign) for part in parts)
    shares: list[list[Part]] = [[] for _ in range(min(_CORES, 1 + records // _WORTH_A_THREAD))]
    loads = [0] * len(shares)
    for part in sorted(parts, key=lambda part: -len(part.rows.sign)):
        least = loads.index(min(loads))
        shares[least].append(part)
        loads[least] += len(part.rows.sign)
    return shares


def _folded_days(snapshot: Snapshot, parts: list[Part], minutes: Minutes) -> list[Days]:
    """Return the days of an earlier period, group by group."""
    clock, days = clock_of(snapshot.zone, *minutes)
    cells = margins.empty_cells(dict.fromkeys(kernel.COUNTED, 0), len(days), _groups(snapshot))
    bound = sum(
        kernel.fold_days(part.rows, part.chosen, snapshot.money, clock, cells[part.group]) for part in parts
    )
    check_bound(bound)
    return [_days(each, days) for each in cells]


def check_bound(bound: float) -> None:
    """Refuse money whose sums might have wrapped: no sum is larger than that of all amounts."""
    if bound > _MOST_MONEY:
        raise OverflowError("the amounts of this selection add up to more than 64 bits hold")


def _portion(
    snapshot: Snapshot, parts: list[Part], cells: Cells, days: Sequence[date], earlier: Days | None
) -> Portion:
    total, daily = _days(cells, days)
    previous, previous_daily = earlier or (None, [])
    return Portion(
        total=total,
        previous=previous,
        daily=daily,
        previous_daily=previous_daily,
        amounts=margins.buckets_of(cells.amounts),
        smallest=_extreme(parts, snapshot.money, cells.smallest, -1),
        largest=_extreme(parts, snapshot.money, cells.largest, 1),
    )


def _whole(cells: list[Cells], portions: list[Portion]) -> Portion:
    """Return what the groups' portions are together; each record is in one of them."""
    earlier = [each.previous for each in portions if each.previous is not None]
    return Portion(
        total=added(each.total for each in portions),
        previous=added(earlier) if earlier else None,
        daily=_together([each.daily for each in portions]),
        previous_daily=_together([each.previous_daily for each in portions]),
        amounts=margins.buckets_of(np.sum([each.amounts for each in cells], axis=0)),
        smallest=margins.most_extreme([each.smallest for each in portions], -1),
        largest=margins.most_extreme([each.largest for each in portions], 1),
    )


def _together(many: list[Sequence[tuple[date, Sums]]]) -> Daily:
    return [(same[0][0], added(sums for _, sums in same)) for same in zip(*many, strict=True)]


def _days(cells: Cells, days: Sequence[date]) -> Days:
    """Return the sums of all days and of each: every record is in one of them."""
    place = slice(cells.days, cells.days + len(days))
    counts, squares = cells.counts[place], cells.squares[place]
    total = margins.sums_of(counts.sum(axis=0, keepdims=True), squares.sum(axis=0, keepdims=True))[0]
    return total, list(zip(days, margins.sums_of(counts, squares), strict=True))


def _hours(cells: Cells) -> list[list[Sums]]:
    sums = margins.sums_of(cells.counts[cells.hours :], cells.squares[cells.hours :])
    return [sums[hour : hour + 24] for hour in range(0, margins.HOURS, 24)]


def _extreme(parts: list[Part], money: Money, kept: Ints, direction: int) -> Extreme | None:
    """Return the first amount that still has a row, asking for more while all that were kept are undone."""
    found = margins.extreme_of(kept, direction)
    while found is None and kept[-1, 0] != kernel.NOWHERE:
        beyond, kept = int(kept[-1, 0]), margins.none_kept()
        for part in parts:
            kernel.more_extremes(part.rows, part.chosen, money, kept, beyond, direction)
        found = margins.extreme_of(kept, direction)
    return found
