"""The Overview: figures, rate over time, when and where, and how amounts differ."""

from __future__ import annotations

from dash.development.base_component import Component

from layouts import sheet
from layouts.overview_panels import SLUGS
from layouts.page import Page, PageContext
from models.access import Permission
from models.messages import N_

SHEET = sheet.sheet("overview", panels=SLUGS, tiles=7, compares=True)


def layout(context: PageContext) -> Component:
    """Draw the page with skeletons where its answer will stand."""
    return sheet.draw(SHEET, context, PAGE.name)


def toolbar(context: PageContext) -> Component:
    """Draw the controls of the filter."""
    return sheet.toolbar(SHEET, context)


PAGE = Page(
    slug="overview",
    path="/",
    name=N_("Overview"),
    icon="grid-1x2",
    permission=Permission.VIEW_DASHBOARDS,
    layout=layout,
    toolbar=toolbar,
    shares_filter=True,
)
