"""What may be said of a change between two periods: up, down, no change, or why nothing can be said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dashboard.statistics.intervals import Estimate, difference


class Outcome(StrEnum):
    """What the two intervals and the labels' dates allow us to say."""

    UP = "up"
    DOWN = "down"
    NO_CHANGE = "no_change"
    NO_LABEL_DATES = "no_label_dates"
    LABELS_COMING = "labels_coming"
    NO_LABELS = "no_labels"
    NOT_ANALYSED = "not_analysed"
    NOTHING_BEFORE = "nothing_before"
    NOT_COMPARED = "not_compared"


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome; `change` is the difference with its interval, `relative` the same as a share of before.

    `is_within_days` says that single payments alone would show a change, but days differ as much anyway.
    """

    outcome: Outcome
    change: Estimate | None = None
    relative: float | None = None
    is_within_days: bool = False


class LabelAge(StrEnum):
    """Whether the labels of both periods allow a comparison."""

    RIPE = "ripe"
    YOUNG = "young"
    UNDATED = "undated"


def judge(now: Estimate | None, before: Estimate | None, *, widening: float = 1.0) -> Verdict:
    """Compare two estimates by the interval of their difference, made wider for days that differ anyway."""
    if now is None or before is None:
        return Verdict(Outcome.NOTHING_BEFORE)
    change = difference(now, before, widening=widening)
    relative = change.value / before.value if before.value else None
    if change.low > 0:
        return Verdict(Outcome.UP, change, relative)
    if change.high < 0:
        return Verdict(Outcome.DOWN, change, relative)
    alone = difference(now, before)
    return Verdict(Outcome.NO_CHANGE, change, relative, is_within_days=not alone.low <= 0 <= alone.high)


def judge_labelled(
    now: Estimate | None, before: Estimate | None, age: LabelAge, *, widening: float = 1.0
) -> Verdict:
    """Compare two estimates that rest on labels: only where both periods' labels are old enough.

    Without label dates the difference and its interval are still given, but no direction.
    """
    if now is None:
        return Verdict(Outcome.NO_LABELS)
    if age is LabelAge.YOUNG:
        return Verdict(Outcome.LABELS_COMING)
    verdict = judge(now, before, widening=widening)
    if age is LabelAge.UNDATED and verdict.outcome is not Outcome.NOTHING_BEFORE:
        return Verdict(Outcome.NO_LABEL_DATES, verdict.change, verdict.relative)
    return verdict
