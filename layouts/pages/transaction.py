"""One transaction with everything known about it; reached from lists, marks and the search."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from layouts.page import Page, PageContext
from models.access import Permission
from models.messages import N_

CONTENT = "transaction-content"


def layout(context: PageContext) -> Component:
    """Draw the page; its answer fills it."""
    title = html.H1(context.t(PAGE.name), className="page-title")
    return html.Div(html.Div(title, className="page-head"), id=CONTENT, className="detail-page")


PAGE = Page(
    slug="transaction",
    path="/transaction",
    name=N_("Transaction"),
    icon="credit-card",
    permission=Permission.VIEW_DASHBOARDS,
    layout=layout,
    is_listed=False,
)
