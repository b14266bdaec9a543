"""Invented figures in every state that a chart can have: full, empty, too few, young, running, extreme."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import numpy as np

from dashboard.charts.figure import Words
from dashboard.filters import Measure
from dashboard.overview.events import Event
from dashboard.overview.rates import Rate, rate_of
from dashboard.overview.series import Grain, Point, Series
from dashboard.overview.slices import Ranking, Slice, Spread
from dashboard.statistics.concentration import Concentration, concentration
from database.segments import Bucket, Sums
from models.banks import EventType


def _say(msgid: str, **params: object) -> str:
    return msgid.format(**params) if params else msgid


WORDS = (Words("en", _say), Words("fr", _say))
_START = datetime.fromisoformat("2026-10-16")


_EVENTS = tuple(
    Event((_START + timedelta(days=day)).date(), name, kind)
    for day, name, kind in (
        (2, "All Saints’ Day", EventType.HOLIDAY),
        (3, "Armistice Day", EventType.HOLIDAY),
        (9, "Terminals down", EventType.CUSTOM),
        (27, "Black Friday", EventType.PROMOTION),
        (29, "Half <b>price</b>", EventType.PROMOTION),
    )
)


def _rate(hits: int, trials: int) -> Rate:
    return rate_of(Sums(rows=trials, labelled=trials, frauds=hits), Measure.COUNT)


def _series(
    steps: int, grain: Grain, *, trials: int = 40_000, young: int = 0, is_running: bool = False
) -> Series:
    points = tuple(
        Point(
            at=_START + timedelta(hours=n) * {Grain.HOUR: 1, Grain.DAY: 24, Grain.WEEK: 168}.get(grain, 730),
            rows=trials,
            rate=_rate((n * 7919) % (trials // 200 + 1), trials),
            before=_rate((n * 104_729) % (trials // 200 + 1), trials) if n % 5 else None,
            rows_before=trials,
            completeness=0.4 if n >= steps - young else 1.0,
        )
        for n in range(steps)
    )
    return Series(grain, points, is_running=is_running, events=_EVENTS)


def over_time() -> Iterable[tuple[Series, Measure, Words]]:
    """Return the lines to draw."""
    yield _series(30, Grain.DAY, young=6, is_running=True), Measure.COUNT, WORDS[0]
    yield _series(105, Grain.WEEK), Measure.AMOUNT, WORDS[1]
    yield _series(25, Grain.HOUR, is_running=True), Measure.COUNT, WORDS[0]
    yield _series(40, Grain.MONTH, trials=12), Measure.COUNT, WORDS[1]
    yield _series(1, Grain.DAY, is_running=True), Measure.COUNT, WORDS[0]
    yield Series(Grain.DAY, (), is_running=False), Measure.COUNT, WORDS[1]


def bars() -> Iterable[tuple[Ranking, Words, Callable[[str], str]]]:
    """Return the rankings to draw."""
    slices = tuple(
        Slice(value, 1_000, _rate(hits, trials))
        for value, hits, trials in (
            ("digital goods", 398, 102_000),
            ("a name that is far too long for its column <b>", 3, 41),
            ("", 0, 40),
            ("few", 0, 12),
        )
    )
    yield Ranking("category", slices, 31, _rate(2_351, 1_284_310)), WORDS[0], str.title
    yield Ranking("country", slices[3:], 1, _rate(0, 0)), WORDS[1], str
    yield Ranking("country", (), 0, _rate(0, 0)), WORDS[0], str
    chosen = frozenset({"digital goods"})
    yield Ranking("category", slices, 31, _rate(2_351, 1_284_310), chosen, frozenset({"few"})), WORDS[1], str


def heat() -> Iterable[tuple[tuple[tuple[Rate, ...], ...], Words, frozenset[int]]]:
    """Return the tables of seven days to draw."""
    left_out = frozenset(range(40))
    for trials, words, dimmed in (
        (900, WORDS[0], left_out),
        (3, WORDS[1], left_out),
        (0, WORDS[0], frozenset()),
    ):
        row = tuple(_rate((hour * 31) % (trials // 100 + 1), trials) for hour in range(24))
        yield (row,) * 7, words, dimmed


def amounts() -> Iterable[tuple[Spread, str, Words, tuple[float | None, float | None] | None]]:
    """Return the distributions to draw."""
    edges = tuple(10 ** (n / 10) for n in range(-10, 41))
    steps = len(edges) - 1
    even = (1 / steps,) * steps
    peak = tuple(1.0 if n == steps - 3 else 0.0 for n in range(steps))
    yield Spread(edges, even, peak, 900, 30, 4, 32.0, 284.0), "EUR", WORDS[0], (5.0, 80.0)
    yield Spread(edges, even, (0.0,) * steps, 900, 0, 0, 32.0, None), "JPY", WORDS[1], (None, 70.0)
    yield Spread((1.0, 2.0), (1.0,), (0.0,), 1, 0, 0, 1.5, None), "USD", WORDS[0], None


def counts() -> Iterable[tuple[Series, Words]]:
    """Every grain, with and without labels, and nothing at all."""
    for words in WORDS:
        yield _series(30, Grain.DAY, young=4), words
        yield _series(24, Grain.HOUR, trials=20), words
        yield _series(14, Grain.MONTH), words
        yield Series(Grain.DAY, (), is_running=False), words


def limit_bands() -> Iterable[tuple[tuple[Bucket, ...], Words]]:
    """A heap under the limit, and nothing anywhere."""
    edges, heap = range(8_000, 12_000, 200), {9_800}
    for words in WORDS:
        yield tuple(Bucket(edge, edge % 37, 40 * (edge in heap), edge % 11) for edge in edges), words
        yield tuple(Bucket(edge, 0, 0, 0) for edge in edges), words


def concentrations() -> Iterable[tuple[Concentration | None, Concentration | None, Words]]:
    """Both groups, one alone, one holder alone."""
    many = concentration(np.arange(5_000) ** 3)
    for words in WORDS:
        yield many, concentration(np.array([0, 0, 7])), words
        yield None, concentration(np.array([9])), words


def scores() -> Iterable[tuple[tuple[Bucket, ...], float, Words]]:
    """All labels over many powers of ten, a few rows in one step, and none at all."""
    edges = range(0, 10_000, 500)
    for words in WORDS:
        yield (
            tuple(Bucket(edge, 2_000_000 >> (edge // 500), edge // 90, edge % 7) for edge in edges),
            0.7,
            words,
        )
        yield tuple(Bucket(edge, 0, edge // 9_500, 0) for edge in edges), 0.95, words
        yield tuple(Bucket(edge, 0, 0, 0) for edge in edges), 0.5, words
