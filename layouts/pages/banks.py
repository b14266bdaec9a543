"""The Banks page: each bank's name, threshold and limits; zone and currency while they may still change."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from layouts.admin_parts import GROUP, dialogs
from layouts.attributes import data
from layouts.page import Page, PageContext
from layouts.shell import page_head
from models.access import Permission
from models.messages import N_

LIST, ACTED = "banks-list", "banks-acted"


def layout(context: PageContext) -> Component:
    """Draw the page; its answer fills it."""
    t = context.t
    return html.Div(
        [
            page_head(t(N_("Banks and thresholds"))),
            html.Div(id=LIST, className="bank-cards"),
            *dialogs(t),
            dcc.Store(id=ACTED),
        ],
        className="admin-page",
        **data(acted=ACTED),
    )


PAGE = Page(
    slug="banks",
    path="/banks",
    name=N_("Banks"),
    icon="bank",
    permission=Permission.MANAGE_BANKS,
    layout=layout,
    group=GROUP,
)
