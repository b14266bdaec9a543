"""The page of a customer or merchant before its answer: a place for each part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts.attributes import data
from layouts.page import PageContext
from layouts.panels import GRAPH_CONFIG
from layouts.party_parts import NO_FIGURE
from layouts.waiting import busy_line, stale_line
from models.messages import N_


@dataclass(frozen=True, slots=True)
class PartyIds:
    """The ids of the changing parts of one page."""

    page: str

    @property
    def above(self) -> str:
        """Return the id of what stands above the strip."""
        return f"{self.page}-above"

    @property
    def again(self) -> str:
        """Return the id of the button that asks once more."""
        return f"{self.page}-again"

    @property
    def strip(self) -> str:
        """Return the id of the strip."""
        return f"{self.page}-strip"

    @property
    def left(self) -> str:
        """Return the id of the wide column."""
        return f"{self.page}-left"

    @property
    def right(self) -> str:
        """Return the id of the narrow column above the map."""
        return f"{self.page}-right"

    @property
    def map_head(self) -> str:
        """Return the id of the map's title."""
        return f"{self.page}-map-head"

    @property
    def map(self) -> str:
        """Return the id of the map."""
        return f"{self.page}-map"


def party_layout(ids: PartyIds, context: PageContext, name: str) -> Component:
    """Draw the page; its answer fills it."""
    title = html.H1(context.t(name), className="page-title")
    return html.Div(
        [
            busy_line(N_("reading payments"), context.t),
            stale_line(ids.again, context.t),
            html.Div(html.Div(title, className="page-head"), id=ids.above),
            _graph(ids.strip, "strip-graph"),
            html.Div(
                [
                    html.Div(id=ids.left, className="detail-column"),
                    html.Div(
                        [
                            html.Div(id=ids.right),
                            html.Div(id=ids.map_head, className="section-head map-head"),
                            _graph(ids.map, "map-graph"),
                        ],
                        className="detail-column",
                    ),
                ],
                className="detail-grid party-grid",
            ),
        ],
        className="party-page",
        **data(asks=ids.above),
    )


def _graph(name: str, class_name: str) -> Component:
    empty: Any = NO_FIGURE
    graph = dcc.Graph(id=name, config=GRAPH_CONFIG, className="filling-graph", figure=empty)
    return html.Div(graph, className=class_name)
