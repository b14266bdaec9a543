"""A sheet draws no rate that its rows do not bear, and says what would."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from dashboard.charts.figure import Words
from dashboard.filters import Measure
from dashboard.language import translator
from dashboard.overview.rates import Rate, rate_of
from dashboard.overview.series import Grain, Point, Series
from dashboard.overview.slices import Ranking, Slice
from database.segments import Sums
from layouts.sheet import FEWEST_STEPS, none_certain, too_few

EN, FR = Words("en", translator("en")), Words("fr", translator("fr"))
FIRST = datetime.fromisoformat("2026-10-01")


def rate(labelled: int) -> Rate:
    return rate_of(Sums(rows=labelled, labelled=labelled, frauds=labelled // 10), Measure.COUNT)


def series(*labelled: int) -> Series:
    points = (
        Point(FIRST + timedelta(days=day), each, rate(each), None, None, None)
        for day, each in enumerate(labelled)
    )
    return Series(Grain.DAY, tuple(points), is_running=False)


@pytest.mark.parametrize(
    ("labelled", "sentence"),
    [
        ((0, 0), "None of these payments has a label."),
        ((29, 29, 3), "No step of time has 30 labelled payments: choose a longer range."),
        (
            (30, 31, 29, 4),
            "Only 2 of 4 steps of time have 30 labelled payments: choose a longer range.",
        ),
    ],
)
def test_a_line_needs_steps_that_can_be_believed(labelled: tuple[int, ...], sentence: str) -> None:
    assert too_few(series(*labelled), sum(labelled), EN) == sentence


def test_enough_steps_are_drawn() -> None:
    assert too_few(series(*[30] * FEWEST_STEPS, 2), 92, EN) is None
    assert too_few(series(5_000, 5_000), 10_000, EN) is None


@pytest.mark.parametrize(
    ("labelled", "sentence"),
    [
        ((0, 0), "Aucun de ces paiements n’est étiqueté."),
        (
            (29, 3),
            (
                "Aucun de ces groupes ne compte 30 paiements étiquetés : "
                "choisissez une période plus longue ou moins de filtres."
            ),
        ),
        ((30, 3), None),
    ],
)
def test_a_ranking_of_bars_that_are_all_too_few_says_so(
    labelled: tuple[int, ...], sentence: str | None
) -> None:
    slices = tuple(Slice(str(place), each, rate(each)) for place, each in enumerate(labelled))
    told = none_certain(Ranking("channel", slices, len(slices), rate(sum(labelled))), FR)
    assert (told and told.replace("\u202f", " ").replace("\u00a0", " ")) == sentence
