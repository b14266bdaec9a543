"""Intervals of rates, sums and their differences at 95 %, from additive counts and sums of squares."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Z95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval; `low <= value <= high`."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ratio:
    """Additive parts of a ratio of sums over one set of rows.

    `part` and `whole` are the sums, `part_square` and `whole_square` the sums of the squares of the single
    values in the same unit. A row's part is either its whole value or nothing.
    """

    part: float
    whole: float
    part_square: float
    whole_square: float
    rows: int


def wilson(hits: float, trials: float) -> Estimate | None:
    """Score interval of a share; None without trials.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
    """
    if trials <= 0:
        return None
    share = hits / trials
    square = Z95 * Z95 / trials
    centre = (share + square / 2) / (1 + square)
    half = Z95 * math.sqrt(share * (1 - share) / trials + square / (4 * trials)) / (1 + square)
    return Estimate(share, min(max(0.0, centre - half), share), max(min(1.0, centre + half), share))


def ratio_variance(ratio: Ratio) -> float:
    """Delta-method variance of part / whole, rows drawn independently.

    W. G. Cochran, "Sampling Techniques" (3rd ed., 1977), 2.11: n / (n - 1) * sum (y - R x)^2 / (sum x)^2.
    As y is x or 0, sum (y - R x)^2 = (1 - 2 R) sum y^2 + R^2 sum x^2.
    """
    if ratio.rows < 2 or ratio.whole <= 0:  # noqa: PLR2004 - a variance needs two rows
        return 0.0
    rate = ratio.part / ratio.whole
    residual = (1 - 2 * rate) * ratio.part_square + rate * rate * ratio.whole_square
    return max(0.0, residual) * ratio.rows / (ratio.rows - 1) / (ratio.whole * ratio.whole)


def ratio_of_sums(ratio: Ratio) -> Estimate | None:
    """Interval of a rate by amount from its delta-method variance; None without amounts.

    The variance says how many equal amounts the rate is worth, R (1 - R) / V, and Wilson's interval is taken
    for that many: E. L. Korn and B. I. Graubard, "Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data", Survey Methodology 24 (1998). It stays within 0
    and 1, and with no fraud at all, where the variance is 0, it still has an upper bound, from the number of
    equal amounts that weigh as much, (sum x)^2 / sum x^2 (L. Kish, "Survey Sampling", 1965).
    It is never worth more than those: the variance knows the amounts of the frauds that were, and a period
    without a large one looks far surer than it is (`make prove intervals`).
    """
    if ratio.whole <= 0 or ratio.rows <= 0:
        return None
    rate = ratio.part / ratio.whole
    equal_rows = ratio.whole * ratio.whole / ratio.whole_square if ratio.whole_square > 0 else ratio.rows
    variance = ratio_variance(ratio)
    by_residuals = rate * (1 - rate) / variance if variance > 0 else equal_rows
    worth = min(by_residuals, equal_rows, ratio.rows)
    return wilson(rate * worth, worth)


def total_of(total: float, square: float) -> Estimate:
    """Interval of a sum of amounts that arrive independently, as many as come (compound Poisson).

    Var(S) = lambda E[Y^2], estimated by the sum of squares: S. M. Ross, "Introduction to Probability
    Models", 5.4.2.
    """
    half = Z95 * math.sqrt(max(0.0, square))
    return Estimate(total, max(0.0, total - half), total + half)


def mean_of(total: float, square: float, rows: int) -> Estimate | None:
    """Interval of an average by the central limit theorem; None without rows."""
    if rows <= 0:
        return None
    mean = total / rows
    if rows == 1:
        return Estimate(mean, 0.0, math.inf)
    variance = max(0.0, square - rows * mean * mean) / (rows - 1)
    half = Z95 * math.sqrt(variance / rows)
    return Estimate(mean, max(0.0, mean - half), mean + half)


def difference(now: Estimate, before: Estimate, *, widening: float = 1.0) -> Estimate:
    """Interval of `now - before` from the two intervals, which need not be symmetric, made wider.

    R. G. Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
    Medicine 17 (1998), method 10; for any two estimates: G. Y. Zou and A. Donner, "Construction of
    confidence limits about effect measures", Statistics in Medicine 27 (2008).
    """
    delta = now.value - before.value
    low = delta - widening * math.hypot(now.value - now.low, before.high - before.value)
    high = delta + widening * math.hypot(now.high - now.value, before.value - before.low)
    return Estimate(delta, low, high)


def lower_bounds(hits: npt.NDArray[np.int64], trials: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Return the lower ends of many Wilson intervals at once; 0 where there are no trials."""
    n = np.maximum(trials, 1).astype(np.float64)
    share, z2 = hits / n, Z95 * Z95
    middle = share + z2 / (2 * n)
    spread = Z95 * np.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low: npt.NDArray[np.float64] = np.clip((middle - spread) / (1 + z2 / n), 0.0, 1.0)
    return np.where(hits > 0, low, 0.0)
