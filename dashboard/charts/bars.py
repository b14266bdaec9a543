"""Fraud rates of the values of a dimension: bars with whiskers, and their figures in two columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from dashboard import formatting as f
from dashboard.charts.figure import (
    BAR,
    PAD,
    REFERENCE,
    TEXT_1,
    TEXT_2,
    TEXT_3,
    Figure,
    Margin,
    Words,
    escaped,
    note,
    percents,
    text_width,
    ticks,
)
from dashboard.overview.slices import Ranking, Slice
from models.messages import N_

PITCH, PITCH_OF_FEW, FEW, THICKNESS = 22, 20, 6, 10
RATE_AT, COUNT_AT = 54, 100
"""Right edges of the two columns of figures, in pixels right of the plot."""

LONGEST_NAME = 18
_LABEL_GAP = 16
_ELLIPSIS = "…"
_WIDEST_WHISKER = 3.0
# The names stand beside it as notes, flush left.
DIMMED = f"{BAR}/28"
_NAMELESS_AXIS = {"showticklabels": False, "showgrid": False, "showline": True, "fixedrange": True}


def rate_bars(ranking: Ranking, words: Words, name: Callable[[str], str]) -> Figure:
    """Draw one bar a slice; `name` writes a value for people."""
    slices = ranking.slices
    names = [_cut(name(each.value)) for each in slices]
    margin: Margin = {"l": max(map(text_width, names), default=0) + _LABEL_GAP, "r": 112, "t": 16, "b": 18}
    pitch = PITCH if len(slices) > FEW else PITCH_OF_FEW
    marks = ticks(_highest(ranking) * 100)
    decimals = f.percent_decimals(_value(each) or 0.0 for each in slices)
    notes = [_head(words.say(N_("rate")), RATE_AT), _head(words.say(N_("fraud")), COUNT_AT)]
    for row, (each, text) in enumerate(zip(slices, names, strict=True)):
        told = _row_notes(row, each, text, margin, decimals, words)
        notes += [_dimmed(one) for one in told] if ranking.is_dimmed(each) else told
    whole = ranking.whole.estimate
    if whole is not None and slices:
        share = f.percent_number(whole.value, words.locale, decimals)
        text = words.say(N_("all {rate}"), rate=share)
        notes.append(
            note(text, x=round(whole.value * 100, 5), xref="x", y=1, yanchor="bottom", yshift=1, color=TEXT_2)
        )
    return {
        "data": [_bars(ranking, words, name)],
        "layout": {
            "margin": margin,
            "height": margin["t"] + margin["b"] + pitch * max(1, len(slices)),
            "bargap": 1 - THICKNESS / pitch,
            "hovermode": "closest",
            "xaxis": _rate_axis(marks, words),
            "yaxis": _NAMELESS_AXIS | {"range": [len(slices) - 0.5, -0.5]},
            "annotations": notes,
            "shapes": [] if whole is None else [_whole_line(whole.value)],
        },
    }


def _rate_axis(marks: Sequence[float], words: Words) -> dict[str, Any]:
    return {
        "range": [0, marks[-1]],
        "tickvals": marks,
        "ticktext": [f.short(mark, words.locale) for mark in marks],
        "showgrid": True,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
    }


def _value(each: Slice) -> float | None:
    return None if each.rate.estimate is None or each.rate.is_too_few else each.rate.estimate.value


def _highest(ranking: Ranking) -> float:
    """Return how far the axis must reach: every bar, and whiskers unless they are far longer than any bar."""
    whole = ranking.whole.estimate.value if ranking.whole.estimate else 0.0
    values = [value for each in ranking.slices if (value := _value(each)) is not None]
    longest = max([*values, whole], default=0.0)
    highs = [
        each.rate.estimate.high
        for each in ranking.slices
        if each.rate.estimate is not None and not each.rate.is_too_few
    ]
    return min(max([*highs, longest], default=0.0), _WIDEST_WHISKER * longest or 1.0) or 0.01


def _bars(ranking: Ranking, words: Words, name: Callable[[str], str]) -> dict[str, Any]:
    slices = ranking.slices
    is_dimmed = [ranking.is_dimmed(each) for each in slices]
    values = [_value(each) for each in slices]
    estimates = [
        each.rate.estimate if value is not None else None for each, value in zip(slices, values, strict=True)
    ]
    return {
        "type": "bar",
        "orientation": "h",
        "x": percents(values),
        "y": list(range(len(slices))),
        "marker": {"color": [DIMMED if dim else BAR for dim in is_dimmed] if any(is_dimmed) else BAR},
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": percents([each.high - each.value if each else 0.0 for each in estimates]),
            "arrayminus": percents([each.value - each.low if each else 0.0 for each in estimates]),
            "color": TEXT_1,
            "thickness": 1,
            "width": 3,
        },
        "customdata": [each.value for each in slices],
        "text": [_hover(each, words, name) for each in slices],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
        "cliponaxis": True,
    }


def _hover(each: Slice, words: Words, name: Callable[[str], str]) -> str:
    rate, estimate = each.rate, each.rate.estimate
    title = f"{escaped(name(each.value))}"
    if estimate is None or rate.is_too_few:
        few = words.say(N_("{trials} labelled, under 30"), trials=f.count(rate.trials, words.locale))
        return f"{title}<br>{few}"
    told = words.say(
        N_("{hits} of {trials}: {range}"),
        hits=f.count(rate.hits, words.locale),
        trials=f.count(rate.trials, words.locale),
        range=f.percent_range(estimate.low, estimate.high, words.locale),
    )
    return f"{title}<br>▲ {f.percent(estimate.value, words.locale)}<br>{told}"


def _dimmed(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "font": {**told["font"], "color": TEXT_3}}


def _row_notes(
    row: int, each: Slice, text: str, margin: Margin, decimals: int, words: Words
) -> list[dict[str, Any]]:
    place = {"y": row, "yref": "y", "yanchor": "middle", "size": 12}
    value = _value(each)
    label = note(escaped(text), x=0, xanchor="left", xshift=-margin["l"] - PAD, color=TEXT_2, **place)
    if value is None:
        few = note(
            words.say(N_("n < 30")), x=0, xanchor="left", xshift=6, color=TEXT_3, **{**place, "size": 11}
        )
        return [label, few]
    rate = f.percent(value, words.locale, decimals)
    hits = f.count(each.rate.hits, words.locale)
    return [
        label,
        note(rate, x=1, xanchor="right", xshift=RATE_AT + PAD, color=TEXT_1, **place),
        note(hits, x=1, xanchor="right", xshift=COUNT_AT + PAD, color=TEXT_2, **{**place, "size": 11}),
    ]


def _head(text: str, right: int) -> dict[str, Any]:
    return note(text, x=1, y=1, xanchor="right", yanchor="bottom", xshift=right, yshift=1, color=TEXT_2)


def _whole_line(share: float) -> dict[str, Any]:
    at = round(share * 100, 5)
    line = {"color": REFERENCE, "width": 1, "dash": "1px,2px"}
    return {
        "type": "line",
        "x0": at,
        "x1": at,
        "xref": "x",
        "y0": 0,
        "y1": 1,
        "yref": "paper",
        "line": line,
        "layer": "above",
    }


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1].rstrip()}{_ELLIPSIS}"
