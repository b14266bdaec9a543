"""One alert at an address of its own; reached from the list, from lists of others, and from the search."""

from __future__ import annotations

from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts.attributes import data
from layouts.decision_panel import DecisionIds, decision_panel
from layouts.page import Page, PageContext
from layouts.panels import GRAPH_CONFIG
from layouts.party_parts import NO_FIGURE
from layouts.waiting import busy_line, stale_line
from models.access import Permission
from models.messages import N_

CONTENT, STRIP, BELOW, ACTED, AGAIN = (
    f"alert-{part}" for part in ("content", "strip", "below", "acted", "again")
)
DECIDING = DecisionIds("alert-deciding")


def layout(context: PageContext) -> Component:
    """Draw the page; its answer fills it."""
    title = html.H1(context.t(PAGE.name), className="page-title")
    empty: Any = NO_FIGURE
    graph = dcc.Graph(id=STRIP, config=GRAPH_CONFIG, className="filling-graph", figure=empty)
    return html.Div(
        [
            busy_line(N_("reading the alert"), context.t),
            stale_line(AGAIN, context.t),
            html.Div(html.Div(title, className="page-head"), id=CONTENT),
            html.Div(graph, className="strip-graph"),
            html.Div(id=BELOW),
            decision_panel(DECIDING, context.t),
            dcc.Store(id=ACTED),
        ],
        className="alert-page",
        **data(asks=CONTENT),
    )


PAGE = Page(
    slug="alert",
    path="/alert",
    name=N_("Alert"),
    icon="bell",
    permission=Permission.DECIDE_ALERTS,
    layout=layout,
    is_listed=False,
)
