"""The Banks page: the terms of the banks that the person sees."""

from __future__ import annotations

from typing import Any

from dash import Input, Output
from dash.development.base_component import Component

from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, person
from callbacks.users import spoken
from dashboard.administration.banks import terms
from layouts.banks_answer import drawn
from layouts.pages import banks as page


def register(app: Interface) -> None:
    """Register the page's callback."""
    PageCallbacks(app, page.PAGE).callback(Output(page.LIST, "children"), Input(page.ACTED, "data"))(show)


def show(_acted: Any) -> list[Component]:
    """Draw the banks as they are now."""
    return drawn(terms(person()), spoken())
