"""The Overview's one data request: the address asks, everything on the page is the answer."""

from __future__ import annotations

from typing import Any

from callbacks.interface import Interface
from callbacks.registrar import locale, person
from callbacks.sheets import register_sheet
from dashboard import clock
from dashboard.overview.ask import ask
from layouts.overview_answer import answered
from layouts.pages import overview as page


def register(app: Interface) -> None:
    """Register the page's callbacks."""
    register_sheet(app, page.PAGE, page.SHEET, answer)


def answer(query: str, path: str) -> dict[str, Any]:
    """Answer the address."""
    return answered(ask(person(), query, now=clock.now()), locale(), path, asked=query)
