"""The filter in the address: one typed, versioned codec for every page, job and link.

    ?range=90d&bank=north&channel=online&channel=mobile&country!=FR&amount=5..500&by=amount

A key that is repeated means "one of these"; a key with `!` excludes; an empty value means "has none".
Ranges are written `low..high`, either end may be left out. What stands at its default is left out, and the
defaults of version 1 are for ever those of an address without `v`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import parse_qsl, quote

from dashboard import filter_values as each
from dashboard.filter_values import Bounds
from dashboard.periods import Comparison, Period, Preset
from database.dimensions import FILTERED
from database.queries.rows import Order
from models.errors import UserError
from models.messages import N_, Message
from models.units import E4

VERSION = 1
ALL_BANKS = "all"
LONGEST_QUERY = 4_000
MOST_VALUES = 200
LONGEST_VALUE = 128

Choices = Mapping[str, frozenset[str]]
NO_CHOICES: Choices = MappingProxyType({})

__all__ = ["ALL_BANKS", "DIMENSION_KEYS", "E4", "VERSION", "Bounds", "Choices", "Filters", "Measure", "Order"]

DIMENSION_KEYS = {
    "channel": "channel",
    "category": "category",
    "country": "country",
    "state": "state",
    "payment": "payment_method",
    "type": "transaction_type",
    "currency": "currency",
    "label": "label",
    "fraud_type": "fraud_type",
    "decision": "decision",
    "anomaly": "anomaly",
    "anomaly_type": "anomaly_type",
    "hour": "hour",
    "risk": "risk",
}
"""Key in the address of each dimension that may be filtered by."""


OF_ONE_PAGE = frozenset({"status", "severity", "assignee", "sort"})
"""Keys that the alert list alone understands; elsewhere they are no mistake."""


class Measure(StrEnum):
    """Whether the page's rates count transactions or their amounts."""

    COUNT = "count"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Filters:
    """What an address says, before banks, zone and newest row are known; no banks = the reader's default."""

    period: Period = Preset.DAYS_30
    comparison: Comparison = Comparison.PREVIOUS
    measure: Measure = Measure.COUNT
    banks: tuple[str, ...] = ()
    include: Choices = field(default_factory=lambda: NO_CHOICES)
    exclude: Choices = field(default_factory=lambda: NO_CHOICES)
    amount_e4: Bounds | None = None
    score_e4: Bounds | None = None
    customer: str | None = None
    merchant: str | None = None
    text: str | None = None
    order: Order = Order.NEWEST

    @classmethod
    def from_query(cls, query: str) -> Self:
        """Read an address; the first thing in it that cannot be meant raises `UserError`."""
        filters, problems = cls.understood(query)
        if problems:
            raise UserError(problems[0].msgid, **problems[0].params)
        return filters

    @classmethod
    def understood(cls, query: str) -> tuple[Self, tuple[Message, ...]]:
        """Read what can be understood of an address, and say what cannot."""
        try:
            values = _split(query)
        except UserError as error:
            return cls(), (error.message,)
        filters, problems = cls(), []
        for key, texts in values.items():
            try:
                filters = replace(filters, **_read(key, texts, filters))
            except UserError as error:
                problems.append(error.message)
        return filters, tuple(problems)

    def to_query(self) -> str:
        """Write the address that reads as this filter, without the question mark."""
        pairs: list[tuple[str, str]] = []
        for key, write in _WRITERS.items():
            pairs += [(key, text) for text in write(self)]
        for key, slug in DIMENSION_KEYS.items() if self.include or self.exclude else ():
            pairs += [(key, text) for text in sorted(self.include.get(slug, ()))]
            pairs += [(f"{key}!", text) for text in sorted(self.exclude.get(slug, ()))]
        return "&".join(f"{key}={_quoted(text)}" for key, text in pairs)

    def chosen(self) -> tuple[str, ...]:
        """Return the keys of this address that narrow the rows, beside range and bank."""
        narrowing = ("amount", "score", "customer", "merchant", "text")
        keys = [key for key in narrowing if _WRITERS[key](self)]
        for key, slug in DIMENSION_KEYS.items():
            keys += [key] * (slug in self.include) + [f"{key}!"] * (slug in self.exclude)
        return tuple(keys)

    def without(self, key: str) -> Self:
        """Return the same filter with one key of the address lifted."""
        slug = DIMENSION_KEYS.get(key.removesuffix("!"))
        if slug is None and key.endswith("!"):
            return self
        if slug is None:
            name = {"amount": "amount_e4", "score": "score_e4"}.get(key, key)
            lifted: dict[str, Any] = {name: None}
        else:
            side = "exclude" if key.endswith("!") else "include"
            lifted = {side: _without(getattr(self, side), slug)}
        return replace(self, **lifted)

    def cleared(self) -> Self:
        """Return the same range, comparison, banks and measure with every other filter lifted."""
        kept = {"period", "comparison", "measure", "banks", "order"}
        return type(self)(**{one.name: getattr(self, one.name) for one in fields(self) if one.name in kept})


@lru_cache(maxsize=4_096)
def _quoted(text: str) -> str:
    return quote(text, safe=".:,/@ ").replace(" ", "+")


def _split(query: str) -> dict[str, list[str]]:
    if len(query) > LONGEST_QUERY:
        raise UserError(N_("The address is longer than {limit} characters."), limit=LONGEST_QUERY)
    try:
        pairs = parse_qsl(
            query.removeprefix("?"), keep_blank_values=True, errors="strict", max_num_fields=MOST_VALUES
        )
    except (ValueError, UnicodeDecodeError) as error:
        raise UserError(
            N_("The address cannot be read: it has broken signs or more than {limit} values."),
            limit=MOST_VALUES,
        ) from error
    values: dict[str, list[str]] = {}
    for key, text in pairs:
        values.setdefault(key, []).append(text)
    values = {key: texts for key, texts in values.items() if key not in OF_ONE_PAGE}
    version = values.pop("v", [str(VERSION)])
    if version != [str(VERSION)]:
        raise UserError(N_("This address was made by another version of Vigie; choose the filters again."))
    return values


def _read(key: str, texts: list[str], so_far: Filters) -> dict[str, Any]:
    """Return the fields of `Filters` that one key of the address sets."""
    for text in texts:
        if len(text) > LONGEST_VALUE or not (text.isprintable()):
            raise UserError(
                N_("A value of “{key}” is too long or has signs that cannot be shown."), key=_shown(key)
            )
    slug = DIMENSION_KEYS.get(key.removesuffix("!"))
    if slug is not None:
        side = "exclude" if key.endswith("!") else "include"
        return {side: MappingProxyType({**getattr(so_far, side), slug: _choices(key, slug, texts)})}
    if key == "bank":
        return {"banks": _banks(texts)}
    if key not in _READERS:
        raise UserError(N_("“{key}” in the address is not a filter and was left out."), key=_shown(key))
    if len(texts) > 1:
        raise UserError(N_("“{key}” stands in the address more than once."), key=key)
    name, read = _READERS[key]
    return {name: read(key, texts[0])}


def _shown(key: str) -> str:
    return "".join(sign for sign in key[:24] if sign.isprintable())


def _choices(key: str, slug: str, texts: list[str]) -> frozenset[str]:
    known = FILTERED[slug].choices
    for text in texts:
        if known is not None and text and text not in known:
            raise UserError(N_("“{value}” is not a value of “{key}”."), value=text, key=key)
    return frozenset(texts)


def _banks(texts: list[str]) -> tuple[str, ...]:
    if not all(texts):
        raise UserError(N_("A bank in the address has no name."))
    return (ALL_BANKS,) if ALL_BANKS in texts else tuple(sorted(set(texts)))


_READERS: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "range": ("period", each.period),
    "compare": ("comparison", each.one_of(Comparison)),
    "by": ("measure", each.one_of(Measure)),
    "order": ("order", each.one_of(Order)),
    "amount": ("amount_e4", each.bounds),
    "score": ("score_e4", each.bounds),
    "customer": ("customer", each.words),
    "merchant": ("merchant", each.words),
    "text": ("text", each.words),
}


def _without(choices: Choices, slug: str) -> Choices:
    return MappingProxyType({one: values for one, values in choices.items() if one != slug})


_WRITERS: dict[str, Callable[[Filters], Iterable[str]]] = {
    "range": lambda filters: each.written_period(filters.period),
    "compare": lambda filters: each.unless(Comparison.PREVIOUS, filters.comparison),
    "bank": lambda filters: filters.banks,
    "by": lambda filters: each.unless(Measure.COUNT, filters.measure),
    "order": lambda filters: each.unless(Order.NEWEST, filters.order),
    "amount": lambda filters: each.written_bounds(filters.amount_e4),
    "score": lambda filters: each.written_bounds(filters.score_e4),
    "customer": lambda filters: each.given(filters.customer),
    "merchant": lambda filters: each.given(filters.merchant),
    "text": lambda filters: each.given(filters.text),
}
