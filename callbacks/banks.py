"""The Banks page: the terms of the banks that the person sees."""

from __future__ import annotations

from typing import Any

from dash import Input, Output, State
from dash.development.base_component import Component
from dash.exceptions import PreventUpdate

from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, person
from callbacks.routing import own_path
from callbacks.users import spoken
from dashboard.administration.banks import terms
from layouts import shell
from layouts.banks_answer import drawn
from layouts.pages import banks as page


def register(app: Interface) -> None:
    """Register the page's callback."""
    PageCallbacks(app, page.PAGE).callback(
        Output(page.LIST, "children"), Input(page.ACTED, "data"), State(shell.URL, "pathname")
    )(show)


def show(_acted: Any, pathname: str | None) -> list[Component]:
    """Draw the banks as they are now."""
    if own_path(pathname) != page.PAGE.path:
        raise PreventUpdate
    return drawn(terms(person()), spoken())
