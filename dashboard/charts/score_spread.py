"""Payments by their fraud score, a line of steps a label, logarithmic: frauds are few beside the others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

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
    unit_note,
)
from database.segments import Bucket
from models.messages import N_
from models.units import E4

MARGIN: Margin = {"l": 40, "r": 14, "t": 36, "b": 22}
_FLOOR, _NONE = 0.7, 0.1
"""Where the axis begins, so that one row is seen, and the height below it of a step without any row."""

_ROOM = 1.06
_MOST_TICKS = 5
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


class _Label(NamedTuple):
    """One label's sign, name, colour and symbol, and its rows in each step."""

    mark: str
    name: str
    color: str
    symbol: str
    rows: list[int]


def score_spread(scores: Sequence[Bucket], threshold: float, words: Words) -> Figure:
    """Draw the rows of each label in every step of the score; `lower_e4` of a step is a score."""
    edges = [*(step.lower_e4 / E4 for step in scores), 1.0]
    every = (
        _Label("▲", words.say(N_("fraud")), FRAUD, "triangle-up", [step.fraud for step in scores]),
        _Label("●", words.say(N_("genuine")), GENUINE, "circle", [step.genuine for step in scores]),
        _Label("○", words.say(N_("not labelled")), UNKNOWN, "circle-open", [step.unknown for step in scores]),
    )
    drawn = [label for label in every if any(label.rows)]
    highest = max((rows for label in drawn for rows in label.rows), default=1)
    return {
        "data": [_steps(edges, label) for label in drawn] + [_points(edges, label, words) for label in drawn],
        "layout": {
            "margin": MARGIN,
            "hovermode": "closest",
            "hoverdistance": -1,
            "xaxis": {
                "range": [0, 1],
                "tickvals": list(_TICKS),
                "ticktext": [f.short(tick, words.locale) for tick in _TICKS],
            },
            "yaxis": _count_axis(highest, words),
            "annotations": [
                unit_note(words.say(N_("payments (log)")), MARGIN),
                *stack_key([label[:3] for label in drawn], MARGIN),
                _threshold(threshold, words),
            ],
            "shapes": [_threshold_line(threshold)],
        },
    }


def _count_axis(highest: int, words: Words) -> dict[str, Any]:
    decades = max(1, math.ceil(math.log10(max(highest, 1))))
    every = -(-(decades + 1) // _MOST_TICKS)
    marks = [10**power for power in range(0, decades + 1, every)]
    top = max(1.0, math.log10(max(highest, 1))) * _ROOM
    return {
        "type": "log",
        "range": [round(math.log10(_FLOOR), 4), round(top, 4)],
        "tickvals": marks,
        "ticktext": [f.short(mark, words.locale) for mark in marks],
    }


def _steps(edges: Sequence[float], label: _Label) -> Trace:
    heights = [rows or _NONE for rows in label.rows]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(edges),
        "y": [*heights, heights[-1]],
        "line": {"color": label.color, "width": 1.5, "shape": "hv"},
        "hoverinfo": "skip",
    }


def _points(edges: Sequence[float], label: _Label, words: Words) -> Trace:
    """Return a point in the middle of each step that has rows: what is pointed at and clicked."""
    ends = [f.number(edge, 2, words.locale) for edge in edges]
    whole = sum(label.rows)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round((low + high) / 2, 4) for low, high in pairwise(edges)],
        "y": [rows or None for rows in label.rows],
        "marker": {"color": label.color, "size": 6, "symbol": label.symbol},
        "text": [
            "<br>".join(
                (
                    words.say(N_("score {low} to {high}"), low=ends[place], high=ends[place + 1]),
                    f"{label.mark} {f.count(rows, words.locale)} {label.name}",
                    words.say(N_("{share} of its label"), share=f.percent(rows / whole, words.locale)),
                )
            )
            if rows
            else ""
            for place, rows in enumerate(label.rows)
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _threshold(threshold: float, words: Words) -> dict[str, Any]:
    text = words.say(N_("threshold {score}"), score=f.number(threshold, 2, words.locale))
    anchor = "right" if threshold > _TICKS[-2] else "center"
    return note(text, x=threshold, xref="x", y=1, yanchor="bottom", xanchor=anchor, color=TEXT_2)


def _threshold_line(threshold: float) -> dict[str, Any]:
    return {
        "type": "line",
        "x0": threshold,
        "x1": threshold,
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": {"color": REFERENCE, "width": 1, "dash": "2px,2px"},
    }
