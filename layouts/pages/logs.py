"""The Logs page: entries over time, a list with search and live tail, one entry with what it belongs to."""

from __future__ import annotations

from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from layouts.admin_parts import GROUP
from layouts.attributes import aria, data
from layouts.page import Page, PageContext
from layouts.shell import page_head
from models.access import Permission
from models.messages import N_

LIST, DETAIL, FILTERS, STRIP, STATUS, NOTICES, TICK, LEVELS = (
    f"logs-{part}" for part in ("list", "detail", "filters", "strip", "status", "notices", "tick", "levels")
)
LIVE: Final = "logs-live"
LOOK_AGAIN_MS: Final = 3_000


def layout(context: PageContext) -> Component:
    """Draw the page; its answer fills it."""
    t = context.t
    live = html.Button(
        [html.Span(className="live-dot"), html.Span(t(N_("Live"))), html.Kbd("L")],
        id=LIVE,
        className="button button-secondary",
        type="button",
        **aria(pressed="false"),
        **data(live=TICK),
    )
    head = page_head(t(PAGE.name), beside=[html.Div(id=LEVELS, className="admin-filters")], actions=[live])
    split = html.Div(
        [html.Div(id=LIST, className="admin-list log-list"), html.Div(id=DETAIL, className="admin-detail")],
        className="admin-split",
    )
    return html.Div(
        [
            head,
            html.Div(id=NOTICES, role="status"),
            html.Div(id=STRIP, className="log-strip"),
            split,
            html.Div(id=STATUS, className="status-line"),
            dcc.Interval(id=TICK, interval=LOOK_AGAIN_MS, disabled=True),
        ],
        className="admin-page logs-page",
    )


def toolbar(_context: PageContext) -> Component:
    """Draw where the time and the words stand in the top bar; the answer fills it."""
    return html.Div(id=FILTERS, className="admin-filters admin-toolbar")


PAGE = Page(
    slug="logs",
    path="/logs",
    name=N_("Logs"),
    icon="journal-text",
    permission=Permission.VIEW_LOGS,
    layout=layout,
    toolbar=toolbar,
    group=GROUP,
)
