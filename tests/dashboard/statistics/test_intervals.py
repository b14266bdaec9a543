"""Intervals against published values, exact binomials and simulation."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.intervals import (
    Z95,
    Estimate,
    Ratio,
    difference,
    mean_of,
    ratio_of_sums,
    ratio_variance,
    total_of,
    wilson,
)


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"),
    [
        # R. G. Newcombe, "Two-sided confidence intervals for the single proportion" (1998), table I.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_gives_the_published_intervals(hits: int, trials: int, low: float, high: float) -> None:
    interval = wilson(hits, trials)
    assert interval is not None
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_wilsons_ends_are_the_roots_of_the_score_equation(trials: int, part: float) -> None:
    hits = int(part * trials)
    interval = wilson(hits, trials)
    assert interval is not None
    share = hits / trials
    for end in (interval.low, interval.high):
        if 0 < end < 1 and end != share:
            score = (share - end) ** 2 - Z95**2 * end * (1 - end) / trials
            assert abs(score) < 1e-9
    assert 0 <= interval.low <= share <= interval.high <= 1


def test_wilson_covers_the_true_share_as_often_as_it_says() -> None:
    trials, share = 200, Fraction(1, 50)
    covered = 0.0
    for hits in range(trials + 1):
        interval = wilson(hits, trials)
        assert interval is not None
        if interval.low <= float(share) <= interval.high:
            covered += math.comb(trials, hits) * float(share) ** hits * float(1 - share) ** (trials - hits)
    assert 0.92 < covered < 0.99


def test_a_rate_without_trials_has_no_interval() -> None:
    assert wilson(0, 0) is None
    assert ratio_of_sums(Ratio(0, 0, 0, 0, 0)) is None
    assert mean_of(0, 0, 0) is None


def _ratio(amounts: np.ndarray, frauds: np.ndarray) -> Ratio:
    part = amounts * frauds
    return Ratio(
        float(part.sum()),
        float(amounts.sum()),
        float((part**2).sum()),
        float((amounts**2).sum()),
        len(amounts),
    )


def test_the_delta_variance_equals_the_sum_over_residuals() -> None:
    rng = np.random.default_rng(3)
    amounts, frauds = rng.lognormal(3, 1, 500), rng.random(500) < 0.05
    rate = (amounts * frauds).sum() / amounts.sum()
    residuals = amounts * frauds - rate * amounts
    expected = (residuals**2).sum() * 500 / 499 / amounts.sum() ** 2
    assert ratio_variance(_ratio(amounts, frauds)) == pytest.approx(expected, rel=1e-9)


def test_the_delta_variance_is_what_resampling_shows() -> None:
    rng = np.random.default_rng(5)
    amounts = rng.lognormal(3, 0.8, 4_000)
    frauds = rng.random(4_000) < 0.03
    picks = rng.integers(0, 4_000, (2_000, 4_000))
    rates = (amounts * frauds)[picks].sum(axis=1) / amounts[picks].sum(axis=1)
    assert ratio_variance(_ratio(amounts, frauds)) == pytest.approx(float(rates.var()), rel=0.12)


def test_the_rate_by_amount_is_covered_better_than_by_plus_minus_two_deviations() -> None:
    rng = np.random.default_rng(7)
    true, ours, plain, rounds = 0.02, 0, 0, 800
    for _ in range(rounds):
        ratio = _ratio(rng.lognormal(3, 1, 300), rng.random(300) < true)
        interval = ratio_of_sums(ratio)
        assert interval is not None
        ours += interval.low <= true <= interval.high
        plain += abs(interval.value - true) <= Z95 * math.sqrt(ratio_variance(ratio))
    assert ours / rounds > 0.9 > plain / rounds


def test_equal_amounts_give_wilsons_interval() -> None:
    by_amount, by_count = ratio_of_sums(Ratio(30.0, 4_000.0, 300.0, 40_000.0, 400)), wilson(3, 400)
    assert by_amount is not None
    assert by_count is not None
    assert by_amount.low == pytest.approx(by_count.low, rel=0.01)
    assert by_amount.high == pytest.approx(by_count.high, rel=0.01)


def test_no_fraud_still_has_an_upper_bound() -> None:
    interval = ratio_of_sums(Ratio(0.0, 400.0, 0.0, 400.0, 400))
    assert interval is not None
    assert interval == wilson(0, 400)


@given(
    st.lists(st.tuples(st.floats(0.01, 1e6), st.booleans()), min_size=1, max_size=40),
)
def test_a_rate_by_amount_lies_within_its_interval_and_within_0_and_1(rows: list[tuple[float, bool]]) -> None:
    ratio = _ratio(np.array([amount for amount, _ in rows]), np.array([fraud for _, fraud in rows]))
    interval = ratio_of_sums(ratio)
    assert interval is not None
    assert 0 <= interval.low <= interval.value <= interval.high <= 1 + 1e-12


def test_a_compound_poisson_total_is_covered() -> None:
    rng = np.random.default_rng(11)
    rate, rounds, covered = 80, 1_000, 0
    true = rate * math.exp(5 + 0.5 * 0.8**2)
    for _ in range(rounds):
        amounts = rng.lognormal(5, 0.8, rng.poisson(rate))
        total = total_of(float(amounts.sum()), float((amounts**2).sum()))
        covered += total.low <= true <= total.high
    assert 0.92 < covered / rounds < 0.97


def test_an_average_has_the_interval_of_its_standard_error() -> None:
    values = np.array([2.0, 4.0, 9.0])
    mean = mean_of(15.0, float((values**2).sum()), 3)
    assert mean is not None
    assert mean.value == 5.0
    assert mean.high - 5.0 == pytest.approx(Z95 * float(values.std(ddof=1)) / math.sqrt(3))


def test_newcombes_difference_is_the_published_one() -> None:
    # Newcombe (1998), table II (a), method 10: 56/70 against 48/80 is 0.2 with 0.0524 to 0.3339.
    first, second = wilson(56, 70), wilson(48, 80)
    assert first is not None
    assert second is not None
    change = difference(first, second)
    assert (round(change.value, 4), round(change.low, 4), round(change.high, 4)) == (0.2, 0.0524, 0.3339)


def test_a_difference_is_its_mirror_image_the_other_way_round() -> None:
    one, two = Estimate(5, 4, 7), Estimate(3, 2, 3.5)
    there, back = difference(one, two), difference(two, one)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
