"""The panels of High risk by fraud rate: who is certain to be high, and how few hold how much."""

from __future__ import annotations

from dash import dcc
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.concentration import concentration_curves
from dashboard.charts.figure import Words
from dashboard.filters import Measure
from dashboard.high_risk.by_rate import ByRate, Parties, Ranked
from dashboard.high_risk.marks import party_rows, rate_marks
from dashboard.overview.rates import Rate
from dashboard.seen import Seen
from dashboard.statistics.intervals import Estimate
from dashboard.view import View
from layouts.high_risk_panels import GROUPS, party_link
from layouts.listing import Column, listing
from layouts.panels import PanelText
from layouts.sheet import Drawn, Parts, fact, footer, no_parts
from models.messages import N_
from models.units import E4


def rate_parts(found: ByRate | None, seen: Seen, words: Words) -> Parts:
    """Return what the tab shows of an answer."""
    if found is None or seen.view is None:
        return no_parts()
    return Parts(
        tiles=rate_tiles(found, words),
        drawn=rate_drawn(found, seen, seen.view, words),
        marks=rate_marks(found, seen.view),
    )


def rate_tiles(found: ByRate, words: Words) -> list[Component]:
    """Draw how many have fraud at all, and how few hold how much of it."""
    return [
        _with_fraud(N_("Merchants with fraud"), found.merchants, words),
        _with_fraud(N_("Customers with fraud"), found.customers, words),
        _held(N_("Top 1 % of merchants"), found.merchants, found.measure, words),
        _held(N_("Top 1 % of customers"), found.customers, found.measure, words),
    ]


def _with_fraud(label: str, parties: Parties, words: Words) -> Component:
    return fact(
        words.say(label),
        f.count(parties.with_fraud, words.locale),
        words.say(N_("of {total}"), total=f.count(parties.total, words.locale)),
    )


def _held(label: str, parties: Parties, measure: Measure, words: Words) -> Component:
    one = parties.concentration
    if one is None:
        return fact(words.say(label), f.NOTHING, words.say(N_("no fraud in this selection")))
    of = N_("of the fraud amount") if measure is Measure.AMOUNT else N_("of the frauds")
    return fact(
        words.say(label),
        f.percent(one.top_percent, words.locale, 0),
        words.say(of),
        words.say(N_("{share} hold half of it"), share=f.percent(one.half, words.locale)),
    )


def rate_drawn(found: ByRate, seen: Seen, view: View, words: Words) -> dict[str, Drawn]:
    """Return every panel of the tab by its name."""
    if not found.every.rows:
        return {}
    frauds = words.say(
        N_("{hits} of {trials}"),
        hits=f.count(found.every.frauds, words.locale),
        trials=f.count(found.every.labelled, words.locale),
    )
    facts = footer(seen, found.query_ms, words, frauds)
    empty = None if found.every.frauds else words.say(N_("No fraud is known in this selection."))
    by_amount = N_("From the largest holder down, by fraud amount.")
    by_count = N_("From the largest holder down, by number of frauds.")
    return {
        "curve": Drawn(
            PanelText(
                words.say(N_("How few hold how much of the fraud")),
                words.say(by_amount if found.measure is Measure.AMOUNT else by_count),
                facts,
                empty=empty,
                closed=words.say(
                    N_("A point is a group of holders: open their rows from the list of the largest.")
                ),
            ),
            None
            if empty
            else concentration_curves(found.customers.concentration, found.merchants.concentration, words),
        ),
        "holders": _holders(found, view, facts, empty, words),
        "merchants": _ranked(found.merchants, "merchant", view, facts, empty, words),
        "customers": _ranked(found.customers, "customer", view, facts, empty, words),
    }


def _holders(found: ByRate, view: View, facts: list[str], empty: str | None, words: Words) -> Drawn:
    """List who stands at the beginning of the curves, each with the rows that it holds."""
    text = PanelText(
        words.say(N_("Who holds most of the fraud")),
        words.say(N_("The beginning of each curve; “together” is the share down to this line.")),
        facts,
        empty=empty,
    )
    columns = (
        Column(words.say(N_("who"))),
        Column(words.say(N_("group"))),
        Column(words.say(N_("frauds")), is_figure=True),
        Column(words.say(N_("fraud amount")), is_figure=True, is_extra=True),
        Column(words.say(N_("together")), is_figure=True),
    )
    groups = (("merchant", found.merchants), ("customer", found.customers))
    rows: list[list[Component | str]] = [
        [
            party_link(each.one.party, kind, view.banks),
            words.say(GROUPS[kind]),
            _frauds(each.one, party_rows(kind, view)(each.one), words),
            _lost(each.one, view, words),
            f.percent(each.together, words.locale, 1),
        ]
        for kind, parties in groups
        for each in parties.holders
    ]
    return Drawn(text, table=listing(text.title, columns, rows) if rows and not empty else None)


def _ranked(
    parties: Parties, kind: str, view: View, facts: list[str], empty: str | None, words: Words
) -> Drawn:
    group = words.say(GROUPS[kind])
    text = PanelText(
        words.say(N_("{group} by fraud rate"), group=group[:1].upper() + group[1:]),
        words.say(N_("Sorted by the lower bound of the 95 % interval, so that few payments prove little.")),
        facts,
        empty=empty,
    )
    columns = (
        Column(words.say(N_("who"))),
        Column(words.say(N_("rate")), is_figure=True),
        Column(words.say(N_("95 % interval")), is_figure=True),
        Column(words.say(N_("frauds")), is_figure=True),
        Column(words.say(N_("fraud amount")), is_figure=True, is_extra=True),
    )
    rows_of = party_rows(kind, view)
    rows: list[list[Component | str]] = [
        [
            party_link(one.party, kind, view.banks),
            *_rate(one.rate, words),
            _frauds(one, rows_of(one), words),
            _lost(one, view, words),
        ]
        for one in parties.ranked
    ]
    return Drawn(text, table=listing(text.title, columns, rows) if rows and not empty else None)


def _lost(one: Ranked, view: View, words: Words) -> str:
    base = next(bank.base_currency for bank in view.banks if bank.bank_id == one.party.bank_id)
    currency = view.currency if view.native and view.currency else base
    return f.money_about(one.fraud_volume_e4 / E4, currency, words.locale)


def _rate(rate: Rate, words: Words) -> tuple[str, str]:
    estimate = rate.estimate or Estimate(0.0, 0.0, 0.0)
    return (
        f.percent(estimate.value, words.locale),
        f.percent_range(estimate.low, estimate.high, words.locale),
    )


def _frauds(one: Ranked, rows: str, words: Words) -> Component:
    told = words.say(
        N_("{hits} of {trials}"),
        hits=f.count(one.rate.hits, words.locale),
        trials=f.count(one.rate.trials, words.locale),
    )
    return dcc.Link(told, href=rows, className="row-link")
