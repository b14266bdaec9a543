"""The pages of one customer and of one merchant: their addresses name bank and id."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dash import Input, Output

from callbacks.asked import asked_for
from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, locale, person
from dashboard.parties.story import Story, customer_story, merchant_story
from layouts.page import Page
from layouts.pages import customer, merchant
from layouts.party_answer import answered
from layouts.party_page import PartyIds
from models.access import Person

Told = Callable[[Person, str | None, str], Story | None]


def register(app: Interface) -> None:
    """Register both pages' callbacks."""
    _register(app, customer.PAGE, customer.IDS, customer_story)
    _register(app, merchant.PAGE, merchant.IDS, merchant_story)


def _register(app: Interface, page: Page, ids: PartyIds, told: Told) -> None:
    def show(search: str | None, _again: int | None) -> tuple[Any, ...]:
        bank, name, only = asked_for(search, "bank", "id", "show")
        return answered(told(person(), bank, name or ""), locale(), only)

    PageCallbacks(app, page).callback(
        Output(ids.above, "children"),
        Output(ids.strip, "figure"),
        Output(ids.left, "children"),
        Output(ids.right, "children"),
        Output(ids.map_head, "children"),
        Output(ids.map, "figure"),
        Input(page.asked, "data"),
        Input(ids.again, "n_clicks"),
    )(show)
