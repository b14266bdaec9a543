"""How the amounts of fraud and of genuine payments are spread: outlined steps on a logarithmic axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from dashboard import formatting as f
from dashboard.charts.figure import (
    FRAUD,
    GENUINE,
    Figure,
    Margin,
    Trace,
    Words,
    note,
    percents,
    ticks,
    unit_note,
)
from dashboard.overview.slices import Spread
from models.messages import N_

MARGIN: Margin = {"l": 34, "r": 14, "t": 24, "b": 22}
_MOST_DECADES = 5


def amount_spread(spread: Spread, currency: str, words: Words) -> Figure:
    """Draw the share of each class per amount bucket."""
    classes = (
        (GENUINE, "●", words.say(N_("genuine")), spread.genuine, spread.genuine_median, spread.genuine_rows),
        (FRAUD, "▲", words.say(N_("fraud")), spread.fraud, spread.fraud_median, spread.fraud_rows),
    )
    edges = [max(edge, 0.01) for edge in spread.edges]
    marks = ticks(max([*spread.genuine, *spread.fraud]) * 100)
    data: list[Trace] = []
    notes: list[dict[str, Any]] = [unit_note(words.say(N_("% of each class per amount step")), MARGIN)]
    for color, mark, name, shares, median, rows in classes:
        if not rows or median is None:
            continue
        data += _steps(edges, shares, color, _hovers(edges, shares, (mark, name), currency, words))
        told = f.money(Decimal(f"{median:.4g}"), currency, words.locale)
        text = words.say(N_("{mark} <b>{name}</b>, median {median}"), mark=mark, name=name, median=told)
        notes.append(_class_label(text, edges, shares, color, marks[-1]))
    return {
        "data": data,
        "layout": {
            "margin": MARGIN,
            "hovermode": "closest",
            "xaxis": {
                "type": "log",
                "range": [math.log10(edges[0]), math.log10(edges[-1])],
                **_decades(edges, currency, words),
            },
            "yaxis": {
                "range": [0, marks[-1] * 1.15],
                "tickvals": marks,
                "ticktext": [f.short(mark, words.locale) for mark in marks],
            },
            "annotations": _apart(notes),
        },
    }


def _steps(edges: Sequence[float], shares: Sequence[float], color: str, hovers: list[str]) -> list[Trace]:
    y = percents([*shares, shares[-1]])
    base: Trace = {"type": "scatter", "mode": "lines", "x": list(edges), "y": y}
    shape = {"color": color, "width": 1.5, "shape": "hv"}
    return [
        {
            **base,
            "line": {**shape, "width": 0},
            "fill": "tozeroy",
            "fillcolor": color,
            "opacity": 0.08,
            "hoverinfo": "skip",
        },
        {**base, "line": shape, "text": [*hovers, hovers[-1]], "hovertemplate": "%{text}<extra></extra>"},
    ]


def _hovers(
    edges: Sequence[float], shares: Sequence[float], label: tuple[str, str], currency: str, words: Words
) -> list[str]:
    ends = [f.money(Decimal(f"{edge:.4g}"), currency, words.locale) for edge in edges]
    mark, name = label
    return [
        f"<b>{low} {f.DASH} {high}</b><br>{mark} {name} <b>{f.percent(share, words.locale)}</b>"
        for (low, high), share in zip(pairwise(ends), shares, strict=True)
    ]


def _class_label(
    text: str, edges: Sequence[float], shares: Sequence[float], color: str, top: float
) -> dict[str, Any]:
    """Put the class's name to the right of its peak."""
    place = max(range(len(shares)), key=lambda n: shares[n])
    x, left, right = math.log10(edges[place + 1]), math.log10(edges[0]), math.log10(edges[-1])
    is_far_right = x - left > (right - left) * 0.5
    y = min(shares[place] * 100, top)
    anchor, shift = ("right", -8) if is_far_right else ("left", 4)
    return note(
        text,
        x=x,
        y=round(y, 5),
        xref="x",
        yref="y",
        xanchor=anchor,
        yanchor="bottom",
        xshift=shift,
        color=color,
    )


def _apart(notes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lift the second class's label where both would stand on one line."""
    labels = [each for each in notes if each["yref"] == "y"]
    if len(labels) > 1 and abs(labels[0]["y"] - labels[1]["y"]) < max(label["y"] for label in labels) * 0.14:
        labels[1]["yshift"] = 13
    return notes


def _decades(edges: Sequence[float], currency: str, words: Words) -> dict[str, Any]:
    first, last = math.ceil(math.log10(edges[0]) - 1e-9), math.floor(math.log10(edges[-1]) + 1e-9)
    every = max(1, -(-(last - first + 1) // _MOST_DECADES))
    values = [10.0**power for power in range(first, last + 1, every)]
    return {
        "tickvals": values,
        "ticktext": [f.money_short(value, currency, words.locale) for value in values],
    }
