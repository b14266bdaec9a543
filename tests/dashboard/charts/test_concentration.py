"""The names of the two curves stand on their outer sides."""

from __future__ import annotations

import numpy as np

from dashboard.charts.concentration import concentration_curves
from dashboard.charts.examples import WORDS
from dashboard.statistics.concentration import Concentration, concentration


def curve(*amounts: int) -> Concentration:
    found = concentration(np.array(amounts))
    assert found is not None
    return found


def test_no_name_stands_between_the_curves() -> None:
    few, even = curve(9, *[0] * 99), curve(*[1] * 100)
    for customers, merchants, left in ((few, even, "customers"), (even, few, "merchants")):
        notes = concentration_curves(customers, merchants, WORDS[0])["layout"]["annotations"]
        sides = {
            note["text"]: note["xanchor"] for note in notes if note["text"] in {"customers", "merchants"}
        }
        assert sides == {"customers": "left", "merchants": "left"} | {left: "right"}
