"""The page of one alert: its address names it, and a change draws it anew."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from dash import Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, locale, person
from callbacks.routing import own_path
from dashboard import clock
from dashboard.alerts.detail import alert_detail, read_number
from layouts import shell
from layouts.alert_answer import answered
from layouts.pages import alert as page


def register(app: Interface) -> None:
    """Register the page's callback."""
    PageCallbacks(app, page.PAGE).callback(
        Output(page.CONTENT, "children"),
        Output(page.STRIP, "figure"),
        Output(page.BELOW, "children"),
        Input(shell.URL, "search"),
        Input(page.ACTED, "data", allow_optional=True),
        State(shell.URL, "pathname"),
    )(show)


def show(
    search: str | None, _acted: Any, pathname: str | None
) -> tuple[list[Component], Any, list[Component]]:
    """Draw the alert of the address."""
    if own_path(pathname) != page.PAGE.path:
        raise PreventUpdate
    asked = parse_qs((search or "").removeprefix("?"), max_num_fields=60).get("id", [""])[0]
    found = alert_detail(person(), read_number(asked), now=clock.now())
    return answered(found, person(), locale())
