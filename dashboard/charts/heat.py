"""Fraud rate by hour and weekday; cells with too few labelled rows are grey."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time

from dashboard import formatting as f
from dashboard.charts.figure import NODATA, RATE_RAMP, TEXT_2, Figure, Margin, Trace, Words, note, ticks
from dashboard.overview.rates import Rate
from models.messages import N_

MARGIN: Margin = {"l": 36, "r": 0, "t": 0, "b": 20}
_HOURS, _EVERY = 24, 3
Cells = Sequence[Sequence[Rate]]


def hour_weekday(cells: Cells, words: Words) -> Figure:
    """Draw one cell an hour, Monday at the top."""
    names = f.weekdays(words.locale)
    rates = [[None if _is_hidden(rate) else _percent(rate) for rate in row] for row in cells]
    hidden = [[1 if _is_hidden(rate) else None for rate in row] for row in cells]
    texts = [
        [_hover(names[day], hour, rate, words) for hour, rate in enumerate(row)]
        for day, row in enumerate(cells)
    ]
    common: Trace = {"type": "heatmap", "xgap": 1, "ygap": 1, "showscale": False, "text": texts}
    common["hovertemplate"] = "%{text}<extra></extra>"
    return {
        "data": [
            {**common, "z": hidden, "colorscale": [[0, NODATA], [1, NODATA]], "zmin": 0, "zmax": 1},
            {**common, "z": rates, "colorscale": RATE_RAMP, "zmin": 0, "zmax": highest(cells) * 100},
        ],
        "layout": {
            "margin": MARGIN,
            "hovermode": "closest",
            "xaxis": {
                "range": [-0.5, _HOURS - 0.5],
                "tickvals": list(range(0, _HOURS, _EVERY)),
                "ticktext": [f"{hour:02}" for hour in range(0, _HOURS, _EVERY)],
                "ticks": "",
                "showline": False,
                "fixedrange": True,
            },
            "yaxis": {
                "range": [6.5, -0.5],
                "showticklabels": False,
                "showgrid": False,
                "fixedrange": True,
            },
            "annotations": [
                note(
                    name,
                    x=0,
                    xanchor="left",
                    xshift=-MARGIN["l"],
                    y=day,
                    yref="y",
                    yanchor="middle",
                    color=TEXT_2,
                )
                for day, name in enumerate(names)
            ],
        },
    }


def highest(cells: Cells) -> float:
    """Return the round share that the darkest colour stands for."""
    shown = [rate.estimate.value for row in cells for rate in row if rate.estimate and not rate.is_too_few]
    return ticks(max(shown, default=0.0) * 100)[-1] / 100


def _is_hidden(rate: Rate) -> bool:
    return rate.estimate is None or rate.is_too_few


def _percent(rate: Rate) -> float:
    return round(rate.estimate.value * 100, 5) if rate.estimate else 0.0


def _hover(day: str, hour: int, rate: Rate, words: Words) -> str:
    title = f"<b>{day} {time(hour):%H:%M}{f.DASH}{time((hour + 1) % _HOURS):%H:%M}</b>"
    trials = f.count(rate.trials, words.locale)
    if rate.estimate is None or rate.is_too_few:
        return f"{title}<br>{words.say(N_('{trials} labelled, under 30'), trials=trials)}"
    told = words.say(
        N_("{hits} of {trials}: {range}"),
        hits=f.count(rate.hits, words.locale),
        trials=trials,
        range=f.percent_range(rate.estimate.low, rate.estimate.high, words.locale),
    )
    return f"{title}<br>▲ <b>{f.percent(rate.estimate.value, words.locale)}</b><br>{told}"
