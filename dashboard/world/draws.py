"""Random draws for whole arrays: from many distributions at once, and fixed traits without a table."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_WEYL = np.uint64(0x9E3779B97F4A7C15)
_TO_UNIT = float(2.0**-53)


def generator(seed: int, *subject: str | int) -> np.random.Generator:
    """Return the generator of one subject: the same seed and subject give the same numbers for ever."""
    words = [zlib.crc32(str(word).encode()) for word in subject]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *words])))


@dataclass(frozen=True, slots=True)
class Choices:
    """Several distributions over the same choices, one a row, drawn from by one binary search."""

    edges: Floats
    width: int

    @classmethod
    def of(cls, weights: npt.ArrayLike) -> Choices:
        """Take weights, one distribution a row; a row need not sum to 1 but must not be all zero."""
        table = np.atleast_2d(np.asarray(weights, dtype=np.float64))
        shares = np.cumsum(table, axis=1) / table.sum(axis=1, keepdims=True)
        shares[:, -1] = 1.0
        return cls((shares + np.arange(len(table))[:, None]).ravel(), table.shape[1])

    def draw(self, row: npt.NDArray[Any], unit: Floats) -> Ints:
        """Return for every row number the choice that `unit` (0 ≤ unit < 1) falls on."""
        place = np.searchsorted(self.edges, row + unit, side="right")
        # A sum of row and unit may round up to the next row.
        choice: Ints = np.minimum(place - row * self.width, self.width - 1).astype(np.int64)
        return choice

    def draw_one(self, unit: Floats) -> Ints:
        """Draw from the first distribution."""
        return self.draw(np.zeros(len(unit), dtype=np.int64), unit)


def fixed_unit(seed: int, *parts: npt.NDArray[Any] | int) -> Floats:
    """Return a number in [0, 1) for every combination of whole numbers, the same whenever it is asked.

    The finalizer of SplitMix64 (G. L. Steele, D. Lea, C. H. Flood, OOPSLA 2014) over the parts in turn.
    """
    state = np.full(1, seed, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for part in parts:
            mixed = state + (np.asarray(part).astype(np.uint64) + np.uint64(1)) * _WEYL
            mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            state = mixed ^ (mixed >> np.uint64(31))
    unit: Floats = (state >> np.uint64(11)).astype(np.float64) * _TO_UNIT
    return unit


def ranked(unit: Floats, count: npt.NDArray[Any], *, steepness: float) -> Ints:
    """Return places 0 … count - 1, low ones far more often: the long tail of a power law."""
    place: Ints = np.minimum((count * unit**steepness).astype(np.int64), count - 1)
    return place


def zipf_weights(count: int, *, exponent: float, rng: np.random.Generator) -> Floats:
    """Return shares that fall as a power of a rank, the ranks dealt at random."""
    weights = np.power(np.arange(count, dtype=np.float64) + 3.0, -exponent)
    rng.shuffle(weights)
    return shares(weights)


def shares(weights: Sequence[float] | Floats) -> Floats:
    """Scale weights to sum to 1."""
    values = np.asarray(weights, dtype=np.float64)
    scaled: Floats = values / values.sum()
    return scaled
