"""The High value page's data request."""

from __future__ import annotations

from typing import Any

from callbacks.interface import Interface
from callbacks.registrar import locale, person
from callbacks.sheets import register_sheet
from dashboard import clock
from dashboard.charts.figure import Words
from dashboard.high_value.ask import ask
from dashboard.language import translator
from layouts import high_value_panels as panels
from layouts import sheet
from layouts.pages import high_value as page


def register(app: Interface) -> None:
    """Register the page's callbacks."""
    register_sheet(app, page.PAGE, page.SHEET, answered)


def answered(query: str, path: str) -> dict[str, Any]:
    """Answer the address."""
    words = Words(locale(), translator(locale()))
    answer = ask(person(), query, now=clock.now())
    parts = panels.parts(answer.found, answer.seen, words)
    return sheet.answer(
        page.SHEET, answer.seen, words, path=path, asked=query, why_empty=answer.why_empty, **parts
    )
