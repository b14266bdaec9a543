"""Alerts: the list of the filter, its views with live counts, and decisions on one or on many."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.language import Translator
from layouts.attributes import aria, data
from layouts.decision_panel import DecisionIds, decision_panel
from layouts.filter_controls import filter_ids
from layouts.filter_controls import toolbar as controls_of
from layouts.page import Page, PageContext
from layouts.waiting import busy_line, stale_line
from models.access import Permission
from models.alerts import AlertStatus
from models.messages import N_

DATA, CHIPS, ZONE, NOTICES, EMPTY = (
    f"alerts-{part}" for part in ("data", "chips", "zone", "notices", "empty")
)
BUSY, FRAME, AGAIN, STATUS, LIST = (f"alerts-{part}" for part in ("busy", "frame", "again", "status", "list"))
VIEWS, CHOICES, ARRIVED, CHOSEN, ACTED = (
    f"alerts-{part}" for part in ("views", "choices", "arrived", "chosen", "acted")
)
ALL_SHOWN = "alerts-all"
FILTER = filter_ids("alerts-filter")
DECIDING = DecisionIds("alerts-deciding")


def layout(context: PageContext) -> Component:
    """Draw the page; its answer fills it."""
    t = context.t
    content = html.Div(
        [
            busy_line(N_("reading alerts"), t),
            _head(t),
            html.Div(id=NOTICES, className="notices"),
            stale_line(AGAIN, t),
            html.Div(
                [
                    html.Nav(id=VIEWS, className="alert-views", **aria(label=t(N_("Views of alerts")))),
                    html.Div(id=CHOICES, className="alert-choices"),
                ],
                className="alert-bar",
            ),
            html.Button(id=ARRIVED, className="alert-arrived", hidden=True, **data(show=t(N_("Show")))),
            html.Div(id=EMPTY, className="page-empty"),
            _table_head(t),
            html.Ul(
                id=LIST,
                className="alert-list",
                **aria(label=t(N_("Alerts"))),
                **data(choose=t(N_("Choose alert {number}")), payments=t(N_("{count} payments"))),
            ),
            _chosen(t),
            html.Div([html.Span(id=STATUS, className="num"), _keys(t)], className="status-line"),
            decision_panel(DECIDING, t),
            dcc.Store(id=DATA),
            dcc.Store(id=ACTED),
        ],
        id=BUSY,
        className="list-page",
        **data(asks=DATA, me=context.person.user_id),
    )
    return html.Div(content, id=FRAME, className="list-frame")


def _head(t: Translator) -> Component:
    return html.Div(
        [
            html.H1(t(PAGE.name), className="page-title"),
            html.Div(id=CHIPS, className="page-beside"),
            html.Div(html.Div(id=ZONE, className="page-facts"), className="page-actions"),
        ],
        className="page-head",
    )


def _table_head(t: Translator) -> Component:
    every = html.Button(
        html.Span(className="box"),
        id=ALL_SHOWN,
        className="alert-check",
        role="checkbox",
        **aria(checked="false", label=t(N_("Choose all alerts of this list"))),
    )
    words = (
        (N_("Severity"), "severity"),
        (N_("Alert"), "number"),
        (N_("Customer"), "customer"),
        (N_("Why"), "why"),
        (N_("Amount"), "amount"),
        (N_("Expected loss"), "loss"),
        (N_("Age"), "age"),
        (N_("Status"), "state"),
        (N_("Assignee"), "person"),
    )
    cells = [html.Span(t(word), className=f"alert-{name}") for word, name in words]
    return html.Div([every, html.Div(cells, className="alert-cells")], className="alert-head")


def _chosen(t: Translator) -> Component:
    moves = (
        (AlertStatus.CONFIRMED_FRAUD, N_("Fraud")),
        (AlertStatus.FALSE_POSITIVE, N_("Genuine")),
        (AlertStatus.ESCALATED, N_("Escalate")),
        (AlertStatus.SNOOZED, N_("Snooze")),
        (AlertStatus.IN_REVIEW, N_("Review")),
    )
    buttons = [
        html.Button(t(word), className="button button-secondary", **data(decide=status.value))
        for status, word in moves
    ]
    assign = html.Button(t(N_("Assign to me")), className="button button-quiet", **data(assign=""))
    none = html.Button(t(N_("Choose none")), className="quiet-link", **data(choose_none=""))
    said = html.Strong(className="num", **data(told=t(N_("{count} chosen"))))
    return html.Div(
        [said, *buttons, assign, none], id=CHOSEN, className="alert-chosen", hidden=True, role="group"
    )


def _keys(t: Translator) -> Component:
    return html.Span(
        [
            html.Kbd("J"),
            html.Kbd("K"),
            t(N_("move")),
            html.Kbd("X"),
            t(N_("choose")),
            html.Kbd(t(N_("Enter"))),
            t(N_("open")),
        ],
        className="key-hints",
        **aria(hidden="true"),
    )


def toolbar(context: PageContext) -> Component:
    """Draw the controls of the filter."""
    return controls_of(FILTER, context.t, compares=False)


PAGE = Page(
    slug="alerts",
    path="/alerts",
    name=N_("Alerts"),
    icon="bell",
    permission=Permission.DECIDE_ALERTS,
    layout=layout,
    toolbar=toolbar,
    shares_filter=True,
)
