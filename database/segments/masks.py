"""Which records pass a filter, compiled: masks over the records of a run, and the places they leave."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from database.segments.kernel import (
    NOT_KNOWN,
    Column,
    Ints,
    Money,
    Places,
    Rows,
    Whole,
    compiled,
    state_of,
)

Mask = npt.NDArray[np.bool_]


@compiled
def keep_codes(mask: Mask, column: Column, passes: Mask) -> None:
    """Take away the records whose code does not pass."""
    for i in range(len(mask)):
        mask[i] &= passes[column[i]]


@compiled
def keep_between(mask: Mask, column: Column, low: Whole, high: Whole) -> None:
    """Take away the records outside low ≤ value ≤ high."""
    for i in range(len(mask)):
        mask[i] &= (column[i] >= low) & (column[i] <= high)


@compiled
def keep_numbers(mask: Mask, column: Column, numbers: Ints) -> None:
    """Take away the records whose number is none of these few."""
    for i in range(len(mask)):
        found = False
        for number in numbers:
            found |= column[i] == number
        mask[i] &= found


@compiled
def places(mask: Mask, found: Places) -> Whole:
    """Write where the mask is true; return how many places there are."""
    n = 0
    for i in range(len(mask)):
        found[n] = i
        n += mask[i]
    return n


@compiled
def unconverted(rows: Rows, mask: Mask, money: Money) -> Whole:
    """Count the volume rows of the mask whose money is not known in the currency that is summed."""
    n = np.int64(0)
    for i in range(len(mask)):
        _, _, has_money = state_of(rows, i, money)
        n += np.int64(mask[i] & (has_money == NOT_KNOWN)) * np.int64(rows.sign[i])
    return n
