"""How few customers and merchants hold how much of the fraud: two curves from the largest holder down."""

from __future__ import annotations

import math

from dashboard import formatting as f
from dashboard.charts.figure import (
    ACCENT,
    REFERENCE,
    TEXT_1,
    Figure,
    Margin,
    Trace,
    Words,
    note,
    percents,
    unit_note,
)
from dashboard.statistics.concentration import Concentration
from models.messages import N_

MARGIN: Margin = {"l": 40, "r": 20, "t": 24, "b": 22}
_TICKS = (0, 25, 50, 75, 100)
_LEAST_X = 0.01
_OVER, _UNDER = 56, 44
_DECADES = (0.01, 0.1, 1, 10, 100)


def concentration_curves(
    customers: Concentration | None, merchants: Concentration | None, words: Words
) -> Figure:
    """Draw each group's curve over a logarithmic share of the group."""
    curves = (
        (customers, words.say(N_("customers")), ACCENT),
        (merchants, words.say(N_("merchants")), TEXT_1),
    )
    drawn = [(one, name, color) for one, name, color in curves if one is not None]
    by_half = enumerate(sorted(drawn, key=lambda curve: curve[0].half))
    return {
        "data": [_curve(one, name, color, words) for one, name, color in drawn],
        "layout": {
            "margin": MARGIN,
            "hovermode": "closest",
            "xaxis": {
                "type": "log",
                "range": [-2, 2],
                "tickvals": list(_DECADES),
                "ticktext": [f"{f.short(tick, words.locale)}{f.SPACE}%" for tick in _DECADES],
            },
            "yaxis": {
                "range": [0, 102],
                "tickvals": list(_TICKS),
                "ticktext": [f"{tick}" for tick in _TICKS],
            },
            "annotations": [
                unit_note(words.say(N_("% of the fraud, by share of the group")), MARGIN),
                *(_label(one, name, color, is_left=place == 0) for place, (one, name, color) in by_half),
            ],
            "shapes": [
                {
                    "type": "line",
                    "x0": 0,
                    "x1": 1,
                    "xref": "paper",
                    "y0": 50,
                    "y1": 50,
                    "line": {"color": REFERENCE, "width": 1, "dash": "1px,2px"},
                }
            ],
        },
    }


def _curve(one: Concentration, name: str, color: str, words: Words) -> Trace:
    points = [(x, y) for x, y in one.shares if x * 100 >= _LEAST_X]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": percents([x for x, _ in points]),
        "y": percents([y for _, y in points]),
        "line": {"color": color, "width": 1.75},
        "text": [
            words.say(
                N_("{share} of the {group} hold {part}"),
                share=f.percent(x, words.locale),
                group=name,
                part=f.percent(y, words.locale, 0),
            )
            for x, y in points
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _label(one: Concentration, name: str, color: str, *, is_left: bool) -> dict[str, object]:
    # Beside where the curve passes the half: the left curve's name left of it, the other's right of it.
    y, side = (_OVER, "right") if is_left else (_UNDER, "left")
    at = max(one.half * 100, _LEAST_X)
    return note(
        name,
        x=round(math.log10(at), 4),
        xref="x",
        y=y,
        yref="y",
        xanchor=side,
        color=color,
        weight=500,
        size=12,
    )
