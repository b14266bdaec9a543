"""The panels of the High value page: tiles, charts, the largest payments beside what is usual."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.bars import rate_bars
from dashboard.charts.counts import counts_over_time
from dashboard.charts.figure import Words
from dashboard.charts.limit_bands import limit_bands
from dashboard.charts.over_time import rate_over_time
from dashboard.filters import Measure
from dashboard.high_value.ask import BAND_PERCENTS, WHOLE, Beside, HighValue, Listed, Part
from dashboard.high_value.marks import marks_of, tile_rows
from dashboard.high_value.thresholds import DAYS, Threshold
from dashboard.names import value_name
from dashboard.overview.rates import rate_of
from dashboard.seen import Seen
from dashboard.statistics.intervals import wilson
from dashboard.transactions.lines import LABELS
from database.segments import Bucket
from layouts.listing import Column, label_mark, link, listing
from layouts.panels import PanelText
from layouts.sheet import Drawn, Parts, fact, footer, no_parts, too_few, unlabelled
from models.messages import N_
from models.units import E4

_NEAR = 2  # bands on either side of the limit
_TITLES = {
    "category": N_("Fraud rate of high-value payments by merchant category"),
    "channel": N_("Fraud rate of high-value payments by channel"),
    "country": N_("Fraud rate of high-value payments by country"),
}


def parts(found: HighValue | None, seen: Seen, words: Words) -> Parts:
    """Return what the page shows of an answer."""
    if found is None or seen.view is None:
        return no_parts()
    return Parts(
        tiles=tiles(found, words, tile_rows(found, seen.view)),
        drawn=drawn(found, seen, words),
        marks=marks_of(found, seen.view),
    )


def tiles(found: HighValue, words: Words, rows: Mapping[str, str]) -> list[Component]:
    """Draw the figures; money has a line per currency, `rows` are the addresses of what they count."""
    locale, share = words.locale, wilson(found.high.rows, found.every.rows)
    return [
        _limits(found.thresholds, words),
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
            of=N_("{share} of the volume"),
        ),
        _rate_tile(found, words, rows.get("frauds")),
        _money(
            words.say(N_("High-value fraud")),
            found.parts,
            "fraud_volume_e4",
            words,
            of=N_("{share} of the fraud amount"),
        ),
        _largest(found, words),
    ]


def _limits(thresholds: tuple[Threshold, ...], words: Words) -> Component:
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
    lines = [
        f"{each.bank.name}: "
        + (f.NOTHING if each.e4 is None else f.money(Decimal(each.e4) / E4, each.currency, words.locale))
        for each in thresholds
    ]
    label = words.say(N_("Limits of {banks} banks"), banks=len(thresholds))
    return fact(label, f.count(len(thresholds), words.locale), *lines[:3], hint="\n".join(lines))


def _money(label: str, parts: tuple[Part, ...], name: str, words: Words, *, of: str) -> Component:
    lines = []
    for part in parts:
        high, every = getattr(part.high, name), getattr(part.every, name)
        share = "" if not every else words.say(of, share=f.percent(high / every, words.locale))
        lines.append((f.money(Decimal(high) / E4, part.currency, words.locale), share))
    if len(lines) == 1:
        return fact(label, *lines[0])
    return fact(label, f.NOTHING, *(f"{value} {share}".strip() for value, share in lines[:3]))


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
    return fact(label, texts[0] if len(texts) == 1 else f.NOTHING, *(texts if len(texts) > 1 else ()))


def drawn(found: HighValue, seen: Seen, words: Words) -> dict[str, Drawn]:
    """Return every panel by its name; nothing where no payment reaches a limit."""
    if not found.every.rows or seen.view is None:
        return {}
    rows = words.say(N_("{rows} payments"), rows=f.count(found.high.rows, words.locale))
    facts = footer(seen, found.query_ms, words, rows)
    empty = None if found.high.rows else words.say(N_("No payment reaches the limit."))
    no_rates = empty or unlabelled(found.high.labelled, words)
    return {
        "counts": _counts(found, facts, empty, words),
        "rate": _rates(found, facts, empty or too_few(found.series, found.high.labelled, words), words),
        "bands": _bands(found, facts, words),
        **{slug: _bars(found, slug, facts, no_rates, words) for slug in _TITLES},
        "rows": _largest_rows(found, seen, facts, empty, words),
    }


def _counts(found: HighValue, facts: list[str], empty: str | None, words: Words) -> Drawn:
    text = PanelText(
        words.say(N_("High-value payments over time")),
        words.say(N_("At or above the limit, by what is known of them.")),
        facts,
        empty=empty,
    )
    return Drawn(text, None if empty else counts_over_time(found.counts, words))


def _rates(found: HighValue, facts: list[str], empty: str | None, words: Words) -> Drawn:
    text = PanelText(
        words.say(N_("Share of high-value payments confirmed as fraud")),
        words.say(N_("Of the labelled ones, by the time of the payment.")),
        facts,
        empty=empty,
    )
    return Drawn(text, None if empty else rate_over_time(found.series, Measure.COUNT, words))


def _largest_rows(found: HighValue, seen: Seen, facts: list[str], empty: str | None, words: Words) -> Drawn:
    text = PanelText(
        words.say(N_("The largest, beside the customer’s own normal")),
        words.say(N_("Usual: the median of the customer’s payments in the {days} days before."), days=DAYS),
        facts,
        empty=empty,
    )
    return Drawn(text, table=None if empty else _table(found, seen, words))


def _bands(found: HighValue, facts: list[str], words: Words) -> Drawn:
    at = BAND_PERCENTS.index(WHOLE)
    below = sum(map(_all, found.bands[at - _NEAR : at]))
    over = sum(map(_all, found.bands[at : at + _NEAR]))
    first, last = BAND_PERCENTS[0], BAND_PERCENTS[-1]
    nothing = not any(map(_all, found.bands))
    return Drawn(
        PanelText(
            words.say(N_("Just under the limit")),
            words.say(
                N_("{below} payments in the 4 % below the limit, {over} in the 4 % from it on."),
                below=f.count(below, words.locale),
                over=f.count(over, words.locale),
            ),
            facts,
            empty=words.say(N_("No payment lies near the limit.")) if nothing else None,
            summary=words.say(N_("From {first} to {last} % of the limit."), first=first, last=last),
        ),
        None if nothing else limit_bands(found.bands, words),
    )


def _all(band: Bucket) -> int:
    return band.genuine + band.fraud + band.unknown


def _bars(found: HighValue, slug: str, facts: list[str], empty: str | None, words: Words) -> Drawn:
    def name(value: str) -> str:
        return value_name(slug, value, words.locale, words.say)

    text = PanelText(
        words.say(_TITLES[slug]),
        words.say(N_("Sorted by the lower bound of the 95 % interval.")),
        facts,
        empty=empty,
    )
    return Drawn(text, None if empty else rate_bars(found.rankings[slug], words, name))


def _table(found: HighValue, seen: Seen, words: Words) -> Component:
    columns = (
        Column(words.say(N_("payment"))),
        Column(words.say(N_("amount")), is_figure=True),
        Column(words.say(N_("customer"))),
        Column(words.say(N_("usual")), is_figure=True),
        Column(words.say(N_("times usual")), is_figure=True),
        Column(words.say(N_("merchant")), is_extra=True),
        Column(words.say(N_("when")), is_extra=True),
        Column(words.say(N_("label"))),
    )
    codes = {bank.bank_id: bank.code for bank in seen.banks}
    zone = seen.view.zone if seen.view else "UTC"
    rows = [_row(each, codes[each.row.bank_id], found.beside, zone, words) for each in found.listed]
    return listing(words.say(N_("The largest high-value payments")), columns, rows)


def _row(each: Listed, bank: str, names: Beside, zone: str, words: Words) -> list[Component | str]:
    row, normal, locale = each.row, each.normal, words.locale
    key = (row.bank_id, row.customer_id or "")
    times = None
    if normal is not None and normal.median_e4 > 0 and row.amount_base_e4 is not None:
        times = row.amount_base_e4 / normal.median_e4
    usual = (
        words.say(N_("first payment"))
        if normal is None
        else f.money_about(normal.median_e4 / E4, each.unit, locale)
    )
    return [
        link("transaction", bank, row.transaction_id),
        f.money(row.amount, row.currency, locale),
        ""
        if row.customer_id is None
        else link("customer", bank, row.customer_id, names.customers.get(key, row.customer_id)),
        usual,
        f.NOTHING if times is None else f"× {f.short(float(f'{times:.3g}'), locale)}",
        ""
        if row.merchant_id is None
        else link(
            "merchant",
            bank,
            row.merchant_id,
            names.merchants.get((row.bank_id, row.merchant_id), row.merchant_id),
        ),
        f.moment(row.timestamp, zone, locale),
        label_mark(
            is_fraud=row.is_fraud,
            word=value_name("label", LABELS[row.is_fraud], locale, words.say),
        ),
    ]
