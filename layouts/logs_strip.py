"""The strip of the Logs page: entries by level over time, in bars that zoom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from dash import html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.administration.logs import LogLevel, LogView, Wanted
from dashboard.charts.figure import Words
from layouts.attributes import aria, data
from models.messages import N_

LEVELS = {
    LogLevel.CRITICAL: (N_("critical"), "exclamation-octagon-fill"),
    LogLevel.ERROR: (N_("error"), "exclamation-octagon"),
    LogLevel.WARNING: (N_("warning"), "exclamation-triangle"),
    LogLevel.INFO: (N_("info"), "info-circle"),
    LogLevel.DEBUG: (N_("debug"), "list"),
}
PER = {"minute": N_("per minute"), "hour": N_("per hour"), "day": N_("per day")}
LOUD = (LogLevel.CRITICAL, LogLevel.ERROR, LogLevel.WARNING)
QUIET = (LogLevel.INFO, LogLevel.DEBUG)
# Of the strip: the quiet below, a gap, the loud above.
QUIET_HIGH, LOUD_FROM, LOUD_HIGH = 36.0, 40.0, 60.0


def address(path: str, wanted: Wanted, **changed: Any) -> str:
    """Write the address of a view with some of it changed."""
    kept = {"range": wanted.span, "q": wanted.words, "level": ",".join(sorted(wanted.levels)).lower()}
    given = {**kept, **changed}
    return f"{path}?{urlencode({key: value for key, value in given.items() if value})}"


def strip(view: LogView, words: Words, path: str, zone: str) -> list[Component]:
    """Draw the bars: what is loud above, what is quiet below on a scale of its own."""
    by_start: dict[datetime, dict[str, int]] = defaultdict(dict)
    for one in view.counts:
        by_start[one.start][one.level] = one.count
    width = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}[
        view.wanted.bucket
    ]
    starts = _starts(view.wanted, width)
    tops = [
        max((sum(by_start[start].get(level, 0) for level in group) for start in starts), default=0)
        for group in (LOUD, QUIET)
    ]
    columns = [_column(start, width, by_start[start], tops, view, words, path, zone) for start in starts]
    ends = [html.Span(_short(at, zone, words)) for at in (view.wanted.since, view.wanted.until)]
    bars = html.Div(
        columns,
        className="log-bars",
        **data(brush="range"),
        role="group",
        tabIndex="0",
        **aria(label=words.say(N_("Log entries over time"))),
    )
    return [
        _head(view, words),
        html.Div(
            [*_scales(tops, words), bars, html.Div(ends, className="log-ends num")],
            className="log-strip-body",
        ),
    ]


def _head(view: LogView, words: Words) -> Component:
    return html.Div(
        [
            html.H2(
                words.say(N_("Log entries by level, {per}"), per=words.say(PER[view.wanted.bucket])),
                className="panel-title",
            ),
            html.Span(words.say(N_("drag to zoom, double-click to go back")), className="panel-definition"),
        ],
        className="log-strip-head",
    )


def _scales(tops: list[int], words: Words) -> list[Component]:
    scale = html.Div(
        [html.Span(f.count(top, words.locale), className="num") for top in tops],
        className="log-scale",
        **aria(hidden="true"),
    )
    names = html.Div(
        [html.Span(words.say(N_("warning and above"))), html.Span(words.say(N_("info and below")))],
        className="log-scale-names",
    )
    return [names, scale]


def _starts(wanted: Wanted, width: timedelta) -> list[datetime]:
    start = wanted.since.replace(second=0, microsecond=0)
    if width >= timedelta(hours=1):
        start = start.replace(minute=0)
    if width >= timedelta(days=1):
        start = start.replace(hour=0)
    starts: list[datetime] = []
    while start < wanted.until and len(starts) < 500:  # noqa: PLR2004 - a year of days
        starts.append(start)
        start += width
    return starts


def _column(
    start: datetime,
    width: timedelta,
    counts: dict[str, int],
    tops: list[int],
    view: LogView,
    words: Words,
    path: str,
    zone: str,
) -> Component:
    told = [
        f"{f.count(counts[level], words.locale)} {words.say(LEVELS[level][0])}"
        for level in LEVELS
        if counts.get(level)
    ]
    label = f"{_short(start, zone, words)}: {', '.join(told) or words.say(N_('nothing'))}"
    parts = [
        *_stack(counts, LOUD, tops[0], LOUD_FROM, LOUD_HIGH),
        *_stack(counts, QUIET, tops[1], 0, QUIET_HIGH),
    ]
    ends = f"{start:%Y-%m-%dT%H:%M}..{start + width:%Y-%m-%dT%H:%M}"
    # One stop of the Tab key for the whole strip: its arrow keys go from bar to bar.
    return html.A(
        parts or " ",
        href=address(path, view.wanted, range=ends),
        className="log-column",
        title=label,
        tabIndex="-1",
    )


def _stack(
    counts: dict[str, int], group: Sequence[LogLevel], top: int, start: float, height: float
) -> list[Component]:
    """Pile the bars of a group, the worst on top, in shares of the strip's height."""
    bars: list[Component] = []
    for level in reversed(group):
        if counts.get(level):
            share = height * counts[level] / top
            place = {"bottom": f"{start:.1f}%", "height": f"{share:.1f}%"}
            bars.append(html.Span(className=f"log-bar level-{level.lower()}", style=place))
            start += share
    return bars


def _short(at: datetime, zone: str, words: Words) -> str:
    return format_datetime(at, "d MMM, HH:mm", tzinfo=ZoneInfo(zone), locale=words.locale)
