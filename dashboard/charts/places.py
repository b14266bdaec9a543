"""Where payments were made: circles over an outline of the land, without tiles and without internet.

The outline is Natural Earth's at 1:110 million (public domain), rounded to a tenth of a degree.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final

from dashboard import formatting as f
from dashboard.charts.figure import BAR, GHOST, NODATA, PAGE, REFERENCE, Figure, Margin, Trace, Words
from models.messages import N_

MARGIN: Final[Margin] = {"l": 0, "r": 0, "t": 0, "b": 0}
LAND: Final = Path(__file__).resolve().parents[2] / "assets" / "vendor" / "natural-earth" / "land.json"
LEAST_SPAN: Final = 14.0
_HALF: Final = 180.0
_MOST_POINTS: Final = 1_900
_LARGEST: Final = 26.0
_SMALLEST: Final = 6.0

Point = tuple[float, float]
Ring = list[Point]


@dataclass(frozen=True, slots=True)
class Spot:
    """One place with its payments; `name` is its town where known."""

    latitude: float
    longitude: float
    name: str
    payments: int
    frauds: int


@dataclass(frozen=True, slots=True)
class Box:
    """What of the world is in view, in degrees."""

    west: float
    south: float
    east: float
    north: float


def place_map(spots: Sequence[Spot], words: Words) -> Figure:
    """Draw places by their payments; those with fraud are coloured, whatever their share."""
    box = view_of(spots)
    middle = math.radians(min(abs(box.north + box.south) / 2, 75.0))
    plain = {"showgrid": False, "showticklabels": False, "showline": False, "ticks": "", "zeroline": False}
    return {
        "data": [*_land(wider(box)), *_spots(spots, words)],
        "layout": {
            "margin": MARGIN,
            "hovermode": "closest",
            "xaxis": {"range": [box.west, box.east], **plain},
            "yaxis": {
                "range": [box.south, box.north],
                "scaleanchor": "x",
                "scaleratio": round(1 / math.cos(middle), 4),
                **plain,
            },
        },
    }


def view_of(spots: Sequence[Spot]) -> Box:
    """Return a box around all places with room at the edges, the whole land where there are none."""
    if not spots:
        return Box(-170.0, -56.0, 180.0, 75.0)
    longs, lats = [each.longitude for each in spots], [each.latitude for each in spots]
    half_x = max((max(longs) - min(longs)) * 0.6, LEAST_SPAN)
    half_y = max((max(lats) - min(lats)) * 0.6, LEAST_SPAN / 2)
    x, y = (max(longs) + min(longs)) / 2, (max(lats) + min(lats)) / 2
    return Box(round(x - half_x, 2), round(y - half_y, 2), round(x + half_x, 2), round(y + half_y, 2))


def wider(box: Box) -> Box:
    """Return the box with as much again on each side: a panel is seldom of its shape."""
    width, height = box.east - box.west, box.north - box.south
    return Box(box.west - 2 * width, box.south - height, box.east + 2 * width, box.north + height)


@lru_cache(maxsize=1)
def outline() -> tuple[Ring, ...]:
    """Return the rings of the land, as (longitude, latitude)."""
    return tuple(in_one_piece(ring) for ring in json.loads(LAND.read_text(encoding="utf-8")))


def in_one_piece(ring: Sequence[Sequence[float]]) -> Ring:
    """Return a ring that goes on past the 180th meridian, where longitudes begin anew, instead of back."""
    turns, whole = 0, [(float(ring[0][0]), float(ring[0][1]))]
    for before, here in pairwise(ring):
        turns += (here[0] - before[0] < -_HALF) - (here[0] - before[0] > _HALF)
        whole.append((here[0] + 2 * _HALF * turns, float(here[1])))
    middle = sum(x for x, _ in whole) / len(whole)
    back = 2 * _HALF * ((middle < -_HALF) - (middle > _HALF))
    return [(round(x + back, 2), y) for x, y in whole]


def clipped(ring: Ring, box: Box) -> Ring:
    """Return the part of a ring inside a box.

    I. E. Sutherland, G. W. Hodgman, "Reentrant polygon clipping", CACM 17 (1974).
    """
    for axis, edge, keeps in (
        (0, box.west, float.__ge__),
        (0, box.east, float.__le__),
        (1, box.south, float.__ge__),
        (1, box.north, float.__le__),
    ):
        ring = _cut(ring, axis, edge, keeps)
    return ring


def _cut(ring: Ring, axis: int, edge: float, keeps: Callable[[float, float], bool]) -> Ring:
    kept: Ring = []
    for before, here in zip([*ring[-1:], *ring[:-1]], ring, strict=True):
        was_in, is_in = keeps(before[axis], edge), keeps(here[axis], edge)
        if was_in is not is_in:
            share = (edge - before[axis]) / (here[axis] - before[axis])
            crossing = tuple(round(a + share * (b - a), 2) for a, b in zip(before, here, strict=True))
            kept.append((crossing[0], crossing[1]))
        if is_in:
            kept.append(here)
    return kept


def _land(box: Box) -> list[Trace]:
    traces: list[Trace] = []
    x: list[float | None] = []
    y: list[float | None] = []
    for ring in outline():
        part = clipped(ring, box)
        if not part:
            continue
        if len(x) + len(part) > _MOST_POINTS and x:
            traces.append(_ground(x, y))
            x, y = [], []
        x += [*([None] if x else []), *(point[0] for point in part), part[0][0]]
        y += [*([None] if y else []), *(point[1] for point in part), part[0][1]]
    return [*traces, _ground(x, y)] if x else traces


def _ground(x: Sequence[float | None], y: Sequence[float | None]) -> Trace:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": list(y),
        "fill": "toself",
        "fillcolor": f"{NODATA}/60",
        "line": {"color": GHOST, "width": 0.5},
        "hoverinfo": "skip",
    }


def _spots(spots: Sequence[Spot], words: Words) -> list[Trace]:
    if not spots:
        return []
    most = max(each.payments for each in spots)
    ordered = sorted(spots, key=lambda each: -each.payments)
    sizes = [max(_SMALLEST, _LARGEST * math.sqrt(each.payments / most)) for each in ordered]
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [each.longitude for each in ordered],
            "y": [each.latitude for each in ordered],
            "text": [_told(each, words) for each in ordered],
            "hovertemplate": "%{text}<extra></extra>",
            "marker": {
                "size": [round(size, 1) for size in sizes],
                "color": [BAR if each.frauds else REFERENCE for each in ordered],
                "opacity": 0.8,
                "line": {"width": 1, "color": PAGE},
            },
        }
    ]


def _told(spot: Spot, words: Words) -> str:
    where = spot.name or f"{spot.latitude:.1f}, {spot.longitude:.1f}"
    told = words.say(N_("{count} payments"), count=f.count(spot.payments, words.locale))
    frauds = words.say(N_("{count} of them fraud"), count=f.count(spot.frauds, words.locale))
    return f"{where}<br>{told}<br>▲ {frauds}" if spot.frauds else f"{where}<br>{told}"
