"""The shape of a chart: a plain dict that plotly.js draws, without template and without colours of a theme.

A colour is written `var(--token)`; the browser puts the theme's value in its place, so that switching the
theme asks the server for nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

Trace = dict[str, Any]


class Margin(TypedDict):
    """Pixels around the plot: left, right, top, bottom."""

    l: int  # noqa: E741 - Plotly's name
    r: int
    t: int
    b: int


class Layout(TypedDict, total=False):
    """The parts of a Plotly layout that our charts set."""

    margin: Margin
    height: int
    xaxis: dict[str, Any]
    yaxis: dict[str, Any]
    annotations: list[dict[str, Any]]
    shapes: list[dict[str, Any]]
    hovermode: str | bool
    hoverdistance: int
    dragmode: str | bool
    bargap: float
    barmode: str


class Figure(TypedDict):
    """What `dcc.Graph(figure=…)` takes."""

    data: list[Trace]
    layout: Layout


@dataclass(frozen=True, slots=True)
class Words:
    """The reader's language: a locale for numbers and days, and the translator of sentences."""

    locale: str
    say: Callable[..., str]


FRAUD, GENUINE, UNKNOWN = "var(--fraud)", "var(--genuine)", "var(--unknown)"
BAR, BAND, GHOST, HATCH = "var(--chart-bar)", "var(--chart-band)", "var(--chart-ghost)", "var(--chart-hatch)"
ACCENT = "var(--accent)"
TEXT_1, TEXT_2, TEXT_3 = "var(--text-1)", "var(--text-2)", "var(--text-3)"
REFERENCE, NODATA, PAGE = "var(--chart-zero)", "var(--chart-nodata)", "var(--surface-page)"
RATE_RAMP = [[step / 6, f"var(--seq-fraud-{step + 1})"] for step in range(7)]
CLEAR = "rgba(0,0,0,0)"

PAD = 1
"""The template's padding of an annotation, which texts that must be flush go back by."""

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_MOST_TICKS = 4
_KEY_GAP = 6
_NARROW, _WIDE = set("ijlftr.,:;'|!()[]1 "), set("mwMW@%")


def ticks(highest: float, *, is_count: bool = False) -> list[float]:
    """Return 3 to 5 round values from 0 to at least `highest`; whole ones, perhaps fewer, of counts."""
    if highest <= 0:
        return [0.0, 1.0] if is_count else [0.0, 0.5, 1.0]
    power = 10.0 ** math.floor(math.log10(highest / _MOST_TICKS))
    steps = [each * power for each in (*_ROUND, 20.0, 50.0)]
    steps = [step for step in steps if not is_count or (step >= 1 and step == round(step))]
    step = next(step for step in steps if step * _MOST_TICKS >= highest * (1 - 1e-9))
    count = max(2, math.ceil(highest / step - 1e-9))
    return [round(step * n, 12) for n in range(count + 1)]


def text_width(text: str) -> int:
    """Estimate the pixels of a text in 12 px Inter, a little too wide rather than too narrow."""
    return math.ceil(sum(4.2 if sign in _NARROW else 10 if sign in _WIDE else 7 for sign in text))


def escaped(text: str) -> str:
    """Make a user's own words safe for plotly's pseudo HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def note(text: str, **places: Any) -> dict[str, Any]:
    """Return an annotation in paper coordinates unless told otherwise; the template has no arrows."""
    font = {key: places.pop(key) for key in ("size", "color", "weight") if key in places}
    return {"xref": "paper", "yref": "paper", "text": text, "font": {"color": TEXT_3, **font}, **places}


def unit_note(text: str, margin: Margin) -> dict[str, Any]:
    """Return the unit that stands where an axis title would be, flush with the panel's title."""
    return note(
        text,
        x=0,
        y=1,
        xanchor="left",
        yanchor="bottom",
        xshift=-margin["l"] - PAD - 1,
        yshift=margin["t"] - 16,
    )


def stack_key(stacks: Sequence[tuple[str, str, str]], margin: Margin) -> list[dict[str, Any]]:
    """Name the stacks above the plot's right end: (mark, name, colour) each, in the order of reading."""
    notes, shift = [], 0
    for mark, name, color in reversed(stacks):
        text = f"{mark} {name}"
        place = {"x": 1, "y": 1, "xanchor": "right", "yanchor": "bottom", "xshift": -shift}
        notes.append(note(text, **place, yshift=margin["t"] - 16, color=color, weight=500))
        shift += text_width(text) + _KEY_GAP
    return notes


def percents(shares: Sequence[float | None]) -> list[float | None]:
    """Return shares as percentages, rounded to what a pixel can show."""
    return [None if share is None else round(share * 100, 5) for share in shares]
