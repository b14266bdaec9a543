"""The read: one snapshot, one pass over the records of a selection, every panel from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import fields
from datetime import date
from functools import partial
from time import perf_counter

import numpy as np
from sqlalchemy.orm import Session

from database.dimensions import SLICED
from database.segments import kept, kernel, margins
from database.segments.filters import Filters
from database.segments.folding import Pass, Tables, fold, pass_of
from database.segments.kernel import Cells, Ints, Money
from database.segments.parties import counts_of
from database.segments.record import NO_RATE, RECORD, columns_of, to_columns
from database.segments.runs import Run
from database.segments.selection import Selection
from database.segments.snapshot import IS_VOLUME, Snapshot, minutes_of, parts_of, snapshot_of
from database.segments.sums import Extreme, Fold, Party, Portion, Sums

Daily = list[tuple[date, Sums]]
Days = tuple[Sums, Daily]


def read(session: Session, selection: Selection, *, parties: Collection[Party] = ()) -> Fold:
    """Fold the records of a selection, as the session's snapshot has them, into every panel at once.

    Open the session with `read_only(banks=…)`: segments and tail must come from one snapshot. Sums that
    could leave the range of 64 bits raise `OverflowError`. Customers or merchants are counted one by one
    where `parties` names them.
    """
    began = perf_counter()
    period = minutes_of((selection.since, selection.until))
    before = None if selection.previous is None else minutes_of(selection.previous)
    snapshot = snapshot_of(session, selection, [period] if before is None else [period, before])
    had_read = perf_counter()
    work = pass_of(snapshot, period, before, parties)
    tables = kept.folded(work, selection)
    return _fold_of(work, tables, (began, had_read))


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
        snapshot = Snapshot([run], [], filters, Money(IS_VOLUME, NO_RATE), {}, "UTC", (), {0: 0})
        fold(pass_of(snapshot, (0, 1), (0, 1)), snapshot.sealed)


def _fold_of(work: Pass, tables: Tables, clocked: tuple[float, float]) -> Fold:
    tables.check_bounds()
    (began, had_read), snapshot, first = clocked, work.snapshot, tables.cells[0]
    portions = [_portion(work, tables, [group]) for group in range(work.groups)]
    whole = portions[0] if len(portions) == 1 else _portion(work, tables, range(work.groups))
    tables_of: dict[Party, kernel.Parties] = {"customer": first.by_customer, "merchant": first.by_merchant}
    counted = {party: counts_of(table) for party, table in tables_of.items() if party in work.parties}
    return Fold(
        **{each.name: getattr(whole, each.name) for each in fields(Portion)},
        hours=_hours(first),
        scores=margins.scores_of(first.scores),
        customers=len(counted["customer"].number)
        if "customer" in counted
        else int(np.count_nonzero(first.customers[1:])),
        parties=counted,
        unconverted_outside=tables.outside,
        groups=dict(zip(snapshot.groups, portions, strict=False)),
        slices={
            slug: partial(margins.by_value, slug, first, margins.names_of(slug, snapshot.names))
            for slug in SLICED
        },
        read_ms=(had_read - began) * 1_000,
        fold_ms=(perf_counter() - had_read) * 1_000,
        rows_scanned=tables.scanned,
    )


def _portion(work: Pass, tables: Tables, groups: Sequence[int]) -> Portion:
    """Return what some groups are together; each record is in one of them."""
    cells = [tables.cells[group] for group in groups]
    total, daily = _days(cells, work.days)
    previous, previous_daily = (
        (None, [])
        if work.before is None
        else _days([tables.before[group] for group in groups], work.days_before)
    )
    ends = {"smallest": -1, "largest": 1}
    smallest, largest = (
        margins.most_extreme(
            [_extreme(work, group, getattr(tables.cells[group], end), direction) for group in groups],
            direction,
        )
        for end, direction in ends.items()
    )
    return Portion(
        total=total,
        previous=previous,
        daily=daily,
        previous_daily=previous_daily,
        amounts=margins.buckets_of(np.sum([each.amounts for each in cells], axis=0)),
        smallest=smallest,
        largest=largest,
    )


def _days(cells: Sequence[Cells], days: Sequence[date]) -> Days:
    """Return the sums of all days and of each over some groups: every record is in one day of one of them."""
    places = [slice(each.days, each.days + len(days)) for each in cells]
    counts = np.sum([each.counts[place] for each, place in zip(cells, places, strict=True)], axis=0)
    squares = np.sum([each.squares[place] for each, place in zip(cells, places, strict=True)], axis=0)
    total = margins.sums_of(counts.sum(axis=0, keepdims=True), squares.sum(axis=0, keepdims=True))[0]
    return total, list(zip(days, margins.sums_of(counts, squares), strict=True))


def _hours(cells: Cells) -> list[list[Sums]]:
    sums = margins.sums_of(cells.counts[cells.hours :], cells.squares[cells.hours :])
    return [sums[hour : hour + 24] for hour in range(0, margins.HOURS, 24)]


def _extreme(work: Pass, group: int, kept_ones: Ints, direction: int) -> Extreme | None:
    """Return the first amount that still has a row, asking for more while all that were kept are undone."""
    found, money = margins.extreme_of(kept_ones, direction), work.snapshot.money
    while found is None and kept_ones[-1, 0] != kernel.NOWHERE:
        beyond, kept_ones = int(kept_ones[-1, 0]), margins.none_kept()
        for part in parts_of(work.snapshot, work.period):
            if part.group == group:
                kernel.more_extremes(part.rows, part.chosen, money, kept_ones, beyond, direction)
        found = margins.extreme_of(kept_ones, direction)
    return found
