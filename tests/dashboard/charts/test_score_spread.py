"""The steps of the score say how many rows stand behind each, and mark the threshold."""

from __future__ import annotations

from dashboard.charts.examples import WORDS
from dashboard.charts.score_spread import score_spread
from dashboard.formatting import SPACE
from database.segments import Bucket

SCORES = tuple(Bucket(edge, 40_000 * (edge == 0), edge // 1_000, 0) for edge in range(0, 10_000, 500))


def test_a_step_stands_as_high_as_it_has_rows_and_an_empty_one_is_no_mark() -> None:
    figure = score_spread(SCORES, 0.7, WORDS[0])
    fraud, genuine = (trace for trace in figure["data"] if trace["mode"] == "markers")
    assert fraud["y"] == [step.fraud or None for step in SCORES]
    assert genuine["y"] == [40_000, *[None] * 19]
    assert fraud["x"][-1] == 0.975
    assert fraud["text"][-1] == f"score 0.95 to 1.00<br>▲ 9 fraud<br>10.0{SPACE}% of its label"
    assert genuine["text"][1] == ""


def test_only_points_are_pointed_at_and_every_one_is_within_the_axis() -> None:
    figure = score_spread(SCORES, 0.7, WORDS[0])
    lines = [trace for trace in figure["data"] if trace["mode"] == "lines"]
    assert [line["hoverinfo"] for line in lines] == ["skip", "skip"]
    assert not [line for line in lines if "text" in line]
    low, high = figure["layout"]["yaxis"]["range"]
    assert low < 0
    assert 10**high > 40_000


def test_the_threshold_is_drawn_and_named() -> None:
    layout = score_spread(SCORES, 0.7, WORDS[0])["layout"]
    assert [line["x0"] for line in layout["shapes"]] == [0.7]
    assert "threshold 0.70" in [each["text"] for each in layout["annotations"]]
