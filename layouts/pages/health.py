"""The Health page: how the database, the worker and the log do, and what to do where they do not."""

from __future__ import annotations

from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from layouts.admin_parts import GROUP
from layouts.page import Page, PageContext
from layouts.shell import page_head
from models.access import Permission
from models.messages import N_

CONTENT, TICK = "health-content", "health-tick"
LOOK_AGAIN_MS: Final = 15_000


def layout(context: PageContext) -> Component:
    """Draw the page; its answer fills it."""
    tick = dcc.Interval(id=TICK, interval=LOOK_AGAIN_MS)
    return html.Div([page_head(context.t(PAGE.name)), html.Div(id=CONTENT), tick], className="admin-page")


PAGE = Page(
    slug="health",
    path="/database",
    name=N_("Health"),
    icon="activity",
    permission=Permission.VIEW_OPERATIONS,
    layout=layout,
    group=GROUP,
)
