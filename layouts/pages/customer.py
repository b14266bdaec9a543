"""One customer: profile, behaviour against its own normal, timeline, places, and who is near."""

from __future__ import annotations

from dash.development.base_component import Component

from layouts.page import Page, PageContext
from layouts.party_page import PartyIds, party_layout
from models.access import Permission
from models.messages import N_

IDS = PartyIds("customer")


def layout(context: PageContext) -> Component:
    """Draw the page; its answer fills it."""
    return party_layout(IDS, context, PAGE.name)


PAGE = Page(
    slug="customer",
    path="/customer",
    name=N_("Customer"),
    icon="person",
    permission=Permission.VIEW_CUSTOMERS,
    layout=layout,
    is_listed=False,
)
