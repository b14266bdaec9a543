"""The answer of the alert list: every changing part by the name of its output."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import orjson
from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.alerts.choice import ME, NO_ONE, AlertAddress, AlertOrder, Standing, joined
from dashboard.alerts.lines import alert_lines, loss, open_count
from dashboard.alerts.listing import AlertListing, counted
from dashboard.alerts.names import SEVERITY_NAMES
from dashboard.charts.figure import Words
from dashboard.language import translate, translator
from layouts.attributes import aria
from layouts.filter_controls import canonical, controls
from layouts.icons import icon
from models.alerts import AlertStatus, Severity
from models.messages import N_

ORDERS: Final = {
    AlertOrder.LOSS: N_("expected loss"),
    AlertOrder.NEWEST: N_("newest"),
    AlertOrder.AMOUNT: N_("amount"),
    AlertOrder.SCORE: N_("score"),
}
_VIEWS: Final = (
    (N_("Open alerts"), AlertAddress()),
    (N_("Mine"), AlertAddress(assignees=frozenset({ME}))),
    (N_("Unassigned"), AlertAddress(assignees=frozenset({NO_ONE}))),
    (N_("Escalated"), AlertAddress(statuses=frozenset({AlertStatus.ESCALATED}))),
    (N_("Snoozed"), AlertAddress(statuses=frozenset({AlertStatus.SNOOZED}))),
    (N_("Decided"), AlertAddress(standing=Standing.DECIDED)),
)
_CONTROLS: Final = (
    "range_label",
    "range_menu",
    "bank_label",
    "bank_menu",
    "since",
    "until",
    "chips",
    "zone",
)


def answered(found: AlertListing, user_id: int, locale: str, path: str, *, asked: str) -> dict[str, Any]:
    """Render a listing for its reader."""
    words = Words(locale, translator(locale))
    seen = found.seen
    given = controls(seen.filters, seen.view, seen.banks, words, path)
    own = found.address.to_query()
    # What the shared controls link to keeps what the list alone understands.
    kept = {name: _keeping(given[name], path, own) for name in _CONTROLS}
    shared = canonical(seen.filters, seen.view)
    total = counted(found.groups, found.address.choice(user_id))
    return kept | {
        "data": _data(found, total, joined(shared, own), words, asked),
        "notices": [
            *(_notice("exclamation-triangle", translate(each, locale)) for each in found.problems),
            *_elsewhere(found, path, words),
        ],
        "views": [_view(found, name, address, shared, user_id, path, words) for name, address in _VIEWS],
        "choices": _choices(found, shared, path, words),
        "empty": _nothing(found, total[0], path, words),
    }


def _data(
    found: AlertListing, total: tuple[int, int], query: str, words: Words, asked: str
) -> dict[str, Any]:
    view, count = found.seen.view, total[0]
    lines = (
        alert_lines(found.first.rows, view.banks, words.locale, words.say, now=found.seen.now) if view else []
    )
    facts = [
        words.say(N_("by {order}"), order=words.say(ORDERS[found.address.order])),
        f.duration_ms(found.query_ms, words.locale),
    ]
    if view and view.currency and count:
        money = loss(total[1], view.currency, words.locale)
        facts.insert(0, words.say(N_("{money} expected loss"), money=money))
    told = {
        "rows": lines,
        "after": found.first.after,
        "total": count,
        "newest": found.news.newest,
        "status": words.say(N_("{count} alerts"), count=f.count(count, words.locale)),
        "facts": facts,
    }
    return {"asked": asked, "query": query, "list": orjson.dumps(told).decode()}


def _link(path: str, shared: str, address: AlertAddress) -> str:
    query = joined(shared, address.to_query())
    return f"{path}?{query}" if query else path


def _view(
    found: AlertListing,
    name: str,
    address: AlertAddress,
    shared: str,
    user_id: int,
    path: str,
    words: Words,
) -> Component:
    wanted = replace(address, severities=found.address.severities, order=found.address.order)
    number = counted(found.groups, wanted.choice(user_id))[0]
    is_here = wanted == found.address
    return dcc.Link(
        [
            html.Span(words.say(name), **(aria(current="page") if is_here else {})),
            html.Span(f.count(number, words.locale), className="num tab-count"),
        ],
        href=_link(path, shared, wanted),
        className=f"alert-tab{' is-chosen' if is_here else ''}",
        title=words.say(N_("counted in this range and filter")),
    )


def _elsewhere(found: AlertListing, path: str, words: Words) -> list[Component]:
    """Say what the navigation counts and this range and filter do not show."""
    of_tab = replace(AlertAddress(), severities=found.address.severities).choice(0)
    here = counted(found.groups, of_tab)[0]
    if here >= found.news.open or not found.groups:
        return []
    text = words.say(
        N_("This range and filter: {here} of the {all} open alerts that the navigation counts."),
        here=f.count(here, words.locale),
        all=open_count(found.news, words.locale),
    )
    return [_notice("info-circle", text, _all_open(path, words, "quiet-link"))]


def _all_open(path: str, words: Words, look: str) -> Component:
    text = words.say(N_("All open alerts of all banks"))
    return dcc.Link(text, href=f"{path}?range=all&bank=all", className=look)


def _notice(sign: str, text: str, *more: Component) -> Component:
    return html.Div([icon(sign), html.Span(text), *more], className="notice")


def _choices(found: AlertListing, shared: str, path: str, words: Words) -> list[Component]:
    address = found.address
    severities = [
        dcc.Link(
            [
                severity_mark(each),
                html.Span(
                    words.say(SEVERITY_NAMES[each]),
                    **(aria(current="true") if each in address.severities else {}),
                ),
            ],
            href=_link(path, shared, replace(address, severities=address.severities ^ {each})),
            className=f"segment{' is-chosen' if each in address.severities else ''}",
        )
        for each in reversed(Severity)
    ]
    orders = [
        dcc.Link(
            words.say(text),
            href=_link(path, shared, replace(address, order=each)),
            className=f"menu-item{' is-chosen' if each is address.order else ''}",
        )
        for each, text in ORDERS.items()
    ]
    summary = [
        html.Span(words.say(N_("ordered by")), className="control-name"),
        html.Span(words.say(ORDERS[address.order])),
        icon("chevron-down"),
    ]
    menu = [html.Summary(summary, className="button button-quiet"), html.Div(orders, className="menu")]
    return [
        html.Div(severities, className="segmented severity-choice"),
        html.Details(menu, className="menu-of"),
    ]


def severity_mark(severity: Severity) -> Component:
    """Draw a severity's four bars, of which one to four are filled."""
    step = list(Severity).index(severity) + 1
    bars = [html.Span(className="is-on" if each < step else "") for each in range(4)]
    return html.Span(bars, className=f"severity severity-{step}", **aria(hidden="true"))


def _nothing(found: AlertListing, count: int, path: str, words: Words) -> list[Component]:
    if count:
        return []
    view = found.seen.view
    if view is None:
        return [html.P(words.say(N_("No bank is yours yet.")), className="empty-title")]
    everything = sum(group.count for group in found.groups)
    more: list[Component] = []
    if everything:
        text = words.say(N_("{count} alerts of this filter stand otherwise."), count=everything)
        every = AlertAddress(standing=Standing.ALL)
        query = canonical(found.seen.filters, view)
        more = [
            html.P(text, className="empty-text"),
            dcc.Link(
                words.say(N_("Show all alerts")),
                href=_link(path, query, every),
                className="button button-secondary",
            ),
        ]
    elif found.news.open:
        text = words.say(
            N_("{count} open alerts lie outside this range and filter."),
            count=f.count(found.news.open, words.locale),
        )
        more = [
            html.P(text, className="empty-text"),
            _all_open(path, words, "button button-secondary"),
        ]
    return [html.P(words.say(N_("No alert here.")), className="empty-title"), *more]


def _keeping(part: Any, path: str, own: str) -> Any:
    """Let every link to this page inside a part keep what the list alone understands."""
    if not own:
        return part
    if isinstance(part, Sequence) and not isinstance(part, str):
        return [_keeping(each, path, own) for each in part]
    if isinstance(part, Component):
        href = getattr(part, "href", None)
        if isinstance(href, str) and href.partition("?")[0] == path:
            joint = "&" if "?" in href else "?"
            part.href = f"{href}{joint}{own}"  # type: ignore[attr-defined]  # a link has one
        if getattr(part, "children", None) is not None:
            part.children = _keeping(part.children, path, own)
    return part
