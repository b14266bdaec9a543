"""How much wider a change must be than single payments say: fraud comes in bursts, business in weeks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dashboard.statistics.intervals import Z95, Estimate

_DAYS_OF_A_BURST: Final = 2
"""For so many days after it a day may be part of the same burst."""
_FEWEST_DEGREES: Final = 3.0


@dataclass(frozen=True, slots=True)
class Days:
    """A period day by day: `parts` add up to `scale` times the estimate, and follow `wholes` if all is even.

    A rate has its denominators as wholes and their sum as scale; a sum has what is usual of each day as
    wholes and the scale 1.
    """

    parts: Sequence[float] | npt.NDArray[np.float64]
    wholes: Sequence[float] | npt.NDArray[np.float64]
    scale: float
    estimate: Estimate

    def residuals(self) -> npt.NDArray[np.float64]:
        """Return what each day adds to the estimate beyond its even share."""
        parts, wholes = np.array(self.parts, float), np.array(self.wholes, float)
        whole = wholes.sum()
        even = wholes * (parts.sum() / whole) if whole else np.zeros(len(parts))
        found: npt.NDArray[np.float64] = (parts - even) / self.scale if self.scale else parts * 0
        return found

    def told(self) -> float:
        """Return the variance that the interval of independent rows stands for."""
        return ((self.estimate.high - self.estimate.low) / (2 * Z95)) ** 2


def widening(periods: Sequence[Days], *, lost: int = 0) -> float:
    """Return how many times wider an interval of their difference must be than that of independent rows.

    The variance of a sum over days that hang together is estimated from the days themselves: W. K. Newey and
    K. D. West, "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
    covariance matrix", Econometrica 55 (1987), with the days as clusters of their payments (Cochran, 2.11).
    Its few degrees of freedom (`lost`: how many the wholes took) widen it as Student's t does; its quantile
    by M. Abramowitz and I. Stegun, "Handbook of Mathematical Functions", 26.7.5. Never under 1; 1 where
    there are too few days to tell.
    """
    residuals = [period.residuals() for period in periods]
    degrees = sum(map(len, residuals)) - len(residuals) - lost
    told = sum(period.told() for period in periods)
    if degrees < 1 or not 0 < told < math.inf:
        return 1.0
    seen = sum(_variance(each) for each in residuals) * sum(map(len, residuals)) / degrees
    free = max(_FEWEST_DEGREES, degrees / (1 + 2 * _DAYS_OF_A_BURST / 3))
    return max(1.0, math.sqrt(seen / told) * students_quantile(free) / Z95)


def _variance(residuals: npt.NDArray[np.float64]) -> float:
    alone = float(residuals @ residuals)
    together = alone
    for lag in range(1, min(_DAYS_OF_A_BURST + 1, len(residuals))):
        weight = 1 - lag / (_DAYS_OF_A_BURST + 1)
        together += 2 * weight * float(residuals[lag:] @ residuals[:-lag])
    # Days that take turns by chance make nothing surer than days that do not know of each other.
    return max(alone, together)


def students_quantile(degrees: float) -> float:
    """Return the 97.5 % quantile of Student's t from three degrees of freedom on, to 1 %."""
    z = Z95
    return (
        z
        + (z**3 + z) / (4 * degrees)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * degrees**3)
    )
