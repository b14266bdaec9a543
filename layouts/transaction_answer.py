"""One transaction: what it is, why it stands out, what was said of it, and what happened around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.alerts.lines import alert_href
from dashboard.alerts.names import SEVERITY_NAMES, STATUS_NAMES
from dashboard.charts.figure import Words
from dashboard.language import translator
from dashboard.names import value_name
from dashboard.transactions.detail import Detail, StoredAlert
from dashboard.transactions.lines import LABELS, moment
from database.segments import MISSING
from layouts.icons import icon
from layouts.shell import notice
from layouts.transaction_fields import GROUPS, field_text
from models.alerts import AlertStatus, Severity
from models.messages import N_

MARKS = {"fraud": "▲", "genuine": "●", MISSING: "○"}
SHARED = {
    "customer_id": N_("Same customer"),
    "card_fingerprint": N_("Same card"),
    "device_id": N_("Same device"),
    "ip_address": N_("Same IP address"),
}
PARTIES = {"customer_id": "customer", "merchant_id": "merchant"}
"""The page of whom a field names."""

SOURCES = {
    "import": N_("import"),
    "chargeback": N_("chargeback"),
    "analyst": N_("analyst"),
    "rule": N_("rule"),
}


def drawn(found: Detail | None, locale: str) -> list[Component]:
    """Draw the page of a transaction, or say that there is none."""
    words = Words(locale, translator(locale))
    if found is None:
        text = words.say(N_("There is no such transaction among yours."))
        return [notice(words.say(N_("Transaction")), text)]
    return [
        _head(found, words),
        html.Div(
            [
                html.Div([_why(found, words), _history(found, words)], className="detail-column"),
                html.Div([_around(found, words)], className="detail-column detail-wide"),
            ],
            className="detail-grid",
        ),
        _fields(found, words),
    ]


def label_mark(value: str, words: Words) -> Component:
    """Draw a label: its mark and its word."""
    return html.Span(
        [html.Span(MARKS[value], className=f"mark-{value or 'unknown'}"), f" {_name('label', value, words)}"]
    )


def _name(dimension: str, value: str | None, words: Words) -> str:
    return value_name(dimension, value or MISSING, words.locale, words.say)


def _when(value: datetime, found: Detail, words: Words) -> str:
    return " ".join(moment(value, found.bank.time_zone, words.locale))


def _head(found: Detail, words: Words) -> Component:
    payment = found.payment
    back = dcc.Link(
        [icon("arrow-left"), html.Span(words.say(N_("Transactions")))],
        href=f"transactions?{urlencode({'bank': found.bank.code})}",
        className="quiet-link back-link",
    )
    facts = [
        html.Strong(f.money_exact(payment.amount, payment.currency, words.locale), className="num"),
        html.Span(_when(payment.timestamp, found, words), className="num"),
        html.Span(_name("transaction_type", payment.transaction_type, words)),
        label_mark(LABELS[payment.is_fraud], words),
    ]
    return html.Div(
        [
            html.H1(payment.transaction_id, className="page-title num"),
            html.Div(facts, className="page-beside detail-facts"),
            html.Div([html.Span(found.bank.name), back], className="page-actions"),
        ],
        className="page-head",
    )


def _section(title: str, *content: Any) -> Component:
    return html.Section([html.H2(title, className="panel-title"), *content], className="detail-section")


def _why(found: Detail, words: Words) -> Component:
    payment = found.payment
    told: list[Component] = []
    if payment.fraud_score is not None:
        score = f.number(payment.fraud_score, 3, words.locale)
        by = " ".join(filter(None, (payment.model_name, payment.model_version)))
        told.append(_fact(words.say(N_("Score at decision")), f"{score} · {by}" if by else score))
    if payment.decision:
        told.append(_fact(words.say(N_("Decision")), _name("decision", payment.decision, words)))
    if payment.is_anomaly:
        kind = _name("anomaly_type", payment.anomaly_type, words)
        told.append(_fact(words.say(N_("Anomaly")), kind))
    if found.alert is not None:
        told.append(_fact(words.say(N_("Alert")), _alert(found.alert, words)))
    told += [
        _fact(f"{each.model_name} {each.model_version}", _contributions(each.feature_importance, words))
        for each in found.opinions
        if each.feature_importance
    ]
    nothing = html.P(words.say(N_("Nothing flagged this transaction.")), className="choice-hint")
    return _section(words.say(N_("Why it stands out")), html.Dl(told, className="facts") if told else nothing)


def _alert(alert: StoredAlert, words: Words) -> Component:
    status = words.say(STATUS_NAMES[AlertStatus(alert.status)])
    severity = words.say(SEVERITY_NAMES[Severity(alert.severity)])
    link = dcc.Link(f"A{alert.alert_id}", href=alert_href(alert.alert_id), className="row-link num")
    return html.Span([link, f", {status}, {severity}"])


def _contributions(importance: dict[str, Any], words: Words) -> str:
    parts = [(name, value) for name, value in importance.items() if isinstance(value, int | float)]
    parts.sort(key=lambda part: -abs(part[1]))
    return "; ".join(
        f"{name.replace('_', ' ')} {f.number(value, 3, words.locale)}" for name, value in parts[:6]
    )


def _fact(name: str, value: str | Component) -> Component:
    return html.Div([html.Dt(name), html.Dd(value)])


def _history(found: Detail, words: Words) -> Component:
    if not found.statements:
        nobody = html.P(words.say(N_("Nobody has said yet whether this is fraud.")), className="choice-hint")
        return _section(words.say(N_("Labels")), nobody)
    rows = [
        [
            _when(each.recorded_at, found, words) if each.recorded_at else f.NOTHING,
            words.say(SOURCES[each.source]),
            words.say(N_("withdrawn")) if each.is_fraud is None else label_mark(LABELS[each.is_fraud], words),
            each.reason or (_name("fraud_type", each.fraud_type, words) if each.fraud_type else ""),
            f.day(each.known_at.date(), words.locale, year=True) if each.known_at else f.NOTHING,
        ]
        for each in reversed(found.statements)
    ]
    heads = (N_("Recorded"), N_("Source"), N_("Label"), N_("Reason"), N_("Known since"))
    return _section(words.say(N_("Labels")), _table([words.say(head) for head in heads], rows))


def _around(found: Detail, words: Words) -> Component:
    parts: list[Component] = []
    for shared, neighbours in found.around.items():
        others = [row for row in neighbours if row.transaction_id != found.payment.transaction_id]
        if not others:
            continue
        parts.append(html.H3(words.say(SHARED[shared]), className="detail-subtitle"))
        rows: list[list[Component | str]] = [
            [
                _link(found, row.transaction_id),
                _when(row.timestamp, found, words),
                row.merchant_id or f.NOTHING,
                html.Span(f.money_exact(row.amount, row.currency, words.locale), className="num"),
                label_mark(LABELS[row.is_fraud], words),
            ]
            for row in neighbours
        ]
        own = [row.transaction_id == found.payment.transaction_id for row in neighbours]
        heads = (N_("Transaction"), N_("Time"), N_("Merchant"), N_("Amount"), N_("Label"))
        parts.append(_table([words.say(head) for head in heads], rows, own))
    if not parts:
        parts.append(html.P(words.say(N_("Nothing else is known around it.")), className="choice-hint"))
    return _section(words.say(N_("Around it in time")), *parts)


def _link(found: Detail, transaction_id: str) -> Component:
    query = urlencode({"bank": found.bank.code, "id": transaction_id})
    return dcc.Link(transaction_id, href=f"transaction?{query}", className="row-link num")


def _table(
    heads: Sequence[str], rows: Iterable[Sequence[Component | str]], own: Sequence[bool] = ()
) -> Component:
    marked = [*own, *[False] * 1_000]
    body = [
        html.Tr([html.Td(cell) for cell in row], className="is-own" if marked[place] else "")
        for place, row in enumerate(rows)
    ]
    table = html.Table(
        [html.Thead(html.Tr([html.Th(head, scope="col") for head in heads])), html.Tbody(body)],
        className="small-table",
    )
    return html.Div(table, className="table-scroll", tabIndex="0")


def _fields(found: Detail, words: Words) -> Component:
    groups = [
        html.Div(
            [
                html.H3(words.say(title), className="detail-subtitle"),
                html.Dl(
                    [
                        html.Div([html.Dt(html.Code(name)), html.Dd(_value(found, name, words))])
                        for name in names
                        if found.sees_people or name != "ip_address"
                    ],
                    className="facts raw-fields",
                ),
            ]
        )
        for title, names in GROUPS.items()
    ]
    return html.Section(
        [
            html.H2(words.say(N_("Everything stored")), className="panel-title"),
            html.Div(groups, className="field-groups"),
        ],
        className="detail-section detail-all",
    )


def _value(found: Detail, name: str, words: Words) -> str | Component:
    value = getattr(found.payment, name)
    text = field_text(value, found.bank.time_zone, words.locale)
    if name not in PARTIES or value is None:
        return text
    beside = {"customer_id": found.customer, "merchant_id": found.merchant}[name]
    told = f"{text} · {beside}" if beside else text
    if name == "customer_id" and not found.sees_people:
        return told
    query = urlencode({"bank": found.bank.code, "id": value})
    return dcc.Link(told, href=f"{PARTIES[name]}?{query}", className="row-link")
