"""The page of one merchant: its address names bank and id."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from dash import Input, Output, State
from dash.exceptions import PreventUpdate

from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, locale, person
from callbacks.routing import own_path
from dashboard.parties.story import merchant_story
from layouts import shell
from layouts.pages import merchant as page
from layouts.party_answer import answered


def register(app: Interface) -> None:
    """Register the page's callback."""
    ids = page.IDS
    PageCallbacks(app, page.PAGE).callback(
        Output(ids.above, "children"),
        Output(ids.strip, "figure"),
        Output(ids.left, "children"),
        Output(ids.right, "children"),
        Output(ids.map_head, "children"),
        Output(ids.map, "figure"),
        Input(shell.URL, "search"),
        State(shell.URL, "pathname"),
    )(show)


def show(search: str | None, pathname: str | None) -> tuple[Any, ...]:
    """Draw the merchant of the address."""
    if own_path(pathname) != page.PAGE.path:
        raise PreventUpdate
    asked = parse_qs((search or "").removeprefix("?"), max_num_fields=60)
    bank, name, only = (asked.get(key, [None])[0] for key in ("bank", "id", "show"))
    found = merchant_story(person(), bank, name or "")
    return answered(found, locale(), only)
