"""The page of one alert: its address names it, and a change draws it anew."""

from __future__ import annotations

from typing import Any

from dash import Input, Output
from dash.development.base_component import Component

from callbacks.asked import asked_for
from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, locale, person
from dashboard import clock
from dashboard.alerts.detail import alert_detail, read_number
from layouts.alert_answer import answered
from layouts.pages import alert as page


def register(app: Interface) -> None:
    """Register the page's callback."""
    PageCallbacks(app, page.PAGE).callback(
        Output(page.CONTENT, "children"),
        Output(page.STRIP, "figure"),
        Output(page.BELOW, "children"),
        Input(page.PAGE.asked, "data"),
        Input(page.ACTED, "data"),
        Input(page.AGAIN, "n_clicks"),
    )(show)


def show(search: str | None, _acted: Any, _again: int | None) -> tuple[list[Component], Any, list[Component]]:
    """Draw the alert of the address."""
    (asked,) = asked_for(search, "id")
    found = alert_detail(person(), read_number(asked or ""), now=clock.now())
    return answered(found, person(), locale())
