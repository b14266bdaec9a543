"""A day's labels are complete to the share of delays that fit into its age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.maturity import Maturity, quantile

END = datetime(2026, 11, 14, tzinfo=UTC)


def _maturity(*days: int) -> Maturity:
    return Maturity(END, tuple(timedelta(days=n) for n in sorted(days)))


def test_half_of_the_delays_fit_into_a_middling_age() -> None:
    assert _maturity(1, 2, 5, 9).completeness(END - timedelta(days=3)) == 0.5


def test_what_is_older_than_every_delay_is_complete() -> None:
    assert _maturity(1, 2, 5, 9).completeness(END - timedelta(days=9)) == 1.0


def test_what_comes_after_the_last_label_is_not_labelled_at_all() -> None:
    assert _maturity(1, 2).completeness(END + timedelta(days=1)) == 0.0


def test_days_are_ripe_when_19_of_20_frauds_are_known() -> None:
    maturity = _maturity(*range(1, 21))
    assert maturity.ripe_age == timedelta(days=19)
    assert maturity.ripe_until == END - timedelta(days=19)
    assert maturity.completeness(maturity.ripe_until) == 0.95


@given(st.lists(st.integers(0, 90), min_size=1, max_size=200), st.floats(0.01, 1))
def test_a_quantile_is_numpys_inverted_cdf(days: list[int], share: float) -> None:
    ordered = sorted(days)
    expected = np.quantile(np.array(ordered), share, method="inverted_cdf")
    assert quantile([timedelta(days=n) for n in ordered], share) == timedelta(days=int(expected))


def test_no_delays_ripen_at_once() -> None:
    assert quantile([], 0.95) == timedelta(0)
