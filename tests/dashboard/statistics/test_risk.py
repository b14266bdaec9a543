"""Risk: 0.2 at the average, pulled towards the group where rows are few, unknown without labels."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.statistics.risk import Counts, risk_category, risk_score, risk_scores, shrunk_rate
from models.risk import RiskCategory


def test_the_average_is_a_fifth_and_nine_times_it_is_high() -> None:
    assert risk_score(0.005, 0.005) == 0.2
    assert risk_score(0.005 * 9.34, 0.005) >= 0.7 > risk_score(0.005 * 9.3, 0.005)


@pytest.mark.parametrize(
    ("score", "category"),
    [
        (0.0, RiskCategory.LOW),
        (0.2999, RiskCategory.LOW),
        (0.3, RiskCategory.MEDIUM),
        (0.6999, RiskCategory.MEDIUM),
        (0.7, RiskCategory.HIGH),
        (1.0, RiskCategory.HIGH),
    ],
)
def test_categories_begin_where_they_say(score: float, category: RiskCategory) -> None:
    assert risk_category(score) is category


def test_a_party_without_rows_has_its_groups_rate() -> None:
    assert shrunk_rate(Counts(0, 0), 0.01) == 0.01
    assert shrunk_rate(Counts(50, 1), 0.0) == 0.01


def test_one_fraud_in_few_rows_is_no_proof() -> None:
    few, many = risk_scores([(Counts(2, 1), None), (Counts(200, 100), None)], Counts(10_000, 50))
    assert few is not None
    assert many is not None
    assert 0.2 < few < 0.9 < many


def test_a_merchant_is_judged_by_its_category_first() -> None:
    quiet, loud = Counts(1_000, 1), Counts(1_000, 40)
    new_quiet, _, new_loud, _ = risk_scores(
        [(Counts(0, 0), "grocery"), (quiet, "grocery"), (Counts(0, 0), "gaming"), (loud, "gaming")],
        Counts(2_000, 41),
    )
    assert new_quiet is not None
    assert new_loud is not None
    assert new_quiet < 0.2 < new_loud


@pytest.mark.parametrize("bank", [Counts(29, 5), Counts(0, 0), Counts(1_000, 0)])
def test_nothing_is_known_with_few_labels_or_no_fraud(bank: Counts) -> None:
    assert risk_scores([(Counts(10, 0), None)] * 2, bank) == [None, None]


@given(st.integers(0, 10_000), st.floats(0, 1), st.integers(1, 1_000))
def test_a_score_is_a_probability_that_grows_with_frauds(labelled: int, share: float, per_mille: int) -> None:
    bank = Counts(100_000, per_mille * 100)
    counts = [Counts(labelled, int(labelled * share)), Counts(labelled, labelled)]
    first, second = risk_scores([(counts[0], None), (counts[1], None)], bank)
    assert first is not None
    assert second is not None
    assert 0 <= first <= second < 1
