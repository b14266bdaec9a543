"""The Overview's one data request: the address asks, everything on the page is the answer."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State

from callbacks.filtering import filter_outputs, register_range
from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, locale, person
from dashboard import clock
from dashboard.overview.ask import ask
from layouts import shell
from layouts.overview_answer import answered
from layouts.pages import overview as page

OUTPUTS = {
    "charts": Output(page.CHARTS, "data"),
    "tiles": Output(page.TILES, "children"),
    "is_empty": Output(page.GRID, "className"),
    "empty": Output(page.EMPTY, "children"),
    "problems": Output(page.NOTICES, "children"),
    "zone": Output(page.ZONE, "children"),
    "chips": Output(page.CHIPS, "children"),
    "measure": Output(page.MEASURE, "children"),
    **filter_outputs(page.FILTER),
    **{f"head_{slug}": Output(ids.head, "children") for slug, ids in page.PANELS.items()},
    **{f"foot_{slug}": Output(ids.foot, "children") for slug, ids in page.PANELS.items()},
}


def register(app: Interface) -> None:
    """Register the page's callbacks."""
    callbacks = PageCallbacks(app, page.PAGE)
    callbacks.callback(
        OUTPUTS,
        Input(page.PAGE.asked, "data"),
        Input(page.AGAIN, "n_clicks"),
        State(shell.URL, "pathname"),
        running=[(Output(page.BUSY, "className"), page.WAITING, page.AT_REST)],
    )(show)
    callbacks.clientside(
        "draw", [Output(ids.graph, "figure") for ids in page.PANELS.values()], Input(page.CHARTS, "data")
    )
    callbacks.clientside(
        "judge",
        Output(page.FRESH, "className"),
        Input(page.BUSY, "className"),
        State(page.CHARTS, "data"),
        State(shell.URL, "search"),
    )
    register_range(callbacks, page.FILTER)


def show(search: str | None, _again: int | None, pathname: str | None) -> dict[str, Any]:
    """Answer the address."""
    return answered(
        ask(person(), search or "", now=clock.now()), locale(), pathname or "/", asked=search or ""
    )
