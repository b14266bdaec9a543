"""What the Health page answers with: the facts with their advice, the largest tables, the slow statements."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.administration.health import Finding, HealthView, State, TableFacts
from dashboard.administration.slow import SlowQuery
from dashboard.charts.figure import Words
from dashboard.language import translate, translator
from layouts.admin_parts import ago, cell, table
from layouts.icons import icon
from layouts.logs_answer import STORES
from models.messages import N_

STATES = {
    State.WELL: (N_("well"), "check-lg"),
    State.CARE: (N_("look at it"), "exclamation-triangle"),
    State.BAD: (N_("act now"), "exclamation-octagon-fill"),
}
# What a stranger may have asked for is never made a link.
_OWN_PAGE = re.compile(r"/[a-z-]{0,40}")
_UNITS = (N_("B"), N_("kB"), N_("MB"), N_("GB"), N_("TB"))
_STEP = 1_024
VITALS = "health-vitals"


def drawn(view: HealthView, words: Words, path: str) -> list[Component]:
    """Draw the page: what needs a hand first."""
    order = list(State)[::-1]
    findings = sorted(view.findings, key=lambda finding: order.index(finding.state))
    say = words.say
    return [
        _section(
            N_("Vital signs"),
            N_("Of the database, the worker and the log; looked at every 15 seconds."),
            _vitals(findings, words),
            words,
        ),
        _section(
            N_("Slow statements"),
            N_("Slower than SLOW_QUERY_MS in the last 7 days, the most time in all first."),
            _slow(view, words, path),
            words,
        ),
        _section(
            N_("Largest tables"),
            N_("With their indexes; rows are PostgreSQL’s estimates."),
            _tables(view, words),
            words,
        ),
        html.Div(say(N_("As of {time} UTC"), time=f"{view.now:%H:%M:%S}"), className="status-line"),
    ]


def size(value: float, locale: str) -> str:
    """Write a number of bytes: 412 kB, 1.3 GB."""
    step = 0
    while value >= _STEP and step < len(_UNITS) - 1:
        value, step = value / _STEP, step + 1
    written = f.number(value, 0 if value >= 100 or not step else 1, locale)  # noqa: PLR2004 - three digits
    return f"{written}\N{NO-BREAK SPACE}{translator(locale)(_UNITS[step])}"


def _section(title: str, definition: str, content: Component, words: Words) -> Component:
    head = [
        html.H2(words.say(title), className="panel-title"),
        html.P(words.say(definition), className="panel-definition"),
    ]
    return html.Section([html.Div(head, className="health-head"), content], className="health-section")


def _vitals(findings: list[Finding], words: Words) -> Component:
    heads = (N_("What"), N_("Now"), N_("How it is"), N_("What to do"))
    return table(N_("Vital signs"), heads, [_vital(finding, words) for finding in findings], words, id=VITALS)


def _vital(finding: Finding, words: Words) -> Component:
    name, sign = STATES[finding.state]
    state = html.Span([icon(sign), words.say(name)], className=f"admin-state state-{finding.state}")
    value = words.say(finding.value.msgid, **_written(finding.value.params, words))
    advice = translate(finding.advice, words.locale) if finding.advice else ""
    return html.Tr(
        [
            cell(N_("What"), words.say(finding.name), words),
            cell(N_("Now"), html.Span(value, className="num"), words),
            cell(N_("How it is"), state, words),
            cell(N_("What to do"), advice, words, "health-advice"),
        ]
    )


def _written(params: Mapping[str, Any], words: Words) -> dict[str, Any]:
    """Write the numbers of a fact as the reader's language does."""
    return {name: _value(name, value, words) for name, value in params.items()}


def _value(name: str, value: Any, words: Words) -> Any:
    if name == "size":
        return size(value, words.locale)
    if name == "share":
        return f.percent(value, words.locale, 1)
    if name == "seconds":
        return f.age(timedelta(seconds=value), words.locale)
    if name == "store":
        return words.say(STORES.get(value, value))
    if isinstance(value, datetime):
        return f.day(value.date(), words.locale, year=True)
    return (
        f.count(value, words.locale) if isinstance(value, int) else value if value is not None else f.NOTHING
    )


def _slow(view: HealthView, words: Words, path: str) -> Component:
    if not view.slow:
        return html.P(
            words.say(N_("None. Nothing was slower than SLOW_QUERY_MS.")), className="admin-nothing"
        )
    heads = (N_("Statement"), N_("Page and filter"), N_("Times"), N_("Longest"), N_("Last"))
    return table(
        N_("Slow statements"), heads, [_statement(one, view, words, path) for one in view.slow], words
    )


def _statement(one: SlowQuery, view: HealthView, words: Words, path: str) -> Component:
    base = path.rsplit("/", 1)[0]
    plan = html.Pre(
        one.plan or words.say(N_("No plan was taken: the statement failed, or wrote in bulk.")),
        tabIndex="0",
        className="admin-pre",
    )
    parts = [
        html.Summary(html.Code(one.statement)),
        html.Pre(one.statement, tabIndex="0", className="admin-pre"),
        html.H3(words.say(N_("Plan"))),
        plan,
    ]
    where: list[Any] = [html.Span(one.page or f.NOTHING, className="admin-first")]
    if one.page and _OWN_PAGE.fullmatch(one.page):
        query = f"?{one.filter}" if one.filter else ""
        where = [dcc.Link(one.page, href=f"{base}{one.page}{query}", className="admin-first")]
    return html.Tr(
        [
            cell(N_("Statement"), html.Details(parts, className="health-statement"), words),
            cell(
                N_("Page and filter"),
                [*where, html.Span(one.filter or words.say(N_("no filter")), className="admin-second")],
                words,
            ),
            cell(N_("Times"), f.count(one.times, words.locale), words, "num"),
            cell(N_("Longest"), f.duration_ms(one.longest_ms, words.locale), words, "num"),
            cell(N_("Last"), ago(one.last_at, view.now, words), words),
        ]
    )


def _tables(view: HealthView, words: Words) -> Component:
    heads = (N_("Table"), N_("Size"), N_("Rows"), N_("Dead rows"), N_("Vacuumed"), N_("Analysed"))
    return table(N_("Largest tables"), heads, [_table(one, view, words) for one in view.tables], words)


def _table(one: TableFacts, view: HealthView, words: Words) -> Component:
    return html.Tr(
        [
            cell(N_("Table"), html.Code(one.name), words),
            cell(N_("Size"), size(one.bytes, words.locale), words, "num"),
            cell(N_("Rows"), f.count(one.rows, words.locale), words, "num"),
            cell(N_("Dead rows"), f.count(one.dead, words.locale), words, "num"),
            cell(N_("Vacuumed"), ago(one.vacuumed_at, view.now, words), words),
            cell(N_("Analysed"), ago(one.analyzed_at, view.now, words), words),
        ]
    )
