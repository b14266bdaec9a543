"""Payments by their share of the high-value limit: a heap just below it is what somebody knows it by."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import formatting as f
from dashboard.charts.figure import (
    FRAUD,
    GENUINE,
    REFERENCE,
    TEXT_2,
    UNKNOWN,
    Figure,
    Margin,
    Words,
    note,
    ticks,
    unit_note,
)
from database.segments import Bucket
from models.messages import N_

MARGIN: Margin = {"l": 40, "r": 14, "t": 28, "b": 22}
_HUNDRED = 100


def limit_bands(bands: Sequence[Bucket], words: Words) -> Figure:
    """Draw one bar a band of 2 % of the limit, fraud apart; `lower_e4` is the band's share of the limit."""
    percents = [band.lower_e4 // _HUNDRED for band in bands]
    marks = ticks(max((band.fraud + band.genuine + band.unknown for band in bands), default=0))
    middle = [percent + 1 for percent in percents]
    stacks = (
        ("▲", N_("fraud"), FRAUD, [band.fraud for band in bands]),
        ("●", N_("genuine"), GENUINE, [band.genuine for band in bands]),
        ("○", N_("not labelled"), UNKNOWN, [band.unknown for band in bands]),
    )
    return {
        "data": [
            {
                "type": "bar",
                "x": middle,
                "y": values,
                "width": 1.7,
                "marker": {"color": color},
                "text": [
                    f"{_band(percent, words)}<br>{mark} {f.count(value, words.locale)} {words.say(name)}"
                    for percent, value in zip(percents, values, strict=True)
                ],
                "textposition": "none",
                "hovertemplate": "%{text}<extra></extra>",
            }
            for mark, name, color, values in stacks
            if any(values)
        ],
        "layout": {
            "margin": MARGIN,
            "barmode": "stack",
            "hovermode": "closest",
            "xaxis": {
                "range": [percents[0], percents[-1] + 2],
                "tickvals": [80, 90, 100, 110, 120],
                "ticktext": [f"{tick}{f.SPACE}%" for tick in (80, 90, 100, 110, 120)],
            },
            "yaxis": {
                "range": [0, marks[-1] * 1.02],
                "tickvals": marks,
                "ticktext": [f.short(mark, words.locale) for mark in marks],
            },
            "annotations": [
                unit_note(words.say(N_("payments")), MARGIN),
                note(
                    words.say(N_("limit")),
                    x=100,
                    xref="x",
                    y=1,
                    yanchor="bottom",
                    xanchor="center",
                    color=TEXT_2,
                ),
            ],
            "shapes": [
                {
                    "type": "line",
                    "x0": 100,
                    "x1": 100,
                    "y0": 0,
                    "y1": 1,
                    "yref": "paper",
                    "line": {"color": REFERENCE, "width": 1, "dash": "2px,2px"},
                }
            ],
        },
    }


def _band(percent: int, words: Words) -> str:
    return words.say(N_("{low} to {high} % of the limit"), low=percent, high=percent + 2)
