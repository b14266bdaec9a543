"""Invented payments and places in every state that their charts can have: many, few, none, far apart."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from dashboard.charts.examples import WORDS
from dashboard.charts.figure import Words
from dashboard.charts.payments import Payment, Strip
from dashboard.charts.places import Spot

_UNTIL = datetime(2026, 11, 14, 3, 41, tzinfo=UTC)
_SINCE = _UNTIL - timedelta(days=90)


def strips() -> Iterable[tuple[Strip, Words]]:
    """Return the strips to draw."""
    many = [
        Payment(_SINCE + timedelta(hours=2 * n), 1 + (n * 7919) % 900, (None, False, True)[n % 3], f"t{n}")
        for n in range(1_000)
    ]
    yield Strip(many, _SINCE, _UNTIL, (12.0, 640.0), "EUR", "Europe/Paris", ("t3", "t4")), WORDS[0]
    yield Strip(many[:1], _SINCE, _UNTIL, None, "JPY", "UTC"), WORDS[1]
    yield Strip((), _SINCE, _UNTIL, None, "USD", "America/New_York"), WORDS[0]


def places() -> Iterable[tuple[tuple[Spot, ...], Words]]:
    """Return the places to draw."""
    paris, lima = Spot(48.9, 2.4, "Paris", 90, 2), Spot(-12.0, -77.0, "", 1, 0)
    yield (paris, Spot(45.8, 4.8, "Lyon", 3, 0)), WORDS[0]
    yield (paris, lima, Spot(-36.8, 174.8, "Auckland", 4, 4)), WORDS[1]
    yield (lima,), WORDS[0]
    yield (), WORDS[1]
