"""The one data request of a sheet: the address asks, every part of the sheet is the answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Input, Output, State

from callbacks.filtering import filter_outputs, register_range
from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks
from layouts import shell
from layouts.page import Page
from layouts.sheet import Sheet

Answered = Callable[[str, str], dict[str, Any]]


def register_sheet(app: Interface, page: Page, it: Sheet, answered: Answered) -> None:
    """Register a sheet's callbacks; `answered` takes the address's query and path."""
    callbacks = PageCallbacks(app, page)

    def show(search: str | None, _again: int | None, pathname: str | None) -> dict[str, Any]:
        return answered(search or "", pathname or page.path)

    callbacks.callback(
        outputs(it),
        Input(page.asked, "data"),
        Input(it.part("again"), "n_clicks"),
        State(shell.URL, "pathname"),
    )(show)
    graphs = [Output(ids.graph, "figure") for ids in it.panels.values()]
    if graphs:
        callbacks.clientside("draw", graphs, Input(it.part("charts"), "data"))
    register_range(callbacks, it.filter)


def outputs(it: Sheet) -> dict[str, Output]:
    """Return the outputs of a sheet's answer by their names."""
    boxes = {**it.panels, **it.tables}
    return {
        "charts": Output(it.part("charts"), "data"),
        "tiles": Output(it.part("tiles"), "children"),
        "grid": Output(it.part("grid"), "className"),
        "empty": Output(it.part("empty"), "children"),
        "notices": Output(it.part("notices"), "children"),
        "zone": Output(it.part("zone"), "children"),
        "chips": Output(it.part("chips"), "children"),
        **({"measure": Output(it.part("measure"), "children")} if it.compares else {}),
        **filter_outputs(it.filter, compares=it.compares),
        **{f"head_{name}": Output(ids.head, "children") for name, ids in boxes.items()},
        **{f"foot_{name}": Output(ids.foot, "children") for name, ids in boxes.items()},
        **{f"rows_{name}": Output(ids.graph, "children") for name, ids in it.tables.items()},
    }
