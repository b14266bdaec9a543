"""Parts that the pages of alerts, customers and merchants share: sections, tables, marks, links, strips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.charts.payments import Payment, Strip, payment_strip
from dashboard.names import value_name
from dashboard.overview.events import Event
from dashboard.parties.story import Dot, SharedValue
from dashboard.parties.usual import usual_range
from layouts.attributes import aria
from models.messages import N_

LABELS: Final = {True: ("fraud", "▲"), False: ("genuine", "●"), None: ("unknown", "○")}
KINDS: Final = {
    "card_fingerprint": N_("card"),
    "device_id": N_("device"),
    "ip_address": N_("IP address"),
    "email_fingerprint": N_("e-mail address"),
}
_SHORT: Final = 12
NO_FIGURE: Final[dict[str, Any]] = {
    "data": [],
    "layout": {"xaxis": {"visible": False}, "yaxis": {"visible": False}},
}
"""An empty place where a chart would be."""


def missing(sentence: str) -> Component:
    """Say that there is no such thing, in the place of its page."""
    return html.Div(html.P(sentence), className="page-notice")


def section(title: str, *content: Any, beside: str = "") -> Component:
    """Draw a part of a page under its title."""
    head: list[Component] = [html.H2(title, className="panel-title")]
    if beside:
        head.append(html.Span(beside, className="section-beside"))
    return html.Section([html.Div(head, className="section-head"), *content], className="detail-section")


def nothing(text: str) -> Component:
    """Say that a part has nothing to show."""
    return html.P(text, className="choice-hint")


def label_mark(is_fraud: bool | None, words: Words) -> Component:  # noqa: FBT001 - the label itself
    """Draw a label: its mark and its word."""
    slug, mark = LABELS[is_fraud]
    name = value_name("label", "" if is_fraud is None else slug, words.locale, words.say)
    return html.Span(
        [html.Span(mark, className=f"mark-{slug}", **aria(hidden="true")), f" {name}"], className="label-mark"
    )


def page_link(page: str, text: str, **query: str) -> Component:
    """Link to the page of one thing."""
    return dcc.Link(text, href=f"{page}?{urlencode(query)}", className="row-link")


def table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[Component | str]]) -> Component:
    """Draw a short table; its caption is for who cannot see it."""
    body = html.Tbody([html.Tr([html.Td(cell) for cell in row]) for row in rows])
    drawn = html.Table(
        [
            html.Caption(caption, className="visually-hidden"),
            html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])),
            body,
        ],
        className="small-table",
    )
    return html.Div(drawn, className="table-scroll", tabIndex="0")


def figure_fact(name: str, value: str, detail: str = "") -> Component:
    """Draw one figure of a row of facts."""
    return html.Div(
        [
            html.Div(name, className="tile-label"),
            html.Div(value, className="tile-figure num"),
            html.Div(detail, className="tile-detail num"),
        ],
        className="tile fact-tile",
    )


def shared_rows(shared: Sequence[SharedValue], words: Words) -> Component:
    """Draw what a customer shares with others, and how much fraud was in it."""
    rows = [
        [
            html.Span(
                [html.Span(f"{words.say(KINDS[each.kind])} "), html.Span(_value(each), className="num")]
            ),
            html.Span(f.count(each.customers, words.locale), className="num"),
            _fraud(each, words),
        ]
        for each in shared
    ]
    heads = [words.say(N_("Shared")), words.say(N_("Other customers")), words.say(N_("Fraud among theirs"))]
    return table(words.say(N_("Shared with other customers")), heads, rows)


def strip_figure(
    dots: Sequence[Dot],
    until: datetime,
    span: timedelta,
    currency: str,
    zone: str,
    words: Words,
    *,
    marked: Sequence[str] = (),
    events: Sequence[Event] = (),
) -> Any:
    """Draw payments over time; the usual range is that of those that are not marked."""
    usual = usual_range([dot.amount for dot in dots if dot.transaction_id not in marked])
    payments = [Payment(dot.at, dot.amount, dot.is_fraud, dot.transaction_id) for dot in dots]
    return payment_strip(Strip(payments, until - span, until, usual, currency, zone, marked, events), words)


def _value(each: SharedValue) -> str:
    value = (each.shown or each.value).removesuffix("/32").removesuffix("/128")
    return value if len(value) <= 2 * _SHORT else f"{value[:_SHORT]}…{value[-4:]}"


def _fraud(each: SharedValue, words: Words) -> Component:
    text = words.say(
        N_("{frauds} of {labelled} fraud"),
        frauds=f.count(each.frauds, words.locale),
        labelled=f.count(each.labelled, words.locale),
    )
    if not each.frauds:
        return html.Span(text, className="quiet num")
    return html.Span(
        [html.Span("▲ ", className="mark-fraud", **aria(hidden="true")), text], className="num is-fraudulent"
    )
