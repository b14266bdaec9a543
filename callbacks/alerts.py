"""The alert list's one data request: views, counts and the first alerts; the list reads on by itself."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State

from callbacks.filtering import filter_outputs, register_range
from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, locale, person
from dashboard import clock
from dashboard.alerts.listing import alerts_of
from layouts import shell
from layouts.alerts_answer import answered
from layouts.pages import alerts as page

OUTPUTS = {
    "data": Output(page.DATA, "data"),
    "chips": Output(page.CHIPS, "children"),
    "zone": Output(page.ZONE, "children"),
    "notices": Output(page.NOTICES, "children"),
    "views": Output(page.VIEWS, "children"),
    "choices": Output(page.CHOICES, "children"),
    "empty": Output(page.EMPTY, "children"),
    **filter_outputs(page.FILTER, compares=False),
}


def register(app: Interface) -> None:
    """Register the page's callbacks."""
    callbacks = PageCallbacks(app, page.PAGE)
    callbacks.callback(
        OUTPUTS,
        Input(page.PAGE.asked, "data"),
        Input(page.AGAIN, "n_clicks"),
        Input(page.ACTED, "data"),
        State(shell.URL, "pathname"),
    )(show)
    callbacks.clientside("listAlerts", Output(page.STATUS, "children"), Input(page.DATA, "data"))
    register_range(callbacks, page.FILTER)


def show(search: str | None, _again: int | None, _acted: Any, pathname: str | None) -> dict[str, Any]:
    """Answer the address."""
    reader = person()
    found = alerts_of(reader, search or "", now=clock.now())
    return answered(found, reader.user_id, locale(), pathname or "/", asked=search or "")
