"""The payments of one customer or merchant over time: each a mark by its amount, the usual range shaded."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any, Final
from zoneinfo import ZoneInfo

from dashboard import formatting as f
from dashboard.charts.figure import (
    FRAUD,
    GENUINE,
    GHOST,
    NODATA,
    TEXT_1,
    UNKNOWN,
    Figure,
    Margin,
    Trace,
    Words,
    escaped,
    text_width,
)
from dashboard.charts.time_axis import Stretch, drawn_on, lines_of, moment_text, names_of, with_events
from dashboard.overview.events import Event
from models.messages import N_

MARGIN: Final[Margin] = {"l": 48, "r": 14, "t": 8, "b": 22}
_MARKS: Final = (
    (True, N_("fraud"), "triangle-up", FRAUD),
    (False, N_("genuine"), "circle", GENUINE),
    (None, N_("unknown"), "circle-open", UNKNOWN),
)
_TICKS: Final = 6
_BESIDE: Final = 4


@dataclass(frozen=True, slots=True)
class Payment:
    """One mark: when, how much in base units, what it was, and its id."""

    at: datetime
    amount: float
    is_fraud: bool | None
    identity: str


@dataclass(frozen=True, slots=True)
class Strip:
    """What the chart shows; `usual` is the range from the 5th to the 95th percentile, None for too few."""

    payments: Sequence[Payment]
    since: datetime
    until: datetime
    usual: tuple[float, float] | None
    currency: str
    zone: str
    marked: Collection[str] = ()
    events: Sequence[Event] = ()


def payment_strip(strip: Strip, words: Words) -> Figure:
    """Draw the marks on a logarithmic axis; those that are meant are ringed."""
    low, high = _ends(strip)
    place = ZoneInfo(strip.zone)
    axis = _axis(strip, place)
    shapes = lines_of(axis)
    if strip.usual is not None:
        shapes.append(
            {
                "type": "rect",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": strip.usual[0],
                "y1": strip.usual[1],
                "fillcolor": NODATA,
                "opacity": 0.5,
                "line": {"width": 0},
                "layer": "below",
            }
        )
    decades = _decades(low, high, strip.currency, words)
    longest = max(decades["ticktext"], key=text_width, default="")
    return {
        "data": [
            *(trace for mark in _MARKS if (trace := _trace(strip, mark, place, words))),
            *_days_named(axis, 10.0**high),
        ],
        "layout": {
            "margin": {**MARGIN, "l": max(MARGIN["l"], text_width(longest) + _BESIDE)},
            "hovermode": "closest",
            "shapes": shapes,
            "annotations": names_of(axis),
            "xaxis": {
                "type": "date",
                "range": [moment_text(axis.begins), moment_text(axis.ends)],
                **_days(strip, place, words),
            },
            "yaxis": {"type": "log", "range": [low, high], **decades},
        },
    }


def _axis(strip: Strip, place: ZoneInfo) -> Stretch:
    since, until = (at.astimezone(place).replace(tzinfo=None) for at in (strip.since, strip.until))
    midnight = datetime.combine(until.date() + timedelta(days=1), time.min)
    return Stretch(since, until + timedelta(hours=12), since, midnight, strip.events)


def _days_named(axis: Stretch, top: float) -> list[Trace]:
    """Name at each line's end, under the pointer, what has no room for its words."""
    drawn = drawn_on(axis)
    if not drawn:
        return []
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [moment_text(at) for at, _ in drawn],
            "y": [top] * len(drawn),
            "text": [escaped(name) for _, name in drawn],
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {"symbol": "triangle-down", "size": 6, "color": GHOST},
            "cliponaxis": False,
        }
    ]


def _trace(
    strip: Strip, mark: tuple[bool | None, str, str, str], place: ZoneInfo, words: Words
) -> Trace | None:
    is_fraud, name, symbol, color = mark
    own = [each for each in strip.payments if each.is_fraud is is_fraud]
    if not own:
        return None
    named = {
        day: ", ".join(escaped(event.name) for event in some)
        for day, some in groupby(strip.events, key=lambda event: event.day)
    }
    rings = [2.5 if each.identity in strip.marked else 0.0 for each in own]
    widths = [ring or float(is_fraud is None) for ring in rings]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [_local(each.at, place) for each in own],
        "y": [round(each.amount, 2) for each in own],
        "text": [
            with_events(
                f"{f.moment(each.at, strip.zone, words.locale)}<br>"
                f"{f.money_about(each.amount, strip.currency, words.locale)} {words.say(name)}",
                named.get(each.at.astimezone(place).date(), ""),
            )
            for each in own
        ],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "symbol": symbol,
            "size": [9 if ring else 6 for ring in rings],
            "color": color,
            "line": {"width": widths, "color": TEXT_1 if any(rings) else color},
        },
    }


def _local(at: datetime, place: ZoneInfo) -> str:
    return at.astimezone(place).strftime("%Y-%m-%d %H:%M:%S")


def _ends(strip: Strip) -> tuple[float, float]:
    amounts = [each.amount for each in strip.payments] or [1.0, 100.0]
    return math.floor(math.log10(min(amounts)) * 2) / 2, math.ceil(math.log10(max(amounts)) * 2 + 0.2) / 2


def _decades(low: float, high: float, currency: str, words: Words) -> dict[str, Any]:
    powers = range(math.ceil(low), math.floor(high) + 1)
    return {
        "tickvals": [10.0**power for power in powers],
        "ticktext": [f.money_short(10.0**power, currency, words.locale) for power in powers],
    }


def _days(strip: Strip, place: ZoneInfo, words: Words) -> dict[str, Any]:
    first, last = strip.since.astimezone(place).date(), strip.until.astimezone(place).date()
    step = max(1, -(-(last - first).days // _TICKS))
    days = [first + timedelta(days=number) for number in range(0, (last - first).days + 1, step)]
    return {
        "tickvals": [day.isoformat() for day in days],
        "ticktext": [f.day(day, words.locale) for day in days],
    }
