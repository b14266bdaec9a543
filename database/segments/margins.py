"""From the cells that a fold fills to the sums that pages show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import starmap
from typing import Any

import numpy as np
import numpy.typing as npt

from database.dimensions import DIMENSIONS
from database.segments import kernel
from database.segments.codes import OTHER_CODE
from database.segments.kernel import Cells, Floats, Ints, Parties
from database.segments.record import FRAUD, GENUINE, UNKNOWN
from database.segments.selection import MISSING, PARTIES
from database.segments.sums import Bucket, Extreme, Sums
from models.units import E4

OTHER = "other"
HOURS = 7 * 24
EXTREMES_KEPT = 64

# Ten steps a decade (the preferred numbers R10, whose ratios are nearly equal) from 0.01 units on.
_R10 = (100, 125, 160, 200, 250, 315, 400, 500, 630, 800)
AMOUNT_EDGES_E4: Ints = np.array(
    [0, *(step * 10**decade for decade in range(16) for step in _R10), np.iinfo(np.int64).max], np.int64
)

_KINDS = ("channel", "payment_method", "transaction_type")
_NOTHING = Sums()
_ANALYSED = slice(1, None)
_ANOMALY = 2


def _scale() -> kernel.Scale:
    """Find the bucket that a double's leading 16 bits begin in; at most one edge lies in their span."""
    begins = (np.arange(1 << 15, dtype=np.int64) << 48).view(np.float64)
    with np.errstate(invalid="ignore"):
        buckets = np.searchsorted(AMOUNT_EDGES_E4, np.nan_to_num(begins, nan=0), side="right") - 1
    return kernel.Scale(AMOUNT_EDGES_E4, np.clip(buckets, 0, len(AMOUNT_EDGES_E4) - 2))


SCALE = _scale()


def empty_cells(
    sizes: Mapping[str, int], days: int, groups: int, parties: Collection[str] = ()
) -> list[Cells]:
    """Return cells with nothing in them, of these sizes for what is counted by code or number.

    The groups share all tables but their days, amounts and extremes.
    """
    lengths = [kernel.KINDS, sizes["category"], sizes["country"], sizes["state"], days * groups, HOURS]
    category, country, state, first_day, hours, end = np.cumsum(lengths).tolist()
    by_party = {party: _no_parties(sizes[f"{party}_no"] if party in parties else 0) for party in PARTIES}
    shared = Cells(
        counts=np.zeros((end, kernel.WIDTH), np.int64),
        squares=np.zeros((end, kernel.LABELS)),
        category=category,
        country=country,
        state=state,
        days=first_day,
        hours=hours,
        customers=np.zeros(0 if "customer" in parties else sizes["customer_no"], np.int32),
        by_customer=by_party["customer"],
        by_merchant=by_party["merchant"],
        scores=np.zeros((kernel.SCORES + 1, kernel.LABELS), np.int64),
        amounts=_no_amounts(),
        largest=none_kept(),
        smallest=none_kept(),
    )
    return [
        shared._replace(
            days=first_day + group * days, amounts=_no_amounts(), largest=none_kept(), smallest=none_kept()
        )
        for group in range(groups)
    ]


def _no_parties(size: int) -> Parties:
    return Parties(np.zeros((size, kernel.LABELS), np.int32), np.zeros(size, np.int64))


def _no_amounts() -> Ints:
    return np.zeros((len(AMOUNT_EDGES_E4), kernel.LABELS), np.int64)


def _shared(cells: Cells) -> list[npt.NDArray[Any]]:
    """Return the tables that all groups fill together."""
    parties = (*cells.by_customer, *cells.by_merchant)
    return [cells.counts, cells.squares, cells.customers, cells.scores, *parties]


def add_cells(cells: list[Cells], others: list[Cells]) -> None:
    """Add what another pass over other records has filled."""
    for table, more in zip(_shared(cells[0]), _shared(others[0]), strict=True):
        np.add(table, more, out=table)
    for own, other in zip(cells, others, strict=True):
        own.amounts[...] += other.amounts
        kernel.merge_extremes(own.largest, other.largest)
        kernel.merge_extremes(own.smallest, other.smallest)


def copied(cells: list[Cells]) -> list[Cells]:
    """Return cells of their own with the same in them."""
    first = cells[0]
    shared = first._replace(
        counts=first.counts.copy(),
        squares=first.squares.copy(),
        customers=first.customers.copy(),
        scores=first.scores.copy(),
        by_customer=Parties(first.by_customer.rows.copy(), first.by_customer.fraud_e4.copy()),
        by_merchant=Parties(first.by_merchant.rows.copy(), first.by_merchant.fraud_e4.copy()),
    )
    return [
        shared._replace(
            days=own.days,
            amounts=own.amounts.copy(),
            largest=own.largest.copy(),
            smallest=own.smallest.copy(),
        )
        for own in cells
    ]


def bytes_of(cells: list[Cells]) -> int:
    """Return how much memory cells take."""
    return sum(table.nbytes for table in _shared(cells[0])) + sum(own.amounts.nbytes for own in cells)


def none_kept() -> Ints:
    """Return room for the extreme amounts."""
    return np.full((EXTREMES_KEPT, 3), kernel.NOWHERE, np.int64)


def sums_of(counts: Ints, squares: Floats) -> list[Sums]:
    """Return the sums of each cell; cells without a record share one empty `Sums`."""
    found = [_NOTHING] * len(counts)
    held = np.flatnonzero(counts.any(axis=1))
    for cell, sums in zip(held.tolist(), _sums(counts[held], squares[held]), strict=True):
        found[cell] = sums
    return found


def _sums(counts: Ints, squares: Floats) -> Iterator[Sums]:
    by_state = counts[:, : kernel.STATES].reshape(-1, 3, 3, 3)
    rows = by_state.sum(axis=(2, 3))
    volume = by_state[:, :, kernel.KNOWN].sum(axis=2)
    money = counts[:, kernel.STATES : kernel.STATES + kernel.LABELS]
    columns: list[npt.NDArray[np.int64] | Floats] = [
        rows.sum(axis=1),
        rows[:, GENUINE] + rows[:, FRAUD],
        rows[:, FRAUD],
        volume.sum(axis=1),
        money[:, UNKNOWN] + money[:, GENUINE] + money[:, FRAUD],
        volume[:, GENUINE] + volume[:, FRAUD],
        money[:, GENUINE] + money[:, FRAUD],
        volume[:, FRAUD],
        money[:, FRAUD],
        squares[:, GENUINE] + squares[:, FRAUD],
        squares[:, FRAUD],
        by_state[:, :, kernel.NOT_KNOWN].sum(axis=(1, 2)),
        by_state[:, :, :, _ANOMALY].sum(axis=(1, 2)),
        by_state[:, :, :, _ANALYSED].sum(axis=(1, 2, 3)),
    ]
    return starmap(Sums, zip(*(column.tolist() for column in columns), strict=True))


def by_value(dimension: str, cells: Cells, names: Mapping[int, str]) -> dict[str, Sums]:
    """Return the sums of each value that has a row."""
    counts, squares = _cells_of(dimension, cells)
    found: dict[str, Sums] = {}
    for code, sums in enumerate(sums_of(counts, squares)):
        if sums.rows:
            value = name_of(code, names)
            found[value] = found[value] + sums if value in found else sums
    return found


def name_of(code: int, names: Mapping[int, str]) -> str:
    """Return the value behind a code."""
    if code == 0:
        return MISSING
    return OTHER if code == OTHER_CODE else names[code]


def names_of(dimension: str, names: Mapping[str, Mapping[int, str]]) -> Mapping[int, str]:
    """Return the values behind a dimension's codes."""
    choices = DIMENSIONS[dimension].choices
    return names.get(dimension, {}) if choices is None else dict(enumerate(choices, start=1))


def _cells_of(dimension: str, cells: Cells) -> tuple[Ints, Floats]:
    if dimension in _KINDS:
        others = tuple(axis for axis, slug in enumerate(_KINDS) if slug != dimension)
        shape = (kernel.CHANNELS, kernel.METHODS, kernel.TYPES, -1)
        parts = cells.counts[: kernel.KINDS], cells.squares[: kernel.KINDS]
        counts, squares = (part.reshape(shape).sum(axis=others) for part in parts)
        return counts, squares
    ends = {"category": cells.country, "country": cells.state, "state": cells.days}
    place = slice(getattr(cells, dimension), ends[dimension])
    return cells.counts[place], cells.squares[place]


def scores_of(scores: Ints) -> list[Bucket]:
    """Return the rows by score, in steps of 0.05 from 0 to 1 inclusive; `lower_e4` is a score."""
    steps = scores[:-1].copy()
    steps[-1] += scores[-1]  # a score of exactly 1
    columns = (
        range(0, E4, kernel.SCORE_STEP),
        *(steps[:, of].tolist() for of in (GENUINE, FRAUD, UNKNOWN)),
    )
    return [Bucket(*values) for values in zip(*columns, strict=True)]


def buckets_of(amounts: Ints) -> list[Bucket]:
    """Return the amount buckets from the first to the last that holds a row."""
    held = np.flatnonzero(amounts.any(axis=1))
    if not len(held):
        return []
    place = slice(int(held[0]), int(held[-1]) + 1)
    columns = (AMOUNT_EDGES_E4[place], *(amounts[place, label] for label in (GENUINE, FRAUD, UNKNOWN)))
    return [Bucket(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]


def most_extreme(found: Iterable[Extreme | None], direction: int) -> Extreme | None:
    """Return the most extreme of several groups' amounts; where two share it, no row is named."""
    held = sorted((one for one in found if one), key=lambda one: -direction * one.amount_e4)
    if len(held) > 1 and held[0].amount_e4 == held[1].amount_e4:
        return Extreme(None, held[0].amount_e4)
    return held[0] if held else None


def extreme_of(kept: Ints, direction: int) -> Extreme | None:
    """Return the first amount kept that still has a row."""
    for amount, rows, seq in kept.tolist():
        if amount != kernel.NOWHERE and rows > 0:
            return Extreme(seq if rows == 1 else None, amount * direction)
    return None
