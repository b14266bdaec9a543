"""What is said of a change follows from the intervals and the labels' dates."""

from __future__ import annotations

import pytest

from dashboard.statistics.intervals import Estimate, wilson
from dashboard.statistics.verdicts import LabelAge, Outcome, judge, judge_labelled

LOW = Estimate(1.0, 0.9, 1.1)
HIGH = Estimate(2.0, 1.8, 2.2)


@pytest.mark.parametrize(
    ("now", "before", "outcome"),
    [
        (HIGH, LOW, Outcome.UP),
        (LOW, HIGH, Outcome.DOWN),
        (LOW, LOW, Outcome.NO_CHANGE),
        (LOW, None, Outcome.NOTHING_BEFORE),
        (None, LOW, Outcome.NOTHING_BEFORE),
    ],
)
def test_a_direction_is_claimed_only_outside_the_interval(
    now: Estimate | None, before: Estimate | None, outcome: Outcome
) -> None:
    assert judge(now, before).outcome is outcome


def test_a_change_is_told_as_a_share_of_before() -> None:
    verdict = judge(HIGH, LOW)
    assert verdict.relative == 1.0
    assert verdict.change is not None
    assert verdict.change.value == 1.0


def test_a_share_of_nothing_is_not_told() -> None:
    assert judge(HIGH, Estimate(0.0, 0.0, 0.1)).relative is None


def test_without_label_dates_the_difference_is_told_but_no_direction() -> None:
    verdict = judge_labelled(HIGH, LOW, LabelAge.UNDATED)
    assert verdict.outcome is Outcome.NO_LABEL_DATES
    assert verdict.change == judge(HIGH, LOW).change


def test_young_labels_are_not_compared() -> None:
    verdict = judge_labelled(HIGH, LOW, LabelAge.YOUNG)
    assert verdict.outcome is Outcome.LABELS_COMING
    assert verdict.change is None


def test_ripe_labels_are_compared() -> None:
    assert judge_labelled(HIGH, LOW, LabelAge.RIPE).outcome is Outcome.UP


def test_no_labels_is_not_no_fraud() -> None:
    assert judge_labelled(wilson(0, 0), LOW, LabelAge.RIPE).outcome is Outcome.NO_LABELS


def test_days_that_differ_anyway_take_a_direction_back() -> None:
    assert judge(HIGH, LOW, widening=4.0).outcome is Outcome.UP
    taken = judge(HIGH, LOW, widening=5.0)
    assert (taken.outcome, taken.is_within_days) == (Outcome.NO_CHANGE, True)
    assert not judge(LOW, LOW, widening=5.0).is_within_days
