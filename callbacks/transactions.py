"""The Transactions page's one data request: count, sum and the first rows; the grid reads on by itself."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State

from callbacks.filtering import filter_outputs, register_range
from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, locale, person
from dashboard import clock
from dashboard.drill import read_then
from dashboard.transactions.ask import ask
from layouts import shell
from layouts.pages import transactions as page
from layouts.transactions_answer import answered

OUTPUTS = {
    "data": Output(page.DATA, "data"),
    "count": Output(page.COUNT, "children"),
    "chips": Output(page.CHIPS, "children"),
    "zone": Output(page.ZONE, "children"),
    "notices": Output(page.NOTICES, "children"),
    "drill": Output(page.DRILL, "children"),
    "empty": Output(page.EMPTY, "children"),
    "export": Output(page.EXPORT, "children"),
    "measure": Output(page.MEASURE, "children"),
    **filter_outputs(page.FILTER),
}


def register(app: Interface) -> None:
    """Register the page's callbacks."""
    callbacks = PageCallbacks(app, page.PAGE)
    callbacks.callback(
        OUTPUTS,
        Input(page.PAGE.asked, "data"),
        Input(page.AGAIN, "n_clicks"),
        State(shell.URL, "pathname"),
        State(shell.URL, "hash"),
    )(show)
    callbacks.clientside("listRows", Output(page.STATUS, "children"), Input(page.DATA, "data"))
    register_range(callbacks, page.FILTER)


def show(
    search: str | None, _again: int | None, pathname: str | None, fragment: str | None
) -> dict[str, Any]:
    """Answer the address."""
    found = ask(person(), search or "", now=clock.now())
    then = read_then(fragment)
    return answered(found, locale(), pathname or "/", asked=search or "", then=then)
