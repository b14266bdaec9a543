"""A customer's habits as they were just before each payment: how many, how much, when, where, with whom.

The same arithmetic for one live payment and for a chunk: everything is a count or a sum over the payments of
the same customer in the 90 days before, those of the same moment left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from database.queries.history import HISTORY_DAYS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_WINDOW_US: Final = HISTORY_DAYS * 24 * 3_600 * 1_000_000
_STEPS: Final = 10_000
_DAY_US: Final = 24 * 3_600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Amounts:
    """How many payments of known amount, and mean and spread of the logarithm of one unit more."""

    count: Floats
    mean: Floats
    spread: Floats


@dataclass(frozen=True, slots=True)
class Habits:
    """One entry for each payment to be scored; NaN is unknown, and so is every count without a customer."""

    transaction_id: pa.Array
    amount: Floats
    payments: Floats
    days: Floats
    amounts: Amounts
    alike: Amounts
    same_part_of_day: Floats
    same_merchant: Floats
    same_category: Floats
    same_country: Floats
    same_device: Floats
    last_hour: Floats
    last_day: Floats
    distance_from_home: Floats
    usual_distance: Floats
    distance_from_last: Floats
    since_last_s: Floats


def habits(table: pa.Table) -> Habits:
    """Work out the habits behind the rows of `histories` that have a transaction_id."""
    targets = np.flatnonzero(table["transaction_id"].is_valid().to_numpy(zero_copy_only=False))
    past = _Past(table, targets)
    payments = past.within("customer_no")
    amount = _floats(table, "amount")
    size = np.log1p(amount)
    return Habits(
        transaction_id=table["transaction_id"].combine_chunks().take(pa.array(targets)),
        amount=amount[targets],
        payments=payments.count,
        days=past.days(),
        amounts=payments.amounts(size),
        alike=past.within("customer_no", "category").amounts(size),
        usual_distance=payments.mean(_floats(table, "home_km")),
        same_part_of_day=past.within("customer_no", "time_of_day_category").count,
        same_merchant=past.within("customer_no", "merchant_id").count,
        same_category=past.within("customer_no", "category").count,
        same_country=past.within("customer_no", "country").count,
        same_device=past.within("customer_no", "device_id").count,
        **{
            name: _floats(table, name)[targets]
            for name in ("last_hour", "last_day", "distance_from_home", "distance_from_last", "since_last_s")
        },
    )


class _Past:
    """Which rows lie in the window before each target, among those that share a key with it."""

    def __init__(self, table: pa.Table, targets: Ints) -> None:
        self._table, self._targets = table, targets
        at = table["at_us"].to_numpy()
        moments, self._rank = np.unique(at, return_inverse=True)
        self._ranks = len(moments) + 1
        self._since = np.searchsorted(moments, at[targets] - _WINDOW_US)
        self._at = at

    def within(self, *keys: str) -> _Window:
        """Return the window of the rows with the same values in `keys`."""
        codes = np.zeros(len(self._rank), np.int64)
        known = np.ones(len(self._rank), bool)
        for key in keys:
            column, has_value = _codes(self._table, key)
            codes = codes * (int(column.max(initial=0)) + 1) + column
            known &= has_value
        # Small codes again, so that code and rank together stay far inside 64 bits.
        codes = np.unique(codes, return_inverse=True)[1]
        place = codes * self._ranks + self._rank
        order = np.argsort(place, kind="stable")
        base = codes[self._targets] * self._ranks
        first = np.searchsorted(place[order], base + self._since)
        end = np.searchsorted(place[order], base + self._rank[self._targets])
        return _Window(order, first, end, known[self._targets])

    def days(self) -> Floats:
        """Return how many days the customer's payments in the window reach back; 0 without any."""
        window = self.within("customer_no")
        oldest = (
            self._at[window.order[np.minimum(window.first, len(window.order) - 1)]]
            if len(window.order)
            else 0
        )
        span = (self._at[self._targets] - oldest) / _DAY_US
        return np.where(window.known, np.where(window.end > window.first, span, 0.0), np.nan)


@dataclass(frozen=True, slots=True)
class _Window:
    """Ranges of an order: the rows before each target that share its key."""

    order: Ints
    first: Ints
    end: Ints
    known: npt.NDArray[np.bool_]

    @property
    def count(self) -> Floats:
        return self._where_known(self.end - self.first)

    def amounts(self, size: Floats) -> Amounts:
        """Return count, mean and spread of a column over each range, unknown values left out."""
        known = np.isfinite(size)
        whole = _whole(size)
        count = self._sum(known.astype(np.int64))
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self._where_known(self._sum(whole) / count / _STEPS)
            variance = self._sum(whole**2) / count / _STEPS**2 - mean**2
        return Amounts(self._where_known(count), mean, np.sqrt(np.maximum(variance, 0.0)))

    def mean(self, values: Floats) -> Floats:
        """Return the mean of a column over each range, unknown values left out; NaN without any."""
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = self._sum(_whole(values)) / self._sum(np.isfinite(values).astype(np.int64)) / _STEPS
        return self._where_known(mean)

    def _where_known(self, values: npt.NDArray[Any]) -> Floats:
        return np.where(self.known, values, np.nan)

    def _sum(self, values: Ints) -> Ints:
        running = np.concatenate([[0], np.cumsum(values[self.order])])
        total: Ints = running[self.end] - running[self.first]
        return total


def _whole(values: Floats) -> Ints:
    """Return values in whole steps, unknown ones as 0: sums of them do not depend on what else is summed."""
    return np.round(np.where(np.isfinite(values), values, 0.0) * _STEPS).astype(np.int64)


def _codes(table: pa.Table, column: str) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Return a small number for each value of a column, 0 for none, and where there is one."""
    values = table[column].combine_chunks()
    if pa.types.is_dictionary(values.type):
        values = values.indices
    codes = pc.fill_null(pc.add(pc.cast(values, pa.int64()), 1), 0).to_numpy(zero_copy_only=False)
    return codes, values.is_valid().to_numpy(zero_copy_only=False)


def _floats(table: pa.Table, column: str) -> Floats:
    values: Floats = pc.cast(table[column], pa.float64()).to_numpy().astype(np.float64)
    return values
