"""A panel of a page: title, one-line definition, chart, footer; words in its place when it is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.language import Translator
from layouts.attributes import aria, data
from layouts.icons import icon
from models.messages import N_

GRAPH_CONFIG: Any = {"displayModeBar": False, "responsive": True, "showTips": False, "doubleClick": False}


@dataclass(frozen=True, slots=True)
class PanelIds:
    """The ids of one panel's changing parts."""

    head: str
    graph: str
    foot: str
    box: str


def panel_ids(page: str, slug: str) -> PanelIds:
    """Return the ids of a panel."""
    return PanelIds(*(f"{page}-{slug}-{part}" for part in ("head", "graph", "foot", "box")))


@dataclass(frozen=True, slots=True)
class PanelText:
    """What a panel says around its chart; `empty` replaces it, `summary` is read to who cannot see it.

    `closed` says why a mark does not open its rows, and what does; it is the answer to a click on one.
    """

    title: str
    definition: str
    footer: Sequence[str]
    key: Component | None = None
    empty: str | None = None
    summary: str = ""
    closed: str = ""


_ACTIONS: tuple[tuple[str, str, str], ...] = (
    ("rows", "list-ul", N_("Show the rows")),
    ("table", "table", N_("As a table (T)")),
    ("image", "download", N_("Save as PNG")),
    ("csv", "filetype-csv", N_("Save as CSV")),
    ("full", "arrows-fullscreen", N_("Full screen (F)")),
    ("link", "link-45deg", N_("Copy the link")),
)


def _actions(t: Translator) -> Component:
    buttons = [
        html.Button(
            icon(name), className="icon-button", title=t(text), **data(panel=act), **aria(label=t(text))
        )
        for act, name, text in _ACTIONS
    ]
    words = {
        "filter": t(N_("Filter by it")),
        "without": t(N_("Without it")),
        "rows": t(N_("Rows")),
        "copied": t(N_("Link copied")),
    }
    return html.Div(buttons, className="panel-actions", **data(**words))


def panel(ids: PanelIds, class_name: str, t: Translator) -> Component:
    """Draw a panel without content: the skeleton of its chart stands where the chart will."""
    graph = dcc.Graph(
        id=ids.graph, config=GRAPH_CONFIG, className="panel-graph", figure={"data": [], "layout": {}}
    )
    return html.Section(
        [
            html.Div(html.Div(className="skeleton-head"), id=ids.head, className="panel-head"),
            _actions(t),
            html.Div(
                [
                    html.Div(className="skeleton-chart"),
                    graph,
                    html.Div(className="panel-twin", hidden=True, tabIndex="0"),
                ],
                className="panel-body",
            ),
            html.P(id=ids.foot, className="panel-foot num"),
        ],
        id=ids.box,
        className=f"panel {class_name}",
    )


def head(text: PanelText) -> list[Component]:
    """Draw the head of a panel: title and key on one line, the definition below."""
    line: list[Component] = [html.H2(text.title, className="panel-title")]
    if text.key is not None:
        line.append(text.key)
    parts: list[Component] = [
        html.Div(line, className="panel-line"),
        html.P(text.definition, className="panel-definition"),
    ]
    if text.closed and not text.empty:
        parts.append(html.P([icon("info-circle"), html.Span(text.closed)], className="panel-closed"))
    if text.empty:
        parts.append(html.P(text.empty, className="panel-empty"))
    if text.summary:
        parts.append(html.P(text.summary, className="visually-hidden"))
    return parts


def foot(text: PanelText) -> list[Component]:
    """Draw the footer's facts, apart from each other without separators."""
    return [html.Span(fact) for fact in text.footer]


def color_key(low: str, high: str, nodata: str) -> Component:
    """Draw the key of a heat map: seven steps with both ends named, and grey for too few rows."""
    steps = [html.Span(className=f"key-step key-step-{step}") for step in range(1, 8)]
    return html.Div(
        [
            html.Span(low),
            html.Span(steps, className="key-ramp"),
            html.Span(high),
            html.Span(className="key-nodata"),
            html.Span(nodata),
        ],
        className="color-key num",
    )
