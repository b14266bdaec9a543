"""Fraud rate by hour and weekday; cells with too few labelled rows are grey."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dashboard import formatting as f
from dashboard.charts.figure import (
    NODATA,
    PAD,
    PAGE,
    RATE_RAMP,
    TEXT_2,
    Figure,
    Layout,
    Margin,
    Trace,
    Words,
    note,
    ticks,
)
from dashboard.overview.rates import Rate
from models.messages import N_

MARGIN: Margin = {"l": 36, "r": 0, "t": 0, "b": 20}
_HOURS, _EVERY = 24, 3
Cells = Sequence[Sequence[Rate]]


def hour_weekday(cells: Cells, words: Words, dimmed: frozenset[int] = frozenset()) -> Figure:
    """Draw one cell an hour, Monday at the top; `dimmed` are hours of the week that are left out."""
    names = f.weekdays(words.locale)
    hours = [f"{hour:02}:00" for hour in range(_HOURS)]
    common: Trace = {"type": "heatmap", "x": hours, "y": names, "xgap": 1, "ygap": 1, "showscale": False}
    few: Trace = {
        **common,
        "z": [[1 if _is_hidden(rate) else None for rate in row] for row in cells],
        "text": [[_few(rate, words) if _is_hidden(rate) else "" for rate in row] for row in cells],
        "hovertemplate": "%{y} %{x}<br>%{text}<extra></extra>",
        "colorscale": [[0, NODATA], [1, NODATA]],
        "zmin": 0,
        "zmax": 1,
    }
    rates: Trace = {
        **common,
        "z": [[None if _is_hidden(rate) else _percent(rate) for rate in row] for row in cells],
        "text": [["" if _is_hidden(rate) else _told(rate, words) for rate in row] for row in cells],
        "hovertemplate": "%{y} %{x}<br>▲ %{text}<extra></extra>",
        "colorscale": RATE_RAMP,
        "zmin": 0,
        "zmax": highest(cells) * 100,
    }
    data = [few, rates]
    if dimmed:
        over = [[1 if day * _HOURS + hour in dimmed else None for hour in range(_HOURS)] for day in range(7)]
        scale = [[0, f"{PAGE}/72"], [1, f"{PAGE}/72"]]
        data.append({**common, "z": over, "hoverinfo": "skip", "colorscale": scale, "zmin": 0, "zmax": 1})
    return {"data": data, "layout": _layout(names, hours)}


def _layout(names: list[str], hours: list[str]) -> Layout:
    quiet = {"type": "category", "showgrid": False, "fixedrange": True}
    named = hours[::_EVERY]
    return {
        "margin": MARGIN,
        "hovermode": "closest",
        "xaxis": {
            **quiet,
            "range": [-0.5, _HOURS - 0.5],
            "tickvals": named,
            "ticktext": [hour[:2] for hour in named],
            "ticks": "",
            "showline": False,
        },
        "yaxis": {**quiet, "range": [6.5, -0.5], "showticklabels": False},
        "annotations": [_day_name(name) for name in names],
    }


def _day_name(name: str) -> dict[str, Any]:
    place = {
        "x": 0,
        "y": name,
        "yref": "y",
        "xanchor": "left",
        "yanchor": "middle",
        "xshift": -MARGIN["l"] - PAD,
    }
    return note(name, **place, color=TEXT_2)


def highest(cells: Cells) -> float:
    """Return the round share that the darkest colour stands for."""
    shown = [rate.estimate.value for row in cells for rate in row if rate.estimate and not rate.is_too_few]
    return ticks(max(shown, default=0.0) * 100)[-1] / 100


def _is_hidden(rate: Rate) -> bool:
    return rate.estimate is None or rate.is_too_few


def _percent(rate: Rate) -> float:
    return round(rate.estimate.value * 100, 5) if rate.estimate else 0.0


def _few(rate: Rate, words: Words) -> str:
    return words.say(N_("{trials} labelled, under 30"), trials=f.count(rate.trials, words.locale))


def _told(rate: Rate, words: Words) -> str:
    """Return what follows the mark: rate, then k of n with its interval."""
    if rate.estimate is None:
        return ""
    told = words.say(
        N_("{hits} of {trials}: {range}"),
        hits=f.count(rate.hits, words.locale),
        trials=f.count(rate.trials, words.locale),
        range=f.percent_range(rate.estimate.low, rate.estimate.high, words.locale),
    )
    return f"{f.percent(rate.estimate.value, words.locale)}<br>{told}"
