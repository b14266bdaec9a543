"""A fraud rate with its interval, by count or by amount, from the sums of any set of rows."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.filters import Measure
from dashboard.statistics.intervals import Estimate, Ratio, ratio_of_sums, wilson
from database.segments import Sums
from models.units import E4

TOO_FEW = 30
"""Under this many labelled rows a rate is not shown."""

_SQUARE_UNIT = 100
"""The unit of the squares in `Sums`, in units of the currency."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `trials` labelled rows are fraud; `part` of `whole` of their volume is, in units."""

    hits: int
    trials: int
    part: float
    whole: float
    estimate: Estimate | None

    @property
    def is_too_few(self) -> bool:
        """Whether it rests on so few rows that it is not shown."""
        return self.trials < TOO_FEW


def rate_of(sums: Sums, measure: Measure) -> Rate:
    """Return the fraud rate of a set of rows by the page's measure."""
    if measure is Measure.COUNT:
        estimate, hits, trials = wilson(sums.frauds, sums.labelled), sums.frauds, sums.labelled
    else:
        estimate = ratio_of_sums(_ratio(sums))
        hits, trials = sums.fraud_volume_rows, sums.labelled_volume_rows
    return Rate(hits, trials, sums.fraud_volume_e4 / E4, sums.labelled_volume_e4 / E4, estimate)


def _ratio(sums: Sums) -> Ratio:
    return Ratio(
        part=sums.fraud_volume_e4 / E4 / _SQUARE_UNIT,
        whole=sums.labelled_volume_e4 / E4 / _SQUARE_UNIT,
        part_square=sums.fraud_square,
        whole_square=sums.labelled_square,
        rows=sums.labelled_volume_rows,
    )


def fraud_square(sums: Sums) -> float:
    """Return the sum of the squares of the fraud amounts, in units of the currency."""
    return sums.fraud_square * _SQUARE_UNIT * _SQUARE_UNIT
