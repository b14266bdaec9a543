"""The data requests of the two High risk tabs."""

from __future__ import annotations

from functools import cache
from typing import Any

from callbacks.interface import Interface
from callbacks.registrar import locale, person
from callbacks.sheets import register_sheet
from dashboard import clock
from dashboard.charts.figure import Words
from dashboard.config import WebSettings
from dashboard.high_risk import by_rate, by_score
from dashboard.language import translator
from layouts import high_risk_panels as panels
from layouts import high_risk_rates as rates
from layouts import sheet
from layouts.pages import high_risk as page


def register(app: Interface) -> None:
    """Register both tabs' callbacks."""
    register_sheet(app, page.PAGE, page.BY_SCORE, answered_by_score)
    register_sheet(app, page.RATES, page.BY_RATE, answered_by_rate)


@cache
def _threshold() -> float:
    """Read the settings once: every request asks."""
    return WebSettings.from_env().high_risk_threshold


def answered_by_score(query: str, path: str) -> dict[str, Any]:
    """Answer the address of the first tab."""
    words = Words(locale(), translator(locale()))
    answer = by_score.ask(person(), query, now=clock.now(), threshold=_threshold())
    found, seen = answer.found, answer.seen
    tiles = panels.score_tiles(found, words) if found else []
    drawn = panels.score_drawn(found, seen, words) if found else {}
    return sheet.answer(page.BY_SCORE, seen, words, path=path, asked=query, tiles=tiles, drawn=drawn)


def answered_by_rate(query: str, path: str) -> dict[str, Any]:
    """Answer the address of the second tab."""
    words = Words(locale(), translator(locale()))
    answer = by_rate.ask(person(), query, now=clock.now())
    found, seen = answer.found, answer.seen
    tiles = rates.rate_tiles(found, words) if found else []
    drawn = rates.rate_drawn(found, seen, words) if found else {}
    return sheet.answer(page.BY_RATE, seen, words, path=path, asked=query, tiles=tiles, drawn=drawn)
