"""What narrows the rows, as chips under the filter bar: each says itself and is lifted by its cross."""

from __future__ import annotations

from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.filters import DIMENSION_KEYS, Bounds, Filters
from dashboard.names import value_name
from database.dimensions import HOURS_OF_WEEK
from layouts.filter_bar import address
from layouts.icons import icon
from models.messages import N_
from models.units import E4

CHIPS = {
    "channel": N_("channel"),
    "category": N_("category"),
    "country": N_("country"),
    "state": N_("state"),
    "payment": N_("payment method"),
    "type": N_("type"),
    "currency": N_("currency"),
    "label": N_("label"),
    "fraud_type": N_("kind of fraud"),
    "decision": N_("decision"),
    "anomaly": N_("anomaly"),
    "anomaly_type": N_("kind of anomaly"),
    "hour": N_("hour"),
    "risk": N_("risk today"),
    "amount": N_("amount"),
    "score": N_("score"),
    "customer": N_("customer"),
    "merchant": N_("merchant"),
    "text": N_("text"),
}
TOLD = {
    "risk": N_("Today’s category of the customer or of the merchant."),
    "text": N_("The id of a transaction, customer or merchant, or the beginning of a name."),
}
"""What a chip's name does not say by itself."""

_MOST_NAMED, _NAMED = 4, 3


def chips(path: str, filters: Filters, words: Words, currency: str | None = None) -> list[Component]:
    """Draw what narrows the rows, each with a cross that lifts it."""
    keys = filters.chosen()
    found: list[Component] = [
        html.Span(
            [
                html.Span(f"{words.say(CHIPS[key.removesuffix('!')])} ", className="chip-name"),
                html.Span(f"{words.say(N_('not'))} " if key.endswith("!") else "", className="chip-name"),
                html.Span(chip_value(key, filters, words, currency), className="chip-value num"),
                dcc.Link(
                    icon("x-lg"),
                    href=address(path, filters.without(key)),
                    className="chip-cross",
                    title=words.say(N_("Lift this filter")),
                ),
            ],
            className=f"chip{' chip-not' if key.endswith('!') else ''}",
            title=words.say(TOLD[key.removesuffix("!")]) if key.removesuffix("!") in TOLD else "",
        )
        for key in keys
    ]
    if keys:
        found.append(
            dcc.Link(words.say(N_("Clear")), href=address(path, filters.cleared()), className="quiet-link")
        )
    return found


def chip_value(key: str, filters: Filters, words: Words, currency: str | None = None) -> str:
    """Write what one filter says."""
    if key == "amount":
        return _range_text(filters.amount_e4, currency, words)
    if key == "score":
        return _range_text(filters.score_e4, None, words)
    if key in {"customer", "merchant", "text"}:
        return str(getattr(filters, key))
    slug = DIMENSION_KEYS[key.removesuffix("!")]
    values = (filters.exclude if key.endswith("!") else filters.include)[slug]
    inorder = sorted(values, key=HOURS_OF_WEEK.index) if slug == "hour" else sorted(values)
    names = [value_name(slug, value, words.locale, words.say) for value in inorder]
    return (
        ", ".join(names)
        if len(names) <= _MOST_NAMED
        else f"{', '.join(names[:_NAMED])} +{len(names) - _NAMED}"
    )


def _range_text(bounds: Bounds | None, currency: str | None, words: Words) -> str:
    low, high = (None if end is None else _end_text(end, currency, words) for end in bounds or (None, None))
    if low is not None and high is not None:
        return f"{low}{f.DASH}{high}"
    return f"≥ {low}" if low is not None else words.say(N_("up to {high}"), high=high)


def _end_text(end_e4: int, currency: str | None, words: Words) -> str:
    end = (Decimal(end_e4) / E4).normalize()
    decimals = max(0, -int(end.as_tuple().exponent))
    if currency is None or decimals:
        text = f.number(end, decimals, words.locale)
        return text if currency is None else f.money_exact(end, currency, words.locale)
    return f.money_whole(end, currency, words.locale)


def chip_text(key: str, filters: Filters, words: Words, currency: str | None = None) -> str:
    """Write a filter as its chip does, in one string."""
    negation = f"{words.say(N_('not'))} " if key.endswith("!") else ""
    return f"{words.say(CHIPS[key.removesuffix('!')])} {negation}{chip_value(key, filters, words, currency)}"
