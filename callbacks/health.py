"""The Health page: looked at again and again in the background while it is open."""

from __future__ import annotations

from dash import Input, Output, State
from dash.development.base_component import Component

from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks
from callbacks.users import spoken
from dashboard import clock
from dashboard.administration.health import health
from layouts import shell
from layouts.health_answer import drawn
from layouts.pages import health as page


def register(app: Interface) -> None:
    """Register the page's callback."""
    PageCallbacks(app, page.PAGE).callback(
        Output(page.CONTENT, "children"),
        Input(page.TICK, "n_intervals"),
        Input(page.AGAIN, "n_clicks"),
        State(shell.URL, "pathname"),
    )(show)


def show(_ticks: int | None, _again: int | None, pathname: str | None) -> list[Component]:
    """Draw how everything does now."""
    return drawn(health(now=clock.now()), spoken(), pathname or "/")
