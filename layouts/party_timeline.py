"""The merged timeline of a customer or merchant: payments, alerts and labels by day, newest first."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.alerts.lines import alert_href
from dashboard.alerts.names import SEVERITY_NAMES, STATUS_NAMES, reason_name
from dashboard.charts.figure import Words
from dashboard.names import value_name
from dashboard.parties.story import Happening, Kind, Story
from layouts.attributes import aria
from layouts.icons import icon
from layouts.party_parts import LABELS, label_mark, nothing, page_link, section
from layouts.party_profile import identity_of
from models.alerts import AlertStatus, Severity
from models.messages import N_

SHOWN: Final = {
    "payments": frozenset({Kind.PAYMENT}),
    "alerts": frozenset({Kind.ALERT, Kind.STEP}),
    "labels": frozenset({Kind.LABEL}),
}
_NAMES: Final = {
    "all": N_("everything"),
    "payments": N_("payments"),
    "alerts": N_("alerts"),
    "labels": N_("labels"),
}
_ICONS: Final = {
    Kind.PAYMENT: "credit-card",
    Kind.LABEL: "check-lg",
    Kind.ALERT: "bell",
    Kind.STEP: "arrow-right",
}
_STEPS: Final = {
    "note": N_("Note"),
    "assign": N_("Assigned"),
    "undo": N_("Taken back"),
}


def timeline(found: Story, only: str | None, words: Words) -> Component:
    """Draw what happened, or only one kind of it."""
    wanted = SHOWN.get(only or "", frozenset(Kind))
    events = [each for each in found.timeline if each.kind in wanted]
    place = ZoneInfo(found.bank.time_zone)
    days: list[Component] = []
    for day, some in groupby(events, key=lambda each: each.at.astimezone(place).date()):
        days.append(html.H3(f.day(day, words.locale, year=True, weekday=True), className="timeline-day"))
        rows = [_drawn(each, found, place, words) for each in some]
        days.append(html.Ul(rows, className="timeline"))
    if not days:
        days = [nothing(words.say(N_("Nothing of this kind among the newest.")))]
    newest = words.say(N_("the newest {count}"), count=f.count(len(events), words.locale))
    return section(words.say(N_("Timeline")), _switch(found, only, words), *days, beside=newest)


def _switch(found: Story, only: str | None, words: Words) -> Component:
    here = only if only in SHOWN else "all"
    query = {"bank": found.bank.code, "id": identity_of(found)}
    return html.Div(
        [
            dcc.Link(
                html.Span(words.say(name), **(aria(current="true") if slug == here else {})),
                href=f"{found.party}?{urlencode(query if slug == 'all' else {**query, 'show': slug})}",
                className=f"segment{' is-chosen' if slug == here else ''}",
            )
            for slug, name in _NAMES.items()
        ],
        className="segmented timeline-switch",
    )


def _drawn(each: Happening, found: Story, place: ZoneInfo, words: Words) -> Component:
    if not each.together:
        return html.Li(_cells(each, found, place, words), className=f"happening is-{each.kind}")
    rows = [
        html.Li(_cells(one, found, place, words), className=f"happening is-{one.kind}")
        for one in each.together
    ]
    said = [
        html.Span(_time(each, place), className="num quiet"),
        icon(_ICONS[each.kind]),
        html.Span(together(each, words), className="timeline-what"),
        html.Span(parts_of(each, words), className="timeline-beside quiet"),
        html.Span(icon("chevron-down"), className="timeline-opens"),
    ]
    summary = html.Summary(said, className=f"happening is-{each.kind}")
    return html.Li(
        html.Details([summary, html.Ul(rows, className="timeline")], className="timeline-together")
    )


def _cells(each: Happening, found: Story, place: ZoneInfo, words: Words) -> list[Component]:
    return [
        html.Span(_time(each, place), className="num quiet"),
        icon(_ICONS[each.kind]),
        html.Span(_what(each, found, words), className="timeline-what"),
        html.Span(_beside(each, words), className="timeline-beside quiet"),
        html.Span(label_mark(each.is_fraud, words) if each.kind in {Kind.PAYMENT, Kind.LABEL} else ""),
    ]


def _time(each: Happening, place: ZoneInfo) -> str:
    return each.at.astimezone(place).strftime("%H:%M")


def together(each: Happening, words: Words) -> str:
    """Say how many labels one import gave, or how many alerts one run raised."""
    count = f.count(len(each.together), words.locale)
    if each.kind is Kind.ALERT:
        return words.say(N_("{count} alerts raised at once"), count=count)
    source = words.say(_SOURCES.get(each.detail or "", "")) or (each.detail or "")
    return words.say(N_("{count} labels at once: {source}"), count=count, source=source)


def parts_of(each: Happening, words: Words) -> str:
    """Say how many of what are together, the gravest first."""
    if each.kind is Kind.ALERT:
        severities = Counter(Severity(one.detail or Severity.LOW) for one in each.together)
        named = [(severities[one], words.say(SEVERITY_NAMES[one])) for one in reversed(Severity)]
    else:
        said = Counter(one.is_fraud for one in each.together)
        named = [
            (said[is_fraud], value_name("label", "" if is_fraud is None else slug, words.locale, words.say))
            for is_fraud, (slug, _) in LABELS.items()
        ]
    return ", ".join(f"{name} {f.count(number, words.locale)}" for number, name in named if number)


def _what(each: Happening, found: Story, words: Words) -> list[Component | str]:
    if each.kind in {Kind.PAYMENT, Kind.LABEL}:
        money = (
            f.money_exact(each.amount, each.currency, words.locale)
            if each.amount is not None and each.currency
            else ""
        )
        link = page_link("transaction", money, bank=found.bank.code, id=each.transaction_id or "")
        if each.kind is Kind.LABEL:
            return [words.say(N_("Label on")), " ", link]
        return [link, f" {each.other}" if each.other else ""]
    link = dcc.Link(f"A{each.alert_id}", href=alert_href(each.alert_id or 0), className="row-link num")
    if each.kind is Kind.ALERT:
        severity = words.say(SEVERITY_NAMES[Severity(each.detail or Severity.LOW)])
        return [words.say(N_("Alert")), " ", link, f", {severity}"]
    return [link, f" {_step(each.detail or '', words)}"]


def _step(slug: str, words: Words) -> str:
    if slug in set(AlertStatus):
        return words.say(STATUS_NAMES[AlertStatus(slug)])
    return words.say(_STEPS[slug]) if slug in _STEPS else slug


def _beside(each: Happening, words: Words) -> str:
    if each.kind is Kind.PAYMENT:
        channel = value_name("channel", each.detail or "", words.locale, words.say)
        return f"{channel}, {value_name('payment_method', each.extra or '', words.locale, words.say)}"
    named = reason_name(each.extra) if each.extra else None
    text = words.say(named) if named else (each.extra or "").replace("_", " ")
    if each.kind is Kind.ALERT:
        text = ""
    if each.kind is Kind.LABEL:
        back = words.say(N_("withdrawn")) if each.is_fraud is None else ""
        text = ", ".join(filter(None, (words.say(_SOURCES.get(each.detail or "", "")), back, text)))
    return ", ".join(filter(None, (text, each.person)))


_SOURCES: Final = {
    "import": N_("import"),
    "chargeback": N_("chargeback"),
    "analyst": N_("analyst"),
    "rule": N_("rule"),
}
