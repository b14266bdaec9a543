"""The Health page: how the database, the worker and the log do, and what to do where they do not."""

from __future__ import annotations

from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from layouts.admin_parts import GROUP
from layouts.attributes import data
from layouts.page import Page, PageContext
from layouts.shell import page_head
from layouts.waiting import busy_line, stale_line
from models.access import Permission
from models.messages import N_

CONTENT, TICK, AGAIN = "health-content", "health-tick", "health-again"
LOOK_AGAIN_MS: Final = 15_000


def layout(context: PageContext) -> Component:
    """Draw the page; its answer fills it."""
    tick = dcc.Interval(id=TICK, interval=LOOK_AGAIN_MS)
    return html.Div(
        [
            busy_line(N_("looking at the database"), context.t),
            page_head(context.t(PAGE.name)),
            stale_line(AGAIN, context.t),
            html.Div(id=CONTENT),
            tick,
        ],
        className="admin-page",
        **data(asks=CONTENT),
    )


PAGE = Page(
    slug="health",
    path="/database",
    name=N_("Health"),
    icon="activity",
    permission=Permission.VIEW_OPERATIONS,
    layout=layout,
    group=GROUP,
)
