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
    parts = panels.score_parts(answer.found, answer.seen, words)
    return sheet.answer(
        page.BY_SCORE, answer.seen, words, path=path, asked=query, why_empty=answer.why_empty, **parts
    )


def answered_by_rate(query: str, path: str) -> dict[str, Any]:
    """Answer the address of the second tab."""
    words = Words(locale(), translator(locale()))
    answer = by_rate.ask(person(), query, now=clock.now())
    parts = rates.rate_parts(answer.found, answer.seen, words)
    return sheet.answer(
        page.BY_RATE, answer.seen, words, path=path, asked=query, why_empty=answer.why_empty, **parts
    )
