"""One alert: what it is and what may be done, why it was raised, what is alike, what happened."""

from __future__ import annotations

from typing import Any, Final

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.alerts.detail import STRIP, AlertDetail, StoredTransaction
from dashboard.alerts.lines import alert_href, loss, reason_text
from dashboard.alerts.names import CONTRIBUTIONS, MOVES, SEVERITY_NAMES, STATUS_NAMES
from dashboard.charts.figure import Words
from dashboard.language import translator
from dashboard.names import value_name
from dashboard.statistics.intervals import wilson
from layouts.alert_history import history
from layouts.alerts_answer import severity_mark
from layouts.attributes import data
from layouts.icons import icon
from layouts.party_parts import (
    NO_FIGURE,
    label_mark,
    missing,
    nothing,
    page_link,
    section,
    shared_rows,
    strip_figure,
    table,
)
from models.access import Permission, Person
from models.alerts import TRANSITIONS, AlertStatus
from models.messages import N_

_BUTTONS: Final = (
    (AlertStatus.CONFIRMED_FRAUD, "F", "button-primary"),
    (AlertStatus.FALSE_POSITIVE, "G", "button-secondary"),
    (AlertStatus.ESCALATED, "E", "button-secondary"),
    (AlertStatus.SNOOZED, "S", "button-quiet"),
    (AlertStatus.IN_REVIEW, "", "button-quiet"),
)
NOBODY: Final = "nobody"
"""What a button names that takes an alert from its person; `assets/51_alert_changes.js` knows it too."""

_MOST_CONTRIBUTIONS: Final = 6
_MOST_ALIKE: Final = 6


Answer = tuple[list[Component], Any, list[Component]]
"""What stands above the strip, the strip, what stands below."""


def answered(found: AlertDetail | None, person: Person, locale: str) -> Answer:
    """Draw the page of an alert, or say that there is none."""
    words = Words(locale, translator(locale))
    if found is None:
        return [missing(words.say(N_("There is no such alert among yours.")))], NO_FIGURE, []
    above = [_head(found, person, words), _why(found, words), _strip_head(found, words)]
    return above, _strip(found, words), [_columns(found, person, words)]


def _head(found: AlertDetail, person: Person, words: Words) -> Component:
    alert, zone = found.alert, found.bank.time_zone
    facts = [
        severity_mark(alert.severity),
        html.Span(words.say(SEVERITY_NAMES[alert.severity])),
        html.H1(f"A{alert.alert_id}", className="page-title num"),
        html.Span(words.say(STATUS_NAMES[alert.status]), className=f"badge state-{alert.status}"),
        html.Span(f.moment(alert.created_at, zone, words.locale), className="quiet num"),
        html.Span(alert.assigned or words.say(N_("nobody’s")), className="quiet"),
        html.Span(_sleeps(found, words), className="quiet"),
    ]
    money = [
        html.Span(words.say(N_("at risk")), className="quiet"),
        html.Strong(f.money(alert.amount, alert.currency, words.locale), className="num"),
        html.Span(words.say(N_("expected loss")), className="quiet"),
        html.Strong(loss(alert.expected_loss_e4, found.bank.base_currency, words.locale), className="num"),
    ]
    back = dcc.Link(
        [icon("arrow-left"), html.Span(words.say(N_("Alerts")))],
        href="alerts",
        className="quiet-link back-link",
    )
    return html.Header(
        [
            html.Div([*facts, html.Div(back, className="page-actions")], className="alert-line"),
            html.Div(
                [_customer(found, person, words), html.Div(money, className="alert-money")],
                className="alert-line",
            ),
            html.Div(_actions(found, person, words), className="alert-line alert-actions"),
        ],
        className="alert-top",
        **data(alert=alert.alert_id, version=alert.version, me=person.user_id),
    )


def _sleeps(found: AlertDetail, words: Words) -> str:
    until = found.alert.snoozed_until
    if until is None:
        return ""
    when = f.moment(until, found.bank.time_zone, words.locale)
    return words.say(N_("until {when}"), when=when)


def _customer(found: AlertDetail, person: Person, words: Words) -> Component:
    alert = found.alert
    if alert.customer_id is None:
        return html.Span(words.say(N_("no customer is known")), className="alert-who quiet")
    name = alert.customer if person.may(Permission.VIEW_CUSTOMERS) else None
    link = page_link("customer", name or alert.customer_id, bank=found.bank.code, id=alert.customer_id)
    return html.Span(
        [link, html.Span(alert.customer_id if name else "", className="quiet num")], className="alert-who"
    )


def _actions(found: AlertDetail, person: Person, words: Words) -> list[Component]:
    status = AlertStatus(found.alert.status)
    refused = words.say(N_("Not from here: the alert is {status}."), status=words.say(STATUS_NAMES[status]))
    buttons: list[Component] = [
        html.Button(
            [html.Span(words.say(MOVES[to])), *([html.Kbd(key)] if key else [])],
            className=f"button {kind}",
            disabled=to not in TRANSITIONS[status],
            title="" if to in TRANSITIONS[status] else refused,
            **data(decide=to.value),
        )
        for to, key, kind in _BUTTONS
    ]
    return [*buttons, *_whose(found, person, words)]


def _whose(found: AlertDetail, person: Person, words: Words) -> list[Component]:
    """Draw what may be done about whose alert it is; what only a lead may says so."""
    has, may_assign = found.alert.assignee, person.may(Permission.ASSIGN_ALERTS)
    if has == person.user_id:
        back = html.Button(
            words.say(N_("Give back")),
            className="button button-quiet",
            title=words.say(N_("Yours now; then nobody’s.")),
            **data(assign=NOBODY),
        )
        return [back, *_give(found, person, words)]
    is_free = has is None or may_assign
    take = html.Button(
        [html.Span(words.say(N_("Assign to me"))), html.Kbd("A")],
        className="button button-quiet",
        disabled=not is_free,
        title="" if is_free else words.say(N_("Only a lead takes a colleague’s alert.")),
        **data(assign=str(person.user_id), takes=""),
    )
    return [take, *_give(found, person, words)]


def _give(found: AlertDetail, person: Person, words: Words) -> list[Component]:
    if not person.may(Permission.ASSIGN_ALERTS):
        return []
    people = [
        html.Button(name, className="menu-item", role="menuitem", **data(assign=str(user_id)))
        for user_id, name in found.colleagues.items()
        if user_id not in {person.user_id, found.alert.assignee}
    ]
    if found.alert.assignee not in {None, person.user_id}:
        people.append(
            html.Button(
                words.say(N_("nobody")), className="menu-item", role="menuitem", **data(assign=NOBODY)
            )
        )
    summary = html.Summary(
        [html.Span(words.say(N_("Assign to"))), icon("chevron-down")], className="button button-quiet"
    )
    return [html.Details([summary, html.Div(people, className="menu", role="menu")], className="menu-of")]


def _why(found: AlertDetail, words: Words) -> Component:
    alert = found.alert
    sentence = reason_text(alert.reason_code, alert.reason_params, words.locale)
    parts: list[Component] = [html.P(sentence, className="alert-sentence")]
    for opinion in found.opinions[:1]:
        weights = [
            (name, float(value))
            for name, value in opinion.feature_importance.items()
            if isinstance(value, int | float) and value
        ]
        weights.sort(key=lambda each: -abs(each[1]))
        parts += [_contribution(*each, weights[0][1], words) for each in weights[:_MOST_CONTRIBUTIONS]]
    score = f.number(alert.fraud_probability, 3, words.locale)
    by = next((f"{each.model_name} {each.model_version}" for each in found.opinions), "")
    beside = words.say(N_("score {score}"), score=score) + (f" · {by}" if by else "")
    return section(words.say(N_("Why")), *parts, beside=beside)


def _contribution(name: str, value: float, largest: float, words: Words) -> Component:
    width = round(100 * abs(value) / abs(largest))
    side = "weight-up" if value > 0 else "weight-down"
    bar = html.Span(className=f"weight {side}", style={"width": f"{width}%"})
    return html.Div(
        [
            html.Span(words.say(CONTRIBUTIONS[name]) if name in CONTRIBUTIONS else name.replace("_", " ")),
            html.Span(bar, className="weight-place"),
            html.Span(f.number(value, 3, words.locale), className="num"),
        ],
        className="contribution",
        title=words.say(N_("how much this raises the score, or lowers it: longer bars weigh more")),
    )


def _strip_head(found: AlertDetail, words: Words) -> Component:
    told = words.say(N_("payments by amount, logarithmic; shaded: 5th to 95th percentile without this alert"))
    count = words.say(N_("{count} payments"), count=f.count(len(found.strip), words.locale))
    return html.Div(
        [
            html.H2(words.say(N_("The customer’s last 90 days")), className="panel-title"),
            html.Span(told, className="section-beside"),
            html.Span(count, className="section-beside num"),
        ],
        className="section-head strip-head",
    )


def _strip(found: AlertDetail, words: Words) -> Any:
    until = max((each.timestamp for each in found.payments), default=found.alert.timestamp)
    own = [each.transaction_id for each in found.payments]
    base, zone = found.bank.base_currency, found.bank.time_zone
    return strip_figure(found.strip, until, STRIP, base, zone, words, marked=own, events=found.events)


def _columns(found: AlertDetail, person: Person, words: Words) -> Component:
    left = [_payments(found, words), _alike(found, words), _shared(found, words)]
    return html.Div(
        [
            html.Div(left, className="detail-column"),
            html.Div(history(found, person, words), className="detail-column"),
        ],
        className="detail-grid alert-grid",
    )


def _payments(found: AlertDetail, words: Words) -> Component:
    rows: list[list[Component | str]] = []
    for each in found.payments:
        shop = found.merchants.get(each.merchant_id or "", each.merchant_id or f.NOTHING)
        rows.append(
            [
                page_link("transaction", each.transaction_id, bank=found.bank.code, id=each.transaction_id),
                html.Span(f.moment(each.timestamp, found.bank.time_zone, words.locale), className="num"),
                page_link("merchant", shop, bank=found.bank.code, id=each.merchant_id)
                if each.merchant_id
                else shop,
                _kind(each, words),
                html.Span(f.money_exact(each.amount, each.currency, words.locale), className="num"),
                label_mark(each.is_fraud, words),
            ]
        )
    names = (N_("Transaction"), N_("Time"), N_("Merchant"), N_("Type"), N_("Amount"), N_("Label"))
    title = words.say(N_("Payments of this alert"))
    return section(title, table(title, [words.say(name) for name in names], rows))


def _kind(payment: StoredTransaction, words: Words) -> str:
    return ", ".join(
        value_name(name, str(getattr(payment, name)), words.locale, words.say)
        for name in ("transaction_type", "channel")
    )


def _alike(found: AlertDetail, words: Words) -> Component:
    title = words.say(N_("Decided alerts for the same reason"))
    if not found.alike:
        return section(title, nothing(words.say(N_("None was decided yet."))))
    frauds = sum(each.status is AlertStatus.CONFIRMED_FRAUD for each in found.alike)
    share = wilson(frauds, len(found.alike))
    beside = words.say(N_("{frauds} of {count} fraud"), frauds=frauds, count=len(found.alike))
    if share is not None:
        beside += f", {f.percent_range(share.low, share.high, words.locale)}"
    rows: list[list[Component | str]] = [
        [
            label_mark(each.status is AlertStatus.CONFIRMED_FRAUD, words),
            dcc.Link(f"A{each.alert_id}", href=alert_href(each.alert_id), className="row-link num"),
            reason_text(each.reason_code, each.reason_params, words.locale),
            html.Span(f.age(found.now - each.closed_at, words.locale), className="num"),
        ]
        for each in found.alike[:_MOST_ALIKE]
    ]
    heads = [words.say(name) for name in (N_("Outcome"), N_("Alert"), N_("Why"), N_("Decided ago"))]
    return section(title, table(title, heads, rows), beside=beside)


def _shared(found: AlertDetail, words: Words) -> Component:
    title = words.say(N_("Shared with other customers"))
    if not found.shared:
        text = words.say(N_("No card, device or address of the last 30 days is used by anybody else."))
        return section(title, nothing(text))
    return section(title, shared_rows(found.shared, words), beside=words.say(N_("the 30 days before")))
