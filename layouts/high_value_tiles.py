"""The tiles of the High value page: the limits, what reaches them, and how much of it is fraud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.filters import Measure
from dashboard.high_value.ask import HighValue, Part
from dashboard.high_value.thresholds import DAYS, Threshold
from dashboard.overview.rates import rate_of
from dashboard.seen import Seen
from dashboard.statistics.intervals import wilson
from layouts.filter_bar import address
from layouts.sheet import fact
from models.messages import N_
from models.units import E4


def tiles(found: HighValue, seen: Seen, words: Words, rows: Mapping[str, str]) -> list[Component]:
    """Draw the figures; money has a line per currency, `rows` are the addresses of what they count."""
    locale, share = words.locale, wilson(found.high.rows, found.every.rows)
    return [
        _limits(found.thresholds, seen, words),
        fact(
            words.say(N_("High-value payments")),
            f.count(found.high.rows, locale),
            ""
            if share is None
            else words.say(
                N_("{share} of {rows}"),
                share=f.percent(share.value, locale),
                rows=f.count(found.every.rows, locale),
            ),
            rows=rows.get("rows"),
        ),
        _money(
            words.say(N_("High-value volume")),
            found.parts,
            "volume_e4",
            words,
            of=N_("of the volume"),
        ),
        _rate_tile(found, words, rows.get("frauds")),
        _money(
            words.say(N_("High-value fraud")),
            found.parts,
            "fraud_volume_e4",
            words,
            of=N_("of the fraud amount"),
        ),
        _largest(found, words),
    ]


def _limits(thresholds: tuple[Threshold, ...], seen: Seen, words: Words) -> Component:
    first = thresholds[0]
    if len(thresholds) == 1:
        how = (
            words.say(N_("set for {bank}"), bank=first.bank.name)
            if first.is_set
            else words.say(N_("99th percentile of {days} days"), days=DAYS)
        )
        value = (
            f.NOTHING if first.e4 is None else f.money(Decimal(first.e4) / E4, first.currency, words.locale)
        )
        return fact(words.say(N_("Limit")), value, how, first.bank.name)
    label = words.say(N_("Limits of {banks} banks"), banks=len(thresholds))
    return _lines(label, [_limit_row(each, seen, words) for each in thresholds])


def _limit_row(each: Threshold, seen: Seen, words: Words) -> list[Component]:
    """Name a bank with its limit; the link shows that bank alone."""
    alone = address("high-value", replace(seen.filters, banks=(each.bank.code,)))
    limit = f.NOTHING if each.e4 is None else f.money(Decimal(each.e4) / E4, each.currency, words.locale)
    return [dcc.Link(each.bank.name, href=alone, className="tile-row-name"), _figure(limit)]


def _money(label: str, parts: tuple[Part, ...], name: str, words: Words, *, of: str) -> Component:
    """Draw amounts with their share of all; of several currencies each has its own line."""
    found = []
    for part in parts:
        high, every = getattr(part.high, name), getattr(part.every, name)
        share = f.percent(high / every, words.locale) if every else ""
        found.append((f.money(Decimal(high) / E4, part.currency, words.locale), share))
    if len(found) == 1:
        ((value, share),) = found
        return fact(label, value, f"{share} {words.say(of)}" if share else "")
    return _lines(label, [[_figure(value), html.Span(share)] for value, share in found], words.say(of))


def _lines(label: str, rows: Sequence[list[Component]], detail: str = "") -> Component:
    """Draw a tile of several figures without a total."""
    return html.Div(
        [
            html.Div(label, className="tile-label", title=label),
            html.Div([html.Div(row, className="tile-row") for row in rows], className="tile-rows num"),
            *([html.Div(detail, className="tile-detail is-right")] if detail else []),
        ],
        className="tile",
    )


def _figure(text: str) -> Component:
    return html.Span(text, className="tile-row-figure")


def _rate_tile(found: HighValue, words: Words, rows: str | None) -> Component:
    label = words.say(N_("High-value fraud rate"))
    rate, every = rate_of(found.high, Measure.COUNT), rate_of(found.every, Measure.COUNT)
    if rate.estimate is None:
        return fact(label, f.NOTHING, words.say(N_("no labels")))
    told = words.say(
        N_("{hits} of {trials}: {range}"),
        hits=f.count(rate.hits, words.locale),
        trials=f.count(rate.trials, words.locale),
        range=f.percent_range(rate.estimate.low, rate.estimate.high, words.locale),
    )
    whole = (
        ""
        if every.estimate is None
        else words.say(N_("all payments {rate}"), rate=f.percent(every.estimate.value, words.locale))
    )
    return fact(label, f.percent(rate.estimate.value, words.locale), told, whole, rows=rows)


def _largest(found: HighValue, words: Words) -> Component:
    texts = [
        f.money(Decimal(part.largest_e4) / E4, part.currency, words.locale)
        for part in found.parts
        if part.largest_e4 is not None
    ]
    label = words.say(N_("Largest payment"))
    if len(texts) > 1:
        return _lines(label, [[_figure(text)] for text in texts])
    return fact(label, texts[0] if texts else f.NOTHING)
