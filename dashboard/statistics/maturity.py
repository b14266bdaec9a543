"""How far the labels of a day have come in, from the delays of the frauds whose label dates are known."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

RIPE_SHARE = 0.95
"""A day counts as old enough when this share of its frauds is known."""


@dataclass(frozen=True, slots=True)
class Maturity:
    """The empirical distribution of label delays, seen from the moment up to which labels were received.

    The share of a day's frauds known at an age is the share of all delays that are not longer: the plain
    form of reporting-delay correction, J. F. Lawless, "Adjustments for reporting delays and the prediction
    of occurred but not reported events", Canadian Journal of Statistics 22 (1994), with a delay that does
    not change over time.
    """

    labels_until: datetime
    delays: tuple[timedelta, ...]

    @property
    def ripe_age(self) -> timedelta:
        """The age at which 95 % of the frauds are known."""
        return quantile(self.delays, RIPE_SHARE)

    @property
    def ripe_until(self) -> datetime:
        """Transactions before this moment are old enough to be compared."""
        return self.labels_until - self.ripe_age

    def completeness(self, at: datetime) -> float:
        """Return the share of the frauds of the moment `at` that is expected to be known, 0 to 1."""
        age = self.labels_until - at
        return bisect_right(self.delays, age) / len(self.delays) if self.delays else 0.0


def quantile(ordered: Sequence[timedelta], share: float) -> timedelta:
    """Return the smallest value that at least `share` of the ordered values do not exceed."""
    if not ordered:
        return timedelta(0)
    return ordered[min(len(ordered) - 1, max(0, -int(-share * len(ordered) // 1) - 1))]
