"""A customer or merchant: who it is, its figures, behaviour, timeline, places, and who is near."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.alerts.lines import alert_href
from dashboard.charts.figure import Words
from dashboard.charts.places import Spot, place_map
from dashboard.language import translator
from dashboard.names import country_name, value_name
from dashboard.parties.story import RECENT, Facts, Story
from dashboard.statistics.intervals import wilson
from layouts.icons import icon
from layouts.party_behaviour import behaviour
from layouts.party_parts import (
    NO_FIGURE,
    figure_fact,
    missing,
    nothing,
    page_link,
    section,
    shared_rows,
    strip_figure,
    table,
)
from layouts.party_profile import identity_of, name_of, profile
from layouts.party_timeline import timeline
from models.messages import N_

Answer = tuple[Any, ...]
_MISSING: Final = N_("There is nobody with this id among yours.")


def answered(found: Story | None, locale: str, only: str | None) -> Answer:
    """Draw the parts of the page in the order of its outputs."""
    words = Words(locale, translator(locale))
    if found is None:
        return [missing(words.say(_MISSING))], NO_FIGURE, [], [], [], NO_FIGURE
    above: list[Component] = [_head(found, words)]
    if found.reach is None or found.recent is None:
        never = html.Div(nothing(words.say(N_("No payment yet."))), className="detail-section")
        return [*above, never], NO_FIGURE, [profile(found, words)], [], [], NO_FIGURE
    above += [_figures(found, words), _strip_head(found, words)]
    base, zone = found.bank.base_currency, found.bank.time_zone
    strip = strip_figure(found.dots, found.reach.last, RECENT, base, zone, words, events=found.events)
    left = [timeline(found, only, words)]
    right = [
        behaviour(found, words),
        *_shared(found, words),
        _counterparties(found, words),
        profile(found, words),
    ]
    spots = [
        Spot(each.latitude, each.longitude, each.city or "", each.payments, each.frauds)
        for each in found.places
    ]
    return above, strip, left, right, _map_head(found, words), place_map(spots, words) if spots else NO_FIGURE


def _head(found: Story, words: Words) -> Component:
    identity = identity_of(found)
    query = urlencode({"range": "all", "bank": found.bank.code, found.party: identity})
    rows = dcc.Link(
        [icon("table"), html.Span(words.say(N_("Transactions")))],
        href=f"transactions?{query}",
        className="button button-secondary",
    )
    alerts: list[Component] = [
        dcc.Link(f"A{each}", href=alert_href(each), className="row-link num")
        for each in found.open_alerts[:3]
    ]
    if alerts:
        count = len(found.open_alerts)
        alerts.insert(
            0, html.Span(words.say(N_("open alerts: {count}"), count=count), className="badge badge-open")
        )
    return html.Div(
        [
            html.H1(name_of(found), className="page-title"),
            html.Div(
                [html.Span(identity, className="quiet num"), *alerts, html.Span(_where(found, words))],
                className="page-beside detail-facts",
            ),
            html.Div([html.Span(found.bank.name), rows], className="page-actions"),
        ],
        className="page-head",
    )


def _where(found: Story, words: Words) -> str:
    subject = found.subject
    country = country_name(subject.country, words.locale) if subject.country else None
    return ", ".join(filter(None, (subject.city, country)))


def _figures(found: Story, words: Words) -> Component:
    recent, ever, subject = found.recent, found.ever, found.subject
    assert recent is not None  # noqa: S101 - the caller has looked
    assert ever is not None  # noqa: S101 - same
    locale = words.locale
    days = words.say(N_("{days} days"), days=RECENT.days)
    risk = f.NOTHING if subject.risk_score is None else f.number(subject.risk_score, 2, locale)
    category = value_name("risk", subject.risk_category or "", locale, words.say)
    others = N_("Merchants") if found.party == "customer" else N_("Customers")
    unconverted = words.say(N_("{count} without a rate"), count=f.count(recent.unconverted, locale))
    tiles = [
        figure_fact(words.say(N_("Risk now")), risk, category),
        figure_fact(
            f"{words.say(N_('Payments'))}, {days}",
            f.count(recent.payments, locale),
            words.say(N_("{count} in all"), count=f.count(ever.payments, locale)),
        ),
        figure_fact(
            f"{words.say(N_('Volume'))}, {days}",
            f.money(recent.volume, found.bank.base_currency, locale),
            unconverted if recent.unconverted else "",
        ),
        _frauds(ever, words),
        figure_fact(
            f"{words.say(others)}, {days}",
            f.count(recent.others, locale),
            words.say(N_("{count} in all"), count=f.count(ever.others, locale)),
        ),
        figure_fact(
            f"{words.say(N_('Devices'))}, {days}",
            f.count(recent.devices, locale),
            words.say(N_("{count} in all"), count=f.count(ever.devices, locale)),
        ),
    ]
    return html.Div(tiles, className="party-facts")


def _frauds(ever: Facts, words: Words) -> Component:
    frauds = wilson(ever.frauds, ever.labelled)
    told = words.say(
        N_("{frauds} of {labelled}"),
        frauds=f.count(ever.frauds, words.locale),
        labelled=f.count(ever.labelled, words.locale),
    )
    interval = (
        f.percent_range(frauds.low, frauds.high, words.locale) if frauds else words.say(N_("no labels"))
    )
    return figure_fact(words.say(N_("Fraud, all time")), told, interval)


def _strip_head(found: Story, words: Words) -> Component:
    return html.Div(
        [
            html.H2(words.say(N_("Payments of the last 90 days, by amount")), className="panel-title"),
            html.Span(
                words.say(N_("logarithmic; shaded: 5th to 95th percentile")), className="section-beside"
            ),
            html.Span(
                words.say(N_("{count} payments"), count=f.count(len(found.dots), words.locale)),
                className="section-beside num",
            ),
        ],
        className="section-head strip-head",
    )


def _shared(found: Story, words: Words) -> list[Component]:
    if found.party != "customer":
        return []
    title, span = words.say(N_("Shared with other customers")), words.say(N_("90 days"))
    if not found.shared:
        text = words.say(N_("No card, device or address is used by anybody else."))
        return [section(title, nothing(text), beside=span)]
    return [section(title, shared_rows(found.shared, words), beside=span)]


def _counterparties(found: Story, words: Words) -> Component:
    title = words.say(N_("Pays most often") if found.party == "customer" else N_("Paid most often by"))
    other = "merchant" if found.party == "customer" else "customer"
    may_open = other == "merchant" or found.sees_people
    has_kind = other == "merchant"
    rows: list[Sequence[Component | str]] = [
        [
            page_link(other, each.name or each.identity, bank=found.bank.code, id=each.identity)
            if may_open
            else each.identity,
            *([value_name("category", each.category or "", words.locale, words.say)] if has_kind else []),
            html.Span(f.count(each.payments, words.locale), className="num"),
            html.Span(f.money(each.volume, found.bank.base_currency, words.locale), className="num"),
            html.Span(
                words.say(
                    N_("{frauds} of {labelled}"),
                    frauds=f.count(each.frauds, words.locale),
                    labelled=f.count(each.labelled, words.locale),
                ),
                className="num",
            ),
        ]
        for each in found.counterparties
    ]
    kinds = (N_("Category"),) if has_kind else ()
    names = (N_("Name"), *kinds, N_("Payments"), N_("Volume"), N_("Fraud"))
    drawn = table(title, [words.say(name) for name in names], rows)
    return section(title, drawn, beside=words.say(N_("90 days")))


def _map_head(found: Story, words: Words) -> list[Component]:
    title = html.H2(words.say(N_("Where the payments were made")), className="panel-title")
    if not found.places:
        return [
            title,
            html.Span(words.say(N_("No payment of 90 days has a place.")), className="section-beside"),
        ]
    count = words.say(N_("places: {count}, 90 days"), count=f.count(len(found.places), words.locale))
    return [title, html.Span(count, className="section-beside num")]
