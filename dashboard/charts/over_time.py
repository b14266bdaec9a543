"""The fraud rate over time: its band, the period before, young days hatched, the running step dashed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from dashboard import formatting as f
from dashboard.charts.figure import (
    BAND,
    CLEAR,
    FRAUD,
    GHOST,
    HATCH,
    PAGE,
    TEXT_2,
    Figure,
    Margin,
    Trace,
    Words,
    note,
    percents,
    ticks,
    unit_note,
)
from dashboard.charts.time_axis import (
    STEP_HOURS,
    event_lines,
    event_names,
    events_by_step,
    moment_text,
    step_name,
    time_axis,
    with_events,
)
from dashboard.filters import Measure
from dashboard.overview.series import Grain, Point, Series
from models.messages import N_

MARGIN: Margin = {"l": 34, "r": 14, "t": 24, "b": 22}
_EDGE = 0.2
_ROOM_BELOW = 0.15
_UNDER_WORDS = 0.62
"""How high a name may stand where words on young days and names of events have the top."""


def rate_over_time(series: Series, measure: Measure, words: Words) -> Figure:
    """Draw the share of each step; steps with too few labelled rows are gaps."""
    points = series.points
    highest = max(map(_top, points), default=0.0) or max(map(_high, points), default=0.0)
    marks = ticks(highest * 100)
    x = [moment_text(point.at) for point in points]
    data = _hatch(series, marks[-1]) + _bands(points) + _ghost(points, x) + _line(series, words)
    return {
        "data": data,
        "layout": {
            "margin": MARGIN,
            "hovermode": "closest",
            "hoverdistance": -1,
            "xaxis": time_axis(series, words),
            "shapes": event_lines(series),
            "yaxis": {
                "range": [0, marks[-1] * 1.02],
                "tickvals": marks,
                "ticktext": [f.short(mark, words.locale) for mark in marks],
            },
            "annotations": [
                unit_note(_unit(measure, words), MARGIN),
                *event_names(series),
                *_labels(series, marks[-1] / 100, words),
            ],
        },
    }


def _unit(measure: Measure, words: Words) -> str:
    if measure is Measure.COUNT:
        return words.say(N_("% of labelled transactions, 95 % band"))
    return words.say(N_("% of labelled amount, 95 % band"))


def _shown(point: Point) -> bool:
    return point.rate.estimate is not None and not point.rate.is_too_few


def _value(point: Point) -> float | None:
    return point.rate.estimate.value if point.rate.estimate and _shown(point) else None


def _value_before(point: Point) -> float | None:
    before = point.before
    return before.estimate.value if before and before.estimate and not before.is_too_few else None


def _top(point: Point) -> float:
    """Return how high the axis must reach for this step; a very wide band may be cut by it."""
    value = _value(point) or 0.0
    return max(min(_high(point), value * 2.5), value, _value_before(point) or 0.0)


def _high(point: Point) -> float:
    return point.rate.estimate.high if point.rate.estimate and _shown(point) else 0.0


def _bands(points: Sequence[Point]) -> list[Trace]:
    traces = []
    for shown, group in groupby(points, key=_shown):
        run = list(group)
        ends = [point.rate.estimate for point in run if point.rate.estimate]
        if not shown or len(run) < 2:  # noqa: PLR2004 - a band needs two steps
            continue
        x = [moment_text(point.at) for point in run]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": x + x[::-1],
                "y": percents([end.high for end in ends] + [end.low for end in reversed(ends)]),
                "fill": "toself",
                "fillcolor": BAND,
                "opacity": 0.55,
                "line": {"width": 0},
                "hoverinfo": "skip",
                "cliponaxis": True,
            }
        )
    return traces


def _ghost(points: Sequence[Point], x: list[str]) -> list[Trace]:
    values = [_value_before(point) for point in points]
    if not any(value is not None for value in values):
        return []
    line = {"color": GHOST, "width": 1.25, "dash": "2px,2px"}
    ghost: Trace = {"type": "scatter", "mode": "lines", "x": x, "y": percents(values)}
    return [{**ghost, "line": line, "hoverinfo": "skip"}]


def _line(series: Series, words: Words) -> list[Trace]:
    points, values = series.points, percents([_value(point) for point in series.points])
    x = [moment_text(point.at) for point in points]
    line: Trace = {
        "type": "scatter",
        "mode": "lines" if len(points) > 1 else "markers",
        "x": x,
        "y": values,
        "line": {"color": FRAUD, "width": 1.75},
        "marker": {"color": FRAUD, "size": 6},
        "text": [
            with_events(_hover(series.grain, point, words), names)
            for point, names in zip(points, events_by_step(series), strict=True)
        ],
        "hovertemplate": "%{text}<extra></extra>",
    }
    if not series.is_running or len(points) < 2:  # noqa: PLR2004 - a dashed end needs a step before it
        return [line]
    running: Trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": x[-2:],
        "y": values[-2:],
        "line": {"color": FRAUD, "width": 1.75, "dash": "4px,3px"},
        "marker": {
            "color": [CLEAR, PAGE],
            "size": [0, 7],
            "line": {"color": FRAUD, "width": [0, 1.5]},
        },
        "hoverinfo": "skip",
    }
    # The solid line ends one step earlier; an invisible point keeps the last step's hover text.
    line["y"] = [*values[:-1], None]
    last: Trace = {**line, "mode": "markers", "x": x[-1:], "y": values[-1:], "text": line["text"][-1:]}
    last["marker"] = {"color": FRAUD, "size": 7, "opacity": 0}
    return [line, running, last]


def _hover(grain: Grain, point: Point, words: Words) -> str:
    rate, estimate = point.rate, point.rate.estimate
    lines = [f"{step_name(grain, point.at, words)}"]
    if estimate is None or rate.is_too_few:
        return "<br>".join([*lines, words.say(N_("under 30 labelled"))])
    lines.append(f"▲ {f.percent(estimate.value, words.locale)}")
    lines.append(
        words.say(
            N_("{hits} of {trials}: {range}"),
            hits=f.count(rate.hits, words.locale),
            trials=f.count(rate.trials, words.locale),
            range=f.percent_range(estimate.low, estimate.high, words.locale),
        )
    )
    before = _value_before(point)
    if before is not None:
        lines.append(words.say(N_("before: {rate}"), rate=f.percent(before, words.locale)))
    if point.completeness is not None:
        share = f.number(point.completeness * 100, 0, words.locale)
        lines.append(words.say(N_("labels {share} % in"), share=share))
    return "<br>".join(lines)


def _hatch(series: Series, top: float) -> list[Trace]:
    young = [point for point in series.points if point.is_young]
    if not young:
        return []
    pattern = {"shape": "/", "size": 8, "solidity": 0.09, "fgcolor": HATCH, "fillmode": "replace"}
    return [
        {
            "type": "bar",
            "x": [moment_text(point.at) for point in young],
            "y": [top] * len(young),
            "width": STEP_HOURS[series.grain] * 3_600_000,
            "marker": {"color": CLEAR, "line": {"width": 0}, "pattern": pattern},
            "hoverinfo": "skip",
        }
    ]


def _labels(series: Series, top: float, words: Words) -> list[dict[str, Any]]:
    """Name the two lines where they have room, and the young days at the top right."""
    points = series.points
    if not points:
        return []
    inner = points[round(len(points) * _EDGE) : -round(len(points) * _EDGE) or None] or points
    notes = _names(inner, top, words)
    young = [point.completeness or 0.0 for point in points if point.is_young]
    if young:
        first, last = (f.number(share * 100, 0, words.locale) for share in (young[0], young[-1]))
        text = words.say(N_("labels still coming, {first} % → {last} % in"), first=first, last=last)
        place = {"x": 1, "y": 1, "xanchor": "right", "yanchor": "top", "color": TEXT_2, "bgcolor": PAGE}
        notes.append(note(text, **place, borderpad=2))
    return notes


def _names(inner: Sequence[Point], top: float, words: Words) -> list[dict[str, Any]]:
    """Name the line over its peak; the ghost where it lies lowest, over its peak when that is too low."""
    shown = [point for point in inner if _shown(point)]
    if not shown:
        return []
    peak = max(shown, key=_top)
    far = max(1, len(inner) // 4)
    ghosts = [
        point
        for point in inner
        if _value_before(point) is not None and abs(inner.index(point) - inner.index(peak)) >= far
    ]
    if not ghosts:
        return []
    most = top * (_UNDER_WORDS if any(point.is_young for point in inner) else 1)
    names = [_label(words.say(N_("this period")), peak, min(_top(peak), most), 9, FRAUD)]
    low = min(ghosts, key=lambda point: (_value_before(point) or 0.0) - (_value(point) or 0.0))
    height = min(_value_before(low) or 0.0, low.rate.estimate.low if low.rate.estimate else 1.0)
    shift = -9
    if height < top * _ROOM_BELOW:
        low = max(ghosts, key=lambda point: _value_before(point) or 0.0)
        height, shift = _value_before(low) or 0.0, 9
    return [*names, _label(words.say(N_("period before")), low, height, shift, TEXT_2)]


def _label(text: str, point: Point, share: float, shift: int, color: str) -> dict[str, Any]:
    return note(
        text,
        x=moment_text(point.at),
        y=round(share * 100, 5),
        xref="x",
        yref="y",
        yshift=shift,
        color=color,
        weight=600 if color == FRAUD else 400,
        bgcolor=CLEAR,
    )
