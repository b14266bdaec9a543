"""The panels of the High value page: charts, and the largest payments beside what is usual."""

from __future__ import annotations

from dataclasses import replace

from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.bars import rate_bars
from dashboard.charts.counts import counts_over_time
from dashboard.charts.figure import Words
from dashboard.charts.limit_bands import limit_bands
from dashboard.charts.over_time import rate_over_time
from dashboard.filters import Measure
from dashboard.high_value.ask import BAND_PERCENTS, WHOLE, Beside, HighValue, Listed
from dashboard.high_value.marks import differ, marks_of, tile_rows
from dashboard.high_value.thresholds import DAYS
from dashboard.names import value_name
from dashboard.seen import Seen
from dashboard.transactions.lines import LABELS
from database.segments import Bucket
from layouts.high_value_tiles import tiles
from layouts.listing import Column, label_mark, link, listing
from layouts.panels import PanelText
from layouts.sheet import Drawn, Parts, footer, no_parts, none_certain, too_few
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
        tiles=tiles(found, seen, words, tile_rows(found, seen.view)),
        drawn=_closed(drawn(found, seen, words), words) if differ(found) else drawn(found, seen, words),
        marks=marks_of(found, seen.view),
    )


def _closed(panels: dict[str, Drawn], words: Words) -> dict[str, Drawn]:
    """Say in each panel with a chart why its marks open no rows."""
    why = words.say(N_("The banks’ limits differ: choose one bank to open rows."))
    return {
        name: replace(each, text=replace(each.text, closed=why)) if each.figure else each
        for name, each in panels.items()
    }


def drawn(found: HighValue, seen: Seen, words: Words) -> dict[str, Drawn]:
    """Return every panel by its name; nothing where no payment reaches a limit."""
    if not found.every.rows or seen.view is None:
        return {}
    rows = words.say(N_("{rows} payments"), rows=f.count(found.high.rows, words.locale))
    facts = footer(seen, found.query_ms, words, rows)
    empty = None if found.high.rows else words.say(N_("No payment reaches the limit."))
    return {
        "counts": _counts(found, facts, empty, words),
        "rate": _rates(found, facts, empty or too_few(found.series, found.high.labelled, words), words),
        "bands": _bands(found, facts, words),
        **{
            slug: _bars(found, slug, facts, empty or none_certain(found.rankings[slug], words), words)
            for slug in _TITLES
        },
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
        Column(words.say(N_("usual")), is_figure=True, is_extra=True),
        Column(words.say(N_("times usual")), is_figure=True),
        Column(words.say(N_("merchant")), is_extra=True),
        Column(words.say(N_("when")), is_extra=True),
        Column(words.say(N_("label")), is_mark=True),
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
