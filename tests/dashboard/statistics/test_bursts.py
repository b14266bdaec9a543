"""A change is as wide as the days make it: even days add nothing, bursts do, by hand and by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from dashboard.statistics.bursts import Days, students_quantile, widening
from dashboard.statistics.intervals import Z95, Estimate, wilson


def rates(frauds: list[int], rows: list[int]) -> Days:
    estimate = wilson(sum(frauds), sum(rows))
    assert estimate is not None
    return Days(frauds, rows, sum(rows), estimate)


def test_even_days_make_nothing_wider() -> None:
    even = rates([2] * 10, [400] * 10)
    assert widening([even, even]) == 1.0


def test_a_burst_makes_a_change_as_wide_as_it_varies() -> None:
    # One day in each period has all: the residuals are 9 and nine times -1 of 1,000 rows.
    one = Days([10.0] + [0.0] * 9, [100.0] * 10, 1_000.0, Estimate(0.01, 0.01 - Z95 / 100, 0.01 + Z95 / 100))
    alone = 9**2 + 9
    together = alone + 2 * (2 / 3) * (-9 + 8) + 2 * (1 / 3) * (-9 + 7)
    seen = 2 * max(alone, together) / 1_000**2 * 20 / 18
    degrees = 18 / (1 + 2 * 2 / 3)
    wider = (seen / (2 * 0.01**2)) ** 0.5 * students_quantile(degrees) / Z95
    assert widening([one, one]) == pytest.approx(max(1.0, wider), rel=1e-3)


def test_days_of_one_burst_count_as_one() -> None:
    apart = rates([9, 0, 0, 0, 9, 0, 0, 0, 9, 0, 0, 0], [500] * 12)
    joined = rates([9, 9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0], [500] * 12)
    assert widening([joined, joined]) > widening([apart, apart]) > 1.5


def test_too_few_days_tell_nothing() -> None:
    two = rates([5, 0], [100, 100])
    assert widening([two]) >= 1.0
    assert widening([two], lost=1) == 1.0
    assert widening([rates([5], [100]), rates([0], [100])]) == 1.0


def test_independent_rows_are_hardly_ever_made_much_wider() -> None:
    rng = np.random.default_rng(3)
    wider = [
        widening([rates(rng.binomial(800, 0.02, 30).tolist(), [800] * 30) for _ in range(2)])
        for _ in range(200)
    ]
    assert 1.0 <= float(np.median(wider)) < 1.3


@pytest.mark.parametrize(("degrees", "quantile"), [(3, 3.182), (5, 2.571), (12, 2.179), (60, 2.0)])
def test_students_quantile_is_that_of_the_tables(degrees: int, quantile: float) -> None:
    assert students_quantile(degrees) == pytest.approx(quantile, rel=0.01)
