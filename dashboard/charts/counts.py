"""Payments per step of time, stacked by what is known of them: fraud below, genuine, then not labelled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dashboard import formatting as f
from dashboard.charts.figure import (
    FRAUD,
    GENUINE,
    UNKNOWN,
    Figure,
    Margin,
    Trace,
    Words,
    stack_key,
    ticks,
    unit_note,
)
from dashboard.charts.time_axis import (
    STEP_HOURS,
    event_lines,
    event_names,
    events_by_step,
    moment_text,
    with_events,
)
from dashboard.overview.series import Grain, Series
from models.messages import N_

MARGIN: Margin = {"l": 40, "r": 14, "t": 24, "b": 22}
_MOST_DATES = 6
_FILLED = 0.75
_NAMED = 0.14
"""The part of the height that the names of events take, which no bar may reach."""


def counts_over_time(series: Series, words: Words) -> Figure:
    """Draw one bar a step; heights are numbers of payments."""
    points = series.points
    x = [moment_text(point.at) for point in points]
    known = [(point.rate.hits, point.rate.trials - point.rate.hits) for point in points]
    every = (
        ("▲", N_("fraud"), FRAUD, [fraud for fraud, _ in known]),
        ("●", N_("genuine"), GENUINE, [genuine for _, genuine in known]),
        ("○", N_("not labelled"), UNKNOWN, [point.rows - point.rate.trials for point in points]),
    )
    stacks = [(mark, words.say(name), color, values) for mark, name, color, values in every if any(values)]
    highest = max((point.rows for point in points), default=0)
    marks = ticks(highest, is_count=True)
    names = event_names(series, is_first_line=True)
    days = [_day(series, place, words) for place in range(len(points))]
    named = events_by_step(series)
    return {
        "data": [{**_bars(x, days, named, *stack, words), **_widths(series)} for stack in stacks],
        "layout": {
            "margin": MARGIN,
            "barmode": "stack",
            "bargap": 1 - _FILLED,
            "hovermode": "closest",
            "xaxis": {"type": "date", **_dates(x, days)},
            "yaxis": {
                "range": [0, max(marks[-1] * 1.02, highest / (1 - _NAMED) if names else 0)],
                "tickvals": marks,
                "ticktext": [f.short(mark, words.locale) for mark in marks],
            },
            "shapes": event_lines(series),
            "annotations": [
                *names,
                unit_note(words.say(N_("payments")), MARGIN),
                *stack_key([stack[:3] for stack in stacks], MARGIN),
            ],
        },
    }


def _bars(
    x: list[str],
    days: list[str],
    named: list[str],
    mark: str,
    name: str,
    color: str,
    values: list[int],
    words: Words,
) -> Trace:
    return {
        "type": "bar",
        "x": x,
        "y": values,
        "marker": {"color": color},
        "text": [
            with_events(f"{day}<br>{mark} {f.count(value, words.locale)} {name}", names)
            for day, value, names in zip(days, values, named, strict=True)
        ],
        "textposition": "none",
        "hovertemplate": "%{text}<extra></extra>",
    }


def _widths(series: Series) -> dict[str, Any]:
    """Draw each week or month from its beginning on: a first one cut short would else make all bars thin."""
    if series.grain not in {Grain.WEEK, Grain.MONTH} or not series.points:
        return {}
    starts = [point.at for point in series.points]
    ends = [*starts[1:], starts[-1] + timedelta(hours=STEP_HOURS[series.grain])]
    widths = [(end - start) / timedelta(milliseconds=1) for start, end in zip(starts, ends, strict=True)]
    return {"width": [round(width * _FILLED) for width in widths], "offset": 0}


def _day(series: Series, place: int, words: Words) -> str:
    at = series.points[place].at
    if series.grain is Grain.HOUR:
        return f"{f.day(at, words.locale)} {at:%H:%M}"
    if series.grain is Grain.MONTH:
        return f.month(at, words.locale)
    return f.day(at, words.locale)


def _dates(x: list[str], days: list[str]) -> dict[str, Any]:
    every = max(1, -(-len(x) // _MOST_DATES))
    return {"tickangle": 0, "tickvals": x[::every], "ticktext": days[::every]}
