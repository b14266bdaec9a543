"""The page of one transaction: its address names bank and id."""

from __future__ import annotations

from urllib.parse import parse_qs

from dash import Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, locale, person
from callbacks.routing import own_path
from dashboard.transactions.detail import detail
from layouts import shell
from layouts.pages import transaction as page
from layouts.transaction_answer import drawn


def register(app: Interface) -> None:
    """Register the page's callback."""
    PageCallbacks(app, page.PAGE).callback(
        Output(page.CONTENT, "children"), Input(shell.URL, "search"), State(shell.URL, "pathname")
    )(show)


def show(search: str | None, pathname: str | None) -> list[Component]:
    """Draw the transaction of the address."""
    if own_path(pathname) != page.PAGE.path:
        raise PreventUpdate
    asked = parse_qs((search or "").removeprefix("?"), max_num_fields=60)
    bank, name = (asked.get(key, [None])[0] for key in ("bank", "id"))
    return drawn(detail(person(), bank, name or ""), locale())
