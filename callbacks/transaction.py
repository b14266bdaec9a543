"""The page of one transaction: its address names bank and id."""

from __future__ import annotations

from dash import Input, Output
from dash.development.base_component import Component

from callbacks.asked import asked_for
from callbacks.interface import Interface
from callbacks.registrar import PageCallbacks, locale, person
from dashboard.transactions.detail import detail
from layouts.pages import transaction as page
from layouts.transaction_answer import drawn


def register(app: Interface) -> None:
    """Register the page's callback."""
    PageCallbacks(app, page.PAGE).callback(Output(page.CONTENT, "children"), Input(page.PAGE.asked, "data"))(
        show
    )


def show(search: str | None) -> list[Component]:
    """Draw the transaction of the address."""
    bank, name = asked_for(search, "bank", "id")
    return drawn(detail(person(), bank, name or ""), locale())
