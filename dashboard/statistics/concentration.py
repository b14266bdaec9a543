"""How few hold how much: the curve of Lorenz, read from the largest down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

_MOST_POINTS: Final = 200


@dataclass(frozen=True, slots=True)
class Concentration:
    """Points (share of the holders, share of the whole), rising from the largest holder; both in [0, 1].

    `top_percent` is what the largest hundredth of the holders (at least one) hold; `half` the least share
    of the holders who together hold half of the whole.
    """

    holders: int
    shares: tuple[tuple[float, float], ...]
    top_percent: float
    half: float


def concentration(amounts: npt.NDArray[np.int64]) -> Concentration | None:
    """Return the curve of non-negative amounts, one a holder; None where nobody holds anything.

    M. O. Lorenz, "Methods of measuring the concentration of wealth", Publications of the American
    Statistical Association 9 (1905); here from the largest holder down, as "the top x % hold y %" reads.
    """
    held = np.sort(amounts)[::-1].astype(np.float64)
    whole = float(held.sum())
    if whole <= 0:
        return None
    sums = np.cumsum(held) / whole
    places = np.unique(np.geomspace(1, len(held), _MOST_POINTS).round().astype(np.int64))
    points = [(0.0, 0.0), *((int(n) / len(held), float(sums[n - 1])) for n in places)]
    top = max(1, len(held) // 100)
    half = 1 + int(np.searchsorted(sums, 0.5))
    return Concentration(len(held), tuple(points), float(sums[top - 1]), half / len(held))
