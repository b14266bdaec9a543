"""The Logs page: the address asks; while it is live, it is asked again and again in the background."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State, no_update

from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, person
from callbacks.users import spoken
from dashboard import clock
from dashboard.administration.logs import look
from layouts import logs_answer as answer
from layouts import shell
from layouts.pages import logs as page

OUTPUTS = {
    "list": Output(page.LIST, "children"),
    "detail": Output(page.DETAIL, "children"),
    "filters": Output(page.FILTERS, "children"),
    "levels": Output(page.LEVELS, "children"),
    "strip": Output(page.STRIP, "children"),
    "status": Output(page.STATUS, "children"),
    "notices": Output(page.NOTICES, "children"),
}


def register(app: Interface) -> None:
    """Register the page's callback."""
    PageCallbacks(app, page.PAGE).callback(
        OUTPUTS, Input(page.PAGE.asked, "data"), Input(page.TICK, "n_intervals"), State(shell.URL, "pathname")
    )(show)


def show(search: str | None, _ticks: int | None, pathname: str | None) -> dict[str, Any]:
    """Answer the address; where the store is silent, what stands there stays."""
    view, words = look(search or "", now=clock.now()), spoken()
    told = answer.told(view, words)
    if view.problem is not None:
        return dict.fromkeys(OUTPUTS, no_update) | told
    return told | answer.answered(view, words, pathname or "/", person().time_zone or "UTC")
