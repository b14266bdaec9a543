"""The pass over the records of a selection: piece by piece, on every core, into tables that add up."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock

import numpy as np

from database.segments import kernel, margins
from database.segments.clock import clock_of
from database.segments.kernel import Cells, Clock
from database.segments.runs import Minutes, Run
from database.segments.snapshot import Snapshot, part_of

# The loops run without Python's lock: a long range is folded on every core, a short one needs no thread.
_CORES = os.cpu_count() or 1
_WORTH_A_THREAD = 150_000
_FOLDERS = ThreadPoolExecutor(_CORES, "fold")

# Few enough that cores end together and a filter's mask stays near its core, enough to be worth a call.
_AT_ONCE = 1 << 16

# The bound is a sum of doubles, so it keeps a little away from the true end.
_MOST_MONEY = float(np.iinfo(np.int64).max) * 0.999

# Tables are a little larger than today's codes and numbers need: then tomorrow's find room in them.
_ROOM = {"customer_no": 4_096, "merchant_no": 1_024}
_ROOM_FOR_CODES = 16


@dataclass(frozen=True, slots=True)
class Pass:
    """What a pass looks at: a period, the one before it if asked, and whom it counts by."""

    snapshot: Snapshot
    clock: Clock
    days: tuple[date, ...]
    period: Minutes
    clock_before: Clock
    days_before: tuple[date, ...]
    before: Minutes | None
    parties: frozenset[str]
    sizes: Mapping[str, int]

    @property
    def groups(self) -> int:
        """How many groups of banks have cells of their own."""
        return 1 + max(self.snapshot.places.values(), default=0)


@dataclass(slots=True)
class Tables:
    """What a pass has filled: the cells of each group, and those of the days before."""

    cells: list[Cells]
    before: list[Cells]
    bound: float = 0.0
    bound_before: float = 0.0
    outside: int = 0
    scanned: int = 0

    def added(self, others: Iterable[Tables]) -> Tables:
        """Add what other passes over other records have filled, into these tables."""
        for other in others:
            margins.add_cells(self.cells, other.cells)
            margins.add_cells(self.before, other.before)
            self.bound += other.bound
            self.bound_before += other.bound_before
            self.outside += other.outside
            self.scanned += other.scanned
        return self

    def copied(self) -> Tables:
        """Return tables that may be added to while these stay as they are."""
        return replace(self, cells=margins.copied(self.cells), before=margins.copied(self.before))

    @property
    def bytes_held(self) -> int:
        """How much memory they take."""
        return sum(margins.bytes_of(cells) for cells in (self.cells, self.before))

    def check_bounds(self) -> None:
        """Refuse money whose sums might have wrapped: no sum is larger than that of all amounts."""
        if max(self.bound, self.bound_before) > _MOST_MONEY:
            raise OverflowError("the amounts of this selection add up to more than 64 bits hold")


@dataclass(frozen=True, slots=True)
class _Piece:
    run: Run
    place: slice
    is_before: bool

    @property
    def records(self) -> int:
        return int(self.place.stop - self.place.start)


def pass_of(snapshot: Snapshot, period: Minutes, before: Minutes | None, parties: Iterable[str] = ()) -> Pass:
    """Return the pass that a page needs."""
    nothing = (period[0], period[0])
    largest = {name: max((run.largest[name] for run in snapshot.runs), default=0) for name in kernel.COUNTED}
    return Pass(
        snapshot,
        *clock_of(snapshot.zone, *period),
        period,
        *clock_of(snapshot.zone, *(before or nothing)),
        before,
        frozenset(parties),
        {name: _with_room(name, most) for name, most in largest.items()},
    )


class _Busy:
    """How many folds this process is in."""

    lock = Lock()
    folds = 0


def fold(work: Pass, runs: Sequence[Run]) -> Tables:
    """Fold the records of some runs; few are folded here, many on every core that no other fold has."""
    pieces = deque(_pieces(work, runs))
    with _free_cores() as free:
        worth = sum(piece.records for piece in pieces) // _WORTH_A_THREAD
        helpers = [_FOLDERS.submit(_fold_some, work, pieces) for _ in range(min(free - 1, worth))]
        own = _fold_some(work, pieces) or _empty(work)
        # Who has not begun by now has nothing left to do.
        return own.added(found for each in helpers if not each.cancel() and (found := each.result()))


@contextmanager
def _free_cores() -> Iterator[int]:
    """Count a fold while it lasts; yield how many cores the others leave to it."""
    with _Busy.lock:
        _Busy.folds += 1
        free = _CORES - _Busy.folds + 1
    try:
        yield free
    finally:
        with _Busy.lock:
            _Busy.folds -= 1


def _with_room(name: str, most: int) -> int:
    room = _ROOM.get(name, _ROOM_FOR_CODES)
    return (most // room + 1) * room


def _pieces(work: Pass, runs: Sequence[Run]) -> list[_Piece]:
    found = []
    for minutes, is_before in ((work.period, False), (work.before, True)):
        if minutes is None:
            continue
        for run in runs:
            place = run.between(minutes)
            for start in range(place.start, place.stop, _AT_ONCE):
                cut = slice(start, min(start + _AT_ONCE, place.stop))
                found.append(_Piece(run, cut, is_before))
    return found


def _fold_some(work: Pass, pieces: deque[_Piece]) -> Tables | None:
    """Fold pieces for as long as there are any; None where others took them all."""
    tables: Tables | None = None
    while pieces:
        try:
            piece = pieces.popleft()
        except IndexError:
            break
        tables = tables or _empty(work)
        _fold_piece(work, piece, tables)
    return tables


def _fold_piece(work: Pass, piece: _Piece, tables: Tables) -> None:
    part = part_of(work.snapshot, piece.run, piece.place)
    money = work.snapshot.money
    tables.scanned += piece.records
    if piece.is_before:
        cells = tables.before[part.group]
        tables.bound_before += kernel.fold_days(part.rows, part.chosen, money, work.clock_before, cells)
        return
    cells = tables.cells[part.group]
    tables.bound += kernel.fold(part.rows, part.chosen, money, work.clock, margins.SCALE, cells)
    tables.outside += part.outside


def _empty(work: Pass) -> Tables:
    nothing: Mapping[str, int] = dict.fromkeys(kernel.COUNTED, 0)
    days_before = 0 if work.before is None else len(work.days_before)
    return Tables(
        margins.empty_cells(work.sizes, len(work.days), work.groups, work.parties),
        margins.empty_cells(nothing, days_before, work.groups),
    )
