"""High value: payments at or above each bank's limit, over time, by segment, under it, one by one."""

from __future__ import annotations

from dash.development.base_component import Component

from layouts import sheet
from layouts.page import Page, PageContext
from models.access import Permission
from models.messages import N_

SHEET = sheet.sheet(
    "highvalue",
    panels=("counts", "rate", "bands", "category", "channel", "country"),
    tables=("rows",),
    tiles=6,
)


def layout(context: PageContext) -> Component:
    """Draw the page."""
    return sheet.draw(SHEET, context, PAGE.name)


def toolbar(context: PageContext) -> Component:
    """Draw the controls of the filter."""
    return sheet.toolbar(SHEET, context)


PAGE = Page(
    slug="high-value",
    path="/high-value",
    name=N_("High value"),
    icon="credit-card",
    permission=Permission.VIEW_DASHBOARDS,
    layout=layout,
    toolbar=toolbar,
    shares_filter=True,
)
