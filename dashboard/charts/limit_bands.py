"""Payments by their share of the high-value limit: a heap just below it is what somebody knows it by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard import formatting as f
from dashboard.charts.figure import (
    FRAUD,
    GENUINE,
    REFERENCE,
    TEXT_2,
    UNKNOWN,
    Figure,
    Margin,
    Trace,
    Words,
    note,
    stack_key,
    ticks,
    unit_note,
)
from database.segments import Bucket
from models.messages import N_

MARGIN: Margin = {"l": 40, "r": 20, "t": 36, "b": 22}
_HUNDRED = 100
_TICKS = (80, 90, 100, 110, 120)
_LINE: dict[str, Any] = {
    "type": "line",
    "x0": _HUNDRED,
    "x1": _HUNDRED,
    "y0": 0,
    "y1": 1,
    "yref": "paper",
    "line": {"color": REFERENCE, "width": 1, "dash": "2px,2px"},
}


def limit_bands(bands: Sequence[Bucket], words: Words) -> Figure:
    """Draw one bar a band of 2 % of the limit, fraud apart; `lower_e4` is the band's share of the limit."""
    percents = [band.lower_e4 // _HUNDRED for band in bands]
    marks = ticks(
        max((sum((band.fraud, band.genuine, band.unknown)) for band in bands), default=0), is_count=True
    )
    every = (
        ("▲", N_("fraud"), FRAUD, [band.fraud for band in bands]),
        ("●", N_("genuine"), GENUINE, [band.genuine for band in bands]),
        ("○", N_("not labelled"), UNKNOWN, [band.unknown for band in bands]),
    )
    stacks = [(mark, words.say(name), color, values) for mark, name, color, values in every if any(values)]
    return {
        "data": [_bars(percents, *stack, words) for stack in stacks],
        "layout": {
            "margin": MARGIN,
            "barmode": "stack",
            "hovermode": "closest",
            "xaxis": {
                "range": [percents[0], percents[-1] + 2],
                "tickvals": list(_TICKS),
                "ticktext": [f"{tick}{f.SPACE}%" for tick in _TICKS],
            },
            "yaxis": {
                "range": [0, marks[-1] * 1.02],
                "tickvals": marks,
                "ticktext": [f.short(mark, words.locale) for mark in marks],
            },
            "annotations": [
                unit_note(words.say(N_("payments")), MARGIN),
                *stack_key([stack[:3] for stack in stacks], MARGIN),
                _limit(words),
            ],
            "shapes": [_LINE],
        },
    }


def _bars(percents: list[int], mark: str, name: str, color: str, values: list[int], words: Words) -> Trace:
    return {
        "type": "bar",
        "x": [percent + 1 for percent in percents],
        "y": values,
        "width": 1.7,
        "marker": {"color": color},
        "text": [
            f"{_band(percent, words)}<br>{mark} {f.count(value, words.locale)} {name}"
            for percent, value in zip(percents, values, strict=True)
        ],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _limit(words: Words) -> dict[str, Any]:
    text = words.say(N_("limit"))
    return note(text, x=_HUNDRED, xref="x", y=1, yanchor="bottom", xanchor="center", color=TEXT_2)


def _band(percent: int, words: Words) -> str:
    return words.say(N_("{low} to {high} % of the limit"), low=percent, high=percent + 2)
