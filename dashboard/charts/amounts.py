"""How the amounts of fraud and of genuine payments are spread: outlined steps on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from dashboard import formatting as f
from dashboard.charts.figure import (
    ACCENT,
    CLEAR,
    FRAUD,
    GENUINE,
    Figure,
    Margin,
    Trace,
    Words,
    note,
    percents,
    text_width,
    ticks,
    unit_note,
)
from dashboard.overview.slices import Spread
from models.messages import N_

MARGIN: Margin = {"l": 34, "r": 14, "t": 24, "b": 22}
_MOST_DECADES = 5
_PLOT_WIDTH = 340
"""Pixels of the plot where three panels stand side by side; only labels are placed by it."""

_LINE = 0.27


def amount_spread(
    spread: Spread, currency: str, words: Words, chosen: tuple[float | None, float | None] | None = None
) -> Figure:
    """Draw the share of each class per amount bucket; `chosen` is the range that the page is filtered by."""
    edges = [max(edge, 0.01) for edge in spread.edges]
    marks = ticks(max([*spread.genuine, *spread.fraud]) * 100)
    fills: list[Trace] = []
    lines: list[Trace] = []
    labels: list[dict[str, Any]] = []
    for is_fraud, median in ((False, spread.genuine_median), (True, spread.fraud_median)):
        if median is None:
            continue
        mark, name = ("▲", words.say(N_("fraud"))) if is_fraud else ("●", words.say(N_("genuine")))
        shares, color = (spread.fraud, FRAUD) if is_fraud else (spread.genuine, GENUINE)
        fill, line = _steps(edges, shares, color, _hovers(edges, shares, (mark, name), currency, words))
        fills, lines = [*fills, fill], [*lines, line]
        told = f.money_about(median, currency, words.locale)
        text = words.say(N_("{mark} {name}, median {median}"), mark=mark, name=name, median=told)
        labels.append(_class_label(text, spread, edges, marks[-1], is_fraud=is_fraud))
    labels = _apart(labels, marks[-1])
    unit = unit_note(words.say(N_("% of each class")), MARGIN)
    return {
        "data": fills + lines,
        "layout": {
            "margin": MARGIN,
            "hovermode": "closest",
            "xaxis": {
                "type": "log",
                "range": [math.log10(edges[0]), math.log10(edges[-1])],
                **_decades(edges, currency, words),
            },
            "yaxis": {
                "range": [0, _height(labels, marks[-1])],
                "tickvals": marks,
                "ticktext": [f.short(mark, words.locale) for mark in marks],
            },
            "annotations": [unit, *labels],
            "shapes": [] if chosen is None else [_range(chosen, edges)],
        },
    }


def _range(chosen: tuple[float | None, float | None], edges: Sequence[float]) -> dict[str, Any]:
    """Shade the chosen range, with a line at either end."""
    low, high = (
        min(max(end if end is not None else edge, edges[0]), edges[-1])
        for end, edge in zip(chosen, (edges[0], edges[-1]), strict=True)
    )
    return {
        "type": "rect",
        "xref": "x",
        "yref": "paper",
        "x0": low,
        "x1": high,
        "y0": 0,
        "y1": 1,
        "fillcolor": f"{ACCENT}/10",
        "line": {"color": ACCENT, "width": 1},
        "layer": "below",
    }


def _steps(
    edges: Sequence[float], shares: Sequence[float], color: str, hovers: list[str]
) -> tuple[Trace, Trace]:
    """Return the ground and the outline of one class."""
    y = percents([*shares, shares[-1]])
    base: Trace = {"type": "scatter", "mode": "lines", "x": list(edges), "y": y}
    shape = {"color": color, "width": 1.5, "shape": "hv"}
    ground = {
        "line": {**shape, "width": 0},
        "fill": "tozeroy",
        "fillcolor": f"{color}/8",
        "hoverinfo": "skip",
    }
    outline = {"line": shape, "text": [*hovers, hovers[-1]], "hovertemplate": "%{text}<extra></extra>"}
    return {**base, **ground}, {**base, **outline}


def _hovers(
    edges: Sequence[float], shares: Sequence[float], label: tuple[str, str], currency: str, words: Words
) -> list[str]:
    ends = [f.money_about(edge, currency, words.locale) for edge in edges]
    mark, name = label
    return [
        f"{low} {f.DASH} {high}<br>{mark} {name} {f.percent(share, words.locale)}"
        for (low, high), share in zip(pairwise(ends), shares, strict=True)
    ]


def _class_label(
    text: str, spread: Spread, edges: Sequence[float], top: float, *, is_fraud: bool
) -> dict[str, Any]:
    """Put a class's name over its peak, above whatever else is drawn under the name."""
    shares = spread.fraud if is_fraud else spread.genuine
    peak = max(range(len(shares)), key=lambda n: shares[n])
    logs = [math.log10(edge) for edge in edges]
    width = (logs[-1] - logs[0]) * text_width(text) / _PLOT_WIDTH
    left = min(max(logs[peak] - width / 3, logs[0]), logs[-1] - width)
    under = [
        max(spread.genuine[n], spread.fraud[n])
        for n in range(len(shares))
        if logs[n + 1] > left and logs[n] < left + width
    ]
    place = {"x": left, "y": round(max(under, default=0.0) * 100 + top * 0.03, 5), "xref": "x", "yref": "y"}
    return note(
        text,
        **place,
        xanchor="left",
        yanchor="bottom",
        bgcolor=CLEAR,
        weight=500,
        color=FRAUD if is_fraud else GENUINE,
    )


def _apart(labels: list[dict[str, Any]], top: float) -> list[dict[str, Any]]:
    """Lift the higher label where both would stand on one line."""
    if len(labels) > 1 and abs(labels[0]["y"] - labels[1]["y"]) < top * _LINE:
        low, high = sorted(labels, key=lambda label: float(label["y"]))
        high["y"] = round(low["y"] + top * _LINE, 5)
    return labels


def _height(labels: list[dict[str, Any]], top: float) -> float:
    """Return how far the axis goes up: every label with its line has room."""
    return max([top * 1.05, *(float(label["y"]) + top * _LINE for label in labels)])


def _decades(edges: Sequence[float], currency: str, words: Words) -> dict[str, Any]:
    first, last = math.ceil(math.log10(edges[0]) - 1e-9), math.floor(math.log10(edges[-1]) + 1e-9)
    every = max(1, -(-(last - first + 1) // _MOST_DECADES))
    values = [10.0**power for power in range(first, last + 1, every)]
    return {
        "tickvals": values,
        "ticktext": [f.money_short(value, currency, words.locale) for value in values],
    }
