"""What an address means for one reader now: banks, zone, money, minutes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol, TypeVar

from dashboard.filters import ALL_BANKS, Filters, Measure
from dashboard.names import search_key
from dashboard.periods import Comparison, Custom, Span, anchor, before, resolve, whole_minute
from database.segments import Selection, Words
from models.messages import N_, Message

Extent = tuple[datetime, datetime]
Bank = TypeVar("Bank", bound="BankFacts")


class BankFacts(Protocol):
    """What a page must know of a bank."""

    @property
    def bank_id(self) -> int:
        """Return the number that stands in keys."""

    @property
    def code(self) -> str:
        """Return the name in the address."""

    @property
    def name(self) -> str:
        """Return the name for people."""

    @property
    def base_currency(self) -> str:
        """Return the currency of its base amounts."""

    @property
    def time_zone(self) -> str:
        """Return its business zone."""

    @property
    def is_demo(self) -> bool:
        """Whether its rows are the synthetic world's."""


@dataclass(frozen=True, slots=True)
class View:
    """A filter with everything resolved.

    `currency` is None where several base currencies meet: then no amounts may be added over the banks.
    `anchored` is the day of the newest row where ranges are counted back from it and not from today.
    """

    filters: Filters
    banks: tuple[BankFacts, ...]
    span: Span
    previous: Span | None
    has_before: bool
    currency: str | None
    native: bool
    measure: Measure
    newest: datetime | None
    anchored: date | None
    now: datetime
    sees_people: bool = False

    @property
    def zone(self) -> str:
        """The zone whose days and hours the page shows."""
        return self.span.zone

    @property
    def has_mixed_zones(self) -> bool:
        """Whether the banks have different business zones, so that days are cut in UTC."""
        return len({bank.time_zone for bank in self.banks}) > 1

    @property
    def currencies(self) -> tuple[str, ...]:
        """The currencies whose sums stand beside each other, each without a total over them."""
        return (
            (self.currency,) if self.currency else tuple(sorted({bank.base_currency for bank in self.banks}))
        )

    @property
    def bank_ids(self) -> tuple[int, ...]:
        """The numbers of the banks, as keys have them."""
        return tuple(bank.bank_id for bank in self.banks)

    def selection(self) -> Selection:
        """Return what to read: where no amounts may be added over the banks, by their base currencies too."""
        include, filters = dict(self.filters.include), self.filters
        native = self.native and include.pop("currency", None) is not None
        return Selection(
            bank_ids=self.bank_ids,
            since=self.span.since,
            until=self.span.until,
            previous=(self.previous.since, self.previous.until) if self.previous else None,
            zone=self.zone,
            currency=self.currency if native else None,
            include=include,
            exclude=filters.exclude,
            amount_e4=filters.amount_e4,
            score_e4=filters.score_e4,
            customer_id=filters.customer,
            merchant_id=filters.merchant,
            words=self._words(),
            groups={}
            if self.currency
            else {currency: self._banks_of(currency) for currency in self.currencies},
        )

    def _banks_of(self, currency: str) -> frozenset[int]:
        return frozenset(bank.bank_id for bank in self.banks if bank.base_currency == currency)

    def _words(self) -> Words | None:
        text = self.filters.text
        return None if text is None else Words(text.strip(), search_key(text), self.sees_people)


def choose_banks(
    wanted: Sequence[str], visible: Sequence[Bank], default: str | None
) -> tuple[tuple[Bank, ...], tuple[Message, ...]]:
    """Return the banks of the address that this reader may see, or the default one, and what was refused.

    `default` is the code of the bank that is shown where the address names none; without it the first one.
    """
    if ALL_BANKS in wanted:
        return tuple(visible), ()
    chosen = tuple(bank for bank in visible if bank.code in wanted)
    known = {bank.code for bank in visible}
    refused = tuple(
        Message(N_("There is no bank “{code}” among yours; it was left out."), {"code": code})
        for code in wanted
        if code not in known
    )
    if chosen or not visible:
        return chosen, refused
    return (next((bank for bank in visible if bank.code == default), visible[0]),), refused


def look(
    filters: Filters,
    banks: Sequence[BankFacts],
    extent: Extent | None,
    now: datetime,
    *,
    sees_people: bool = False,
) -> View:
    """Resolve a filter over the chosen banks; `extent` is their first and last row."""
    zones = {bank.time_zone for bank in banks}
    zone = zones.pop() if len(zones) == 1 else "UTC"
    span = resolve(filters.period, now=now, extent=extent, zone=zone)
    previous = before(span, filters.period, filters.comparison)
    # A period that the data cover only in part is no measure of anything.
    has_before = (
        previous is not None and extent is not None and _first_day(extent, zone) <= previous.first_day
    )
    chosen_currency = filters.include.get("currency", frozenset())
    native = len(chosen_currency) == 1 and "" not in chosen_currency
    bases = {bank.base_currency for bank in banks}
    currency = next(iter(chosen_currency)) if native else next(iter(bases)) if len(bases) == 1 else None
    newest = extent[1] if extent else None
    counted_back = not isinstance(filters.period, Custom) and anchor(now, newest) < whole_minute(now)
    return View(
        filters=filters,
        banks=tuple(banks),
        span=span,
        previous=previous if has_before else None,
        has_before=has_before or filters.comparison is Comparison.OFF,
        currency=currency,
        native=native,
        measure=filters.measure if currency else Measure.COUNT,
        newest=newest,
        anchored=span.last_day if counted_back else None,
        now=now,
        sees_people=sees_people,
    )


def _first_day(extent: Extent, zone: str) -> date:
    return Span(extent[0], extent[1], zone).first_day
