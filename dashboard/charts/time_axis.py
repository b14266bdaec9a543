"""The axis of time: which steps are named, and the days that have a name in the calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final

from dashboard import formatting as f
from dashboard.charts.figure import GHOST, PAGE, TEXT_2, Words, escaped, note, text_width
from dashboard.overview.events import Event
from dashboard.overview.series import Grain, Point, Series
from models.banks import EventType
from models.messages import N_

STEP_HOURS: Final = {Grain.HOUR: 1, Grain.DAY: 24, Grain.WEEK: 168, Grain.MONTH: 730}
_MOST_DATES, _STEPS_BY_DAY = 6, 30
_MOST_LINES: Final = 6
_NARROWEST: Final = 320
"""Pixels of the narrowest plot: names that do not meet there meet nowhere."""
_GAP: Final = 12


def moment_text(moment: datetime) -> str:
    """Write a step's beginning as Plotly reads it."""
    return moment.strftime("%Y-%m-%d %H:%M")


def step_name(grain: Grain, at: datetime, words: Words) -> str:
    """Name a step."""
    if grain is Grain.HOUR:
        return f"{f.day(at, words.locale, weekday=True)} {at:%H:%M}"
    if grain is Grain.MONTH:
        return f.month(at, words.locale)
    name = f.day(at, words.locale, weekday=grain is Grain.DAY, year=True)
    return words.say(N_("week from {day}"), day=name) if grain is Grain.WEEK else name


def time_axis(series: Series, words: Words) -> dict[str, Any]:
    """Label at most six steps, evenly, without rotation; over a long time those that begin a month."""
    points = series.points
    half = timedelta(hours=STEP_HOURS[series.grain] / 2)
    by_month = len(points) > _STEPS_BY_DAY and series.grain in {Grain.WEEK, Grain.MONTH}
    named = _begin_a_month(points) if by_month else _whole(points, half)
    every = max(1, -(-len(named) // _MOST_DATES))
    named = named[every // 2 :: every] if len(named) > _MOST_DATES else named
    axis: dict[str, Any] = {
        "type": "date",
        "tickangle": 0,
        "tickvals": [moment_text(point.at) for point in named],
        "ticktext": [_tick(series.grain, point.at, words, by_month=by_month) for point in named],
    }
    if points:
        axis["range"] = [moment_text(points[0].at - half), moment_text(points[-1].at + half)]
    return axis


def _whole(points: Sequence[Point], half: timedelta) -> Sequence[Point]:
    """Leave out a first step that is cut short: its name would stand in the next one's."""
    is_cut = len(points) > 1 and points[1].at - points[0].at < half
    return points[1:] if is_cut else points


def _begin_a_month(points: Sequence[Point]) -> Sequence[Point]:
    return [later for earlier, later in pairwise(points) if earlier.at.month != later.at.month]


def _tick(grain: Grain, at: datetime, words: Words, *, by_month: bool) -> str:
    if grain is Grain.HOUR:
        return f"{at:%H:%M}"
    return f.month_short(at, words.locale) if by_month or grain is Grain.MONTH else f.day(at, words.locale)


def events_by_step(series: Series) -> list[str]:
    """Return what the days of each step are called; months have too many."""
    if series.grain is Grain.MONTH:
        return [""] * len(series.points)
    starts = [point.at for point in series.points]
    ends = [*starts[1:], *[start + timedelta(hours=STEP_HOURS[series.grain]) for start in starts[-1:]]]
    days = [(start.date(), _day_after(end)) for start, end in zip(starts, ends, strict=True)]
    return [
        ", ".join(escaped(event.name) for event in series.events if first <= event.day < last)
        for first, last in days
    ]


def _day_after(end: datetime) -> date:
    """Return the first day that a step ending then does not touch."""
    return (end - timedelta(microseconds=1)).date() + timedelta(days=1)


def with_events(hover: str, names: str) -> str:
    """Say in a step's own words what its days are called."""
    return f"{hover}<br>{names}" if names else hover


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time axis in wall time with the days that have a name on it.

    It is drawn from `begins` to `ends` and knows what happened from `since` to `until`. Names stand `shift`
    pixels from the top; where a step is more than a day holidays are left out.
    """

    begins: datetime
    ends: datetime
    since: datetime
    until: datetime
    events: Sequence[Event]
    is_coarse: bool = False
    shift: int = 0


def event_lines(series: Series) -> list[dict[str, Any]]:
    """Draw a line at each event that is drawn."""
    return lines_of(_stretch(series)) if series.points else []


def event_names(series: Series, *, is_first_line: bool = False) -> list[dict[str, Any]]:
    """Name drawn events beside their lines.

    `is_first_line` says that no words on young days stand there.
    """
    if not series.points:
        return []
    shift = -16 if not is_first_line and any(point.is_young for point in series.points) else 0
    return names_of(_stretch(series, shift))


def lines_of(stretch: Stretch) -> list[dict[str, Any]]:
    """Draw a line at each event that is drawn on an axis."""
    return [
        {
            "type": "line",
            "layer": "below",
            "x0": moment_text(at),
            "x1": moment_text(at),
            "y0": 0,
            "y1": 1,
            "yref": "paper",
            "line": {"color": GHOST, "width": 1},
        }
        for at, _ in drawn_on(stretch)
    ]


def names_of(stretch: Stretch) -> list[dict[str, Any]]:
    """Name drawn events beside their lines, at the top, the worthiest first, where no other name stands."""
    taken: list[tuple[float, float]] = []
    notes = []
    for at, name in drawn_on(stretch):
        share = (at - stretch.begins) / (stretch.ends - stretch.begins)
        left, width = share * _NARROWEST, text_width(name) + _GAP
        is_right = left + width <= _NARROWEST
        begin, end = (left, left + width) if is_right else (left - width, left)
        if begin < 0 or any(begin < other_end and other < end for other, other_end in taken):
            continue
        taken.append((begin, end))
        anchor = "left" if is_right else "right"
        place = {"x": moment_text(at), "xref": "x", "y": 1, "xanchor": anchor, "yanchor": "top"}
        text = escaped(name)
        notes.append(
            note(text, **place, yshift=stretch.shift, color=TEXT_2, size=11, bgcolor=PAGE, borderpad=2)
        )
    return notes


def _stretch(series: Series, shift: int = 0) -> Stretch:
    step, is_coarse = timedelta(hours=STEP_HOURS[series.grain]), series.grain in {Grain.WEEK, Grain.MONTH}
    first, last = series.points[0].at, series.points[-1].at
    return Stretch(first - step / 2, last + step / 2, first, last + step, series.events, is_coarse, shift)


def drawn_on(stretch: Stretch) -> list[tuple[datetime, str]]:
    """Choose the few events that are drawn: what is no holiday first, then the newest."""
    first, last = stretch.since, stretch.until
    days: dict[date, list[Event]] = {}
    for event in stretch.events:
        is_seen = first.date() <= event.day < last.date() or event.day == first.date()
        if is_seen and not (stretch.is_coarse and event.kind is EventType.HOLIDAY):
            days.setdefault(event.day, []).append(event)

    def worth(day: date) -> tuple[bool, int]:
        return all(event.kind is EventType.HOLIDAY for event in days[day]), -day.toordinal()

    return [
        (max(first, datetime.combine(day, time.min)), ", ".join(event.name for event in days[day]))
        for day in sorted(days, key=worth)[:_MOST_LINES]
    ]
