"""The loops over records, compiled: everything here runs without Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

from database.segments.files import cache_folder
from database.segments.record import FRAUD

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Column = npt.NDArray[np.integer]
Places = npt.NDArray[np.uint32]
Loop = TypeVar("Loop", bound=Callable[..., Any])
Whole = Any  # an int to Python, 64 bits once compiled

# A cell holds its counts by label × money × anomaly (three of each), then its money by label.
NO_VOLUME, KNOWN, NOT_KNOWN = range(3)
STATES = 27
WIDTH = 32
LABELS = 4

# Channel, payment method and type share one table of cells: three margins for the price of one.
CHANNELS, METHODS, TYPES = 8, 8, 16
KINDS = CHANNELS * METHODS * TYPES

# What cells are found by, beside the kinds: a code, or a party's number.
COUNTED = ("category", "country", "state", "customer_no", "merchant_no")
SCORES, SCORE_STEP = 20, 500  # buckets of a score, and how wide one is

NOWHERE = np.iinfo(np.int64).min

_numba_settings: Any = numba.config
_numba_settings.CACHE_DIR = str(cache_folder("numba"))


def compiled(loop: Loop) -> Loop:
    """Compile a loop that holds no lock of Python's."""
    made: Any = numba.njit(nogil=True, cache=True)(loop)
    return cast("Loop", made)


class Rows(NamedTuple):
    """The columns of a run of records that a fold looks at; `amount` is native or base money."""

    ingest_seq: Column
    amount: Column
    minute: Column
    customer_no: Column
    merchant_no: Column
    score: Column
    category: Column
    country: Column
    state: Column
    channel: Column
    payment_method: Column
    transaction_type: Column
    anomaly: Column
    label: Column
    flags: Column
    sign: Column


class Chosen(NamedTuple):
    """The places of the records that pass the filters, or every one."""

    places: Places
    is_all: bool


class Money(NamedTuple):
    """Whose money is summed: the types that are volume, and the flags that say "no rate"."""

    is_volume: npt.NDArray[np.uint8]
    unknown: int


class Clock(NamedTuple):
    """The local day and hour of the week of each quarter of an hour from `first` on."""

    first: int
    day: npt.NDArray[np.int32]
    hour: npt.NDArray[np.int32]


class Scale(NamedTuple):
    """The amount buckets: their edges, and the bucket in which each leading 16 bits of a double begin."""

    edges: Ints
    begins: npt.NDArray[np.int64]


class Parties(NamedTuple):
    """Each party's records by label, and its fraud money, by its number; of no length where not asked for."""

    rows: npt.NDArray[np.int32]
    fraud_e4: Ints


class Cells(NamedTuple):
    """What a fold fills; the starts say where the cells of a dimension begin.

    `customers` has each one's records, where they are not counted `by_customer`.
    """

    counts: Ints
    squares: Floats
    category: int
    country: int
    state: Whole
    days: int
    hours: int
    customers: npt.NDArray[np.int32]
    by_customer: Parties
    by_merchant: Parties
    scores: Ints
    amounts: Ints
    largest: Ints
    smallest: Ints


@compiled
def state_of(rows: Rows, i: Whole, money: Money) -> tuple[Whole, Whole, Whole]:
    """Return a record's state, its label and whether its money is in the volume."""
    volume = np.int64(money.is_volume[rows.transaction_type[i] & 15])
    has_money = volume + volume * np.int64((rows.flags[i] & money.unknown) != 0)
    label = np.int64(rows.label[i] & 3)
    anomaly = np.int64(rows.anomaly[i] & 3)
    return label * 9 + has_money * 3 + anomaly, label, has_money


@compiled
def _add(
    cells: Cells, cell: Whole, state: Whole, label: Whole, sign: Whole, amount: Whole, square: float
) -> None:
    at = np.uint64(cell)
    cells.counts[at, np.uint64(state)] += sign
    cells.counts[at, np.uint64(STATES + label)] += amount
    cells.squares[at, np.uint64(label)] += square


@compiled
def _keep_extreme(kept: Ints, amount: Whole, rows: Whole, seqs: Whole) -> None:
    """Net rows into the distinct amounts kept, largest first: amount, rows, Σ of their ingest_seq.

    Where one row is left at an amount, the sum is its number.
    """
    at = len(kept) - 1
    while at > 0 and kept[at - 1, 0] <= amount:
        at -= 1
    if kept[at, 0] != amount:
        for below in range(len(kept) - 1, at, -1):
            kept[below] = kept[below - 1]
        kept[at, 0], kept[at, 1], kept[at, 2] = amount, 0, 0
    kept[at, 1] += rows
    kept[at, 2] += seqs


@compiled
def _add_party(parties: Parties, number: Whole, label: Whole, sign: Whole, amount: Whole) -> None:
    at = np.uint64(number)
    parties.rows[at, np.uint64(label)] += sign
    if label == FRAUD:
        parties.fraud_e4[at] += amount


@compiled
def fold(rows: Rows, chosen: Chosen, money: Money, clock: Clock, scale: Scale, cells: Cells) -> float:
    """Add records to every table of cells; return Σ |amount|, which bounds each sum of money in them."""
    bound = 0.0
    for j in range(len(rows.sign) if chosen.is_all else len(chosen.places)):
        i = j if chosen.is_all else np.int64(chosen.places[j])
        sign = np.int64(rows.sign[i])
        state, label, has_money = state_of(rows, i, money)
        amount = rows.amount[i] if has_money == KNOWN else np.int64(0)
        units = np.float64(amount)
        signed, square = amount * sign, (units * 1e-6) * (units * 1e-6) * sign
        bound += units
        quarter = np.uint64(rows.minute[i] // 15 - clock.first)
        kind = ((rows.channel[i] & 7) * 8 + (rows.payment_method[i] & 7)) * 16 + (
            rows.transaction_type[i] & 15
        )
        _add(cells, kind, state, label, sign, signed, square)
        _add(cells, cells.category + rows.category[i], state, label, sign, signed, square)
        _add(cells, cells.country + rows.country[i], state, label, sign, signed, square)
        _add(cells, cells.state + rows.state[i], state, label, sign, signed, square)
        _add(cells, cells.days + clock.day[quarter], state, label, sign, signed, square)
        _add(cells, cells.hours + clock.hour[quarter], state, label, sign, signed, square)
        if len(cells.by_customer.rows):
            _add_party(cells.by_customer, rows.customer_no[i], label, sign, signed)
        else:
            cells.customers[np.uint64(rows.customer_no[i])] += sign
        if len(cells.by_merchant.rows):
            _add_party(cells.by_merchant, rows.merchant_no[i], label, sign, signed)
        if rows.score[i] >= 0:
            cells.scores[np.uint64(rows.score[i]) // np.uint64(SCORE_STEP), np.uint64(label)] += sign
        if has_money == KNOWN:
            leading = np.uint64(np.float64(max(amount, 1)).view(np.int64) >> 48)
            bucket = np.uint64(scale.begins[leading])
            bucket += np.uint64(amount >= scale.edges[bucket + np.uint64(1)])
            cells.amounts[bucket, np.uint64(label)] += sign
            if amount >= cells.largest[-1, 0]:
                _keep_extreme(cells.largest, amount, sign, sign * rows.ingest_seq[i])
            if -amount >= cells.smallest[-1, 0]:
                _keep_extreme(cells.smallest, -amount, sign, sign * rows.ingest_seq[i])
    return bound


@compiled
def fold_days(rows: Rows, chosen: Chosen, money: Money, clock: Clock, cells: Cells) -> float:
    """Add records to the days alone, as `fold` does."""
    bound = 0.0
    for j in range(len(rows.sign) if chosen.is_all else len(chosen.places)):
        i = j if chosen.is_all else np.int64(chosen.places[j])
        sign = np.int64(rows.sign[i])
        state, label, has_money = state_of(rows, i, money)
        amount = rows.amount[i] if has_money == KNOWN else np.int64(0)
        units = np.float64(amount)
        bound += units
        day = clock.day[np.uint64(rows.minute[i] // 15 - clock.first)]
        square = (units * 1e-6) * (units * 1e-6) * sign
        _add(cells, cells.days + day, state, label, sign, amount * sign, square)
    return bound


@compiled
def more_extremes(
    rows: Rows, chosen: Chosen, money: Money, kept: Ints, beyond: Whole, direction: Whole
) -> None:
    """Keep the amounts that come after `beyond`, largest first; with direction −1 smallest first."""
    for j in range(len(rows.sign) if chosen.is_all else len(chosen.places)):
        i = j if chosen.is_all else np.int64(chosen.places[j])
        _, _, has_money = state_of(rows, i, money)
        amount = rows.amount[i] * direction
        if has_money == KNOWN and kept[-1, 0] <= amount < beyond:
            sign = np.int64(rows.sign[i])
            _keep_extreme(kept, amount, sign, sign * rows.ingest_seq[i])


@compiled
def merge_extremes(kept: Ints, others: Ints) -> None:
    """Net what another pass kept into this one's; what is among the most extreme of all, both have kept."""
    for amount, rows, seqs in others:
        if amount != NOWHERE and amount >= kept[-1, 0]:
            _keep_extreme(kept, amount, rows, seqs)
