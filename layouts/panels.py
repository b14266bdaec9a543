"""A panel of a page: title, one-line definition, chart, footer; words in its place when it is empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

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
    """What a panel says around its chart; `empty` replaces it, `summary` is read to who cannot see it."""

    title: str
    definition: str
    footer: Sequence[str]
    key: Component | None = None
    empty: str | None = None
    summary: str = ""
    actions: Sequence[Component] = field(default_factory=tuple)


def panel(ids: PanelIds, class_name: str) -> Component:
    """Draw a panel without content: the skeleton of its chart stands where the chart will."""
    graph = dcc.Graph(
        id=ids.graph, config=GRAPH_CONFIG, className="panel-graph", figure={"data": [], "layout": {}}
    )
    return html.Section(
        [
            html.Div(html.Div(className="skeleton-head"), id=ids.head, className="panel-head"),
            html.Div([html.Div(className="skeleton-chart"), graph], className="panel-body"),
            html.P(id=ids.foot, className="panel-foot num"),
        ],
        id=ids.box,
        className=f"panel {class_name}",
    )


def head(text: PanelText) -> list[Component]:
    """Draw the head of a panel: title, key and actions on one line, the definition below."""
    line: list[Component] = [html.H2(text.title, className="panel-title")]
    if text.key is not None:
        line.append(text.key)
    if text.actions:
        line.append(html.Div(list(text.actions), className="panel-actions"))
    parts: list[Component] = [
        html.Div(line, className="panel-line"),
        html.P(text.definition, className="panel-definition"),
    ]
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


def mark_key(entries: Sequence[tuple[str, str, str]]) -> Component:
    """Draw the legend of the labels: class, mark, word."""
    return html.Div(
        [html.Span([html.Span(mark, className=f"mark-{kind}"), f" {word}"]) for kind, mark, word in entries],
        className="mark-key",
    )
