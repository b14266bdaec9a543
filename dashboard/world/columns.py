"""From numbers of people, shops and choices to the Arrow columns that every loader takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.rows import ROW_SCHEMA, conform
from dashboard.world.categories import CHANNELS, METHODS, NAMES
from dashboard.world.draws import Flags, Ints
from dashboard.world.episodes import FRAUD_TYPES, Planted
from dashboard.world.knowledge import REASONS
from dashboard.world.oddities import ODDITIES
from dashboard.world.payments import DAY, KINDS, Habits, Payments
from dashboard.world.people import ADDRESSES, DEVICES, addresses, card_table, carriers, devices
from dashboard.world.rates import CURRENCY_OF, WITHOUT_CENTS, rates_into
from models.transactions import PaymentMethod

_MOMENT = pa.timestamp("us", "UTC")
_CARD_METHODS = np.array(
    [method.value.endswith("_card") or method is PaymentMethod.WALLET for method in METHODS]
)


@dataclass(frozen=True)
class Names:
    """What the numbers stand for in one bank."""

    habits: Habits
    cards: pa.Table
    devices: pa.Table
    addresses: pa.Array

    @classmethod
    def of(cls, habits: Habits, *, tools: int, seed: int) -> Names:
        """Name everything once; the fraudsters' devices and addresses stand behind the customers'."""
        count = habits.people.count
        own = count * ADDRESSES + carriers(count)
        return cls(
            habits,
            card_table(habits.bank, count, seed=seed),
            devices(habits.bank, count * DEVICES + tools, seed=seed),
            pa.array(addresses(own + tools * 4, shared=own)),
        )

    @cached_property
    def places(self) -> pa.Table:
        """Where merchants are, and behind them where customers live."""
        columns = ("city", "state", "country", "latitude", "longitude")
        tables = [self.habits.shops.table.select(columns), self.habits.people.table.select(columns)]
        return pa.concat_tables(tables).combine_chunks()

    @cached_property
    def currencies(self) -> tuple[list[str], Ints]:
        """What is paid with, and which of it at each of `places`."""
        countries = self.places["country"].combine_chunks().dictionary_encode()
        codes = [CURRENCY_OF[country] for country in countries.dictionary.to_pylist()]
        known = sorted(set(codes))
        numbers = np.array([known.index(code) for code in codes])
        return known, numbers[np.asarray(countries.indices)]


def to_rows(names: Names, payments: Payments, moment: Ints, label: Ints, known: Ints, done: int) -> pa.Table:
    """Return the rows in ROW_SCHEMA; `label` is a fraud type's place, -1 for genuine, -2 for unknown."""
    habits, count = names.habits, len(payments)
    numbers = pc.utf8_lpad(pa.array(np.arange(done + 1, done + 1 + count)).cast(pa.string()), 9, "0")
    place = np.where(payments.merchant >= 0, payments.merchant, habits.shops.count + payments.customer)
    currency, amount = _money(names, payments, place)
    has_card = _CARD_METHODS[payments.method]
    card = _place(payments.card, has_card)
    columns = {
        "transaction_id": pc.binary_join_element_wise(f"{habits.bank.country}-T", numbers, ""),
        "timestamp": pa.array(moment).cast(_MOMENT),
        "amount_e4": pa.array(amount),
        "currency": _choice(names.currencies[0], currency),
        "transaction_type": _choice(KINDS, payments.kind),
        "payment_method": _choice(METHODS, payments.method),
        "channel": _choice(CHANNELS, payments.channel),
        "category": _choice(NAMES, payments.category),
        "customer_id": habits.people.table["customer_id"].take(pa.array(payments.customer)),
        "card_fingerprint": names.cards["fingerprint"].take(card),
        "card_masked": names.cards["masked"].take(card),
        "device_id": names.devices["id"].take(_place(payments.device)),
        "device_type": names.devices["type"].take(_place(payments.device)),
        "ip_address": names.addresses.take(_place(payments.address)),
        "is_fraud": pa.array(label >= 0, mask=label < -1),
        "fraud_type": _choice(FRAUD_TYPES, label),
        "fraud_reason": _choice([REASONS.get(kind) for kind in FRAUD_TYPES], label),
        "label_known_at": pa.array(known, mask=label < -1).cast(_MOMENT),
        "merchant_id": habits.shops.table["merchant_id"].take(_place(payments.merchant)),
        **{name: names.places[name].take(pa.array(place)) for name in names.places.column_names},
    }
    return conform(pa.table(columns), ROW_SCHEMA)


def to_truth(ids: pa.ChunkedArray, planted: Planted, places: Ints) -> pa.Table:
    """Return what these planted payments really were, which no table of the product ever holds."""
    episode, tool = planted.episode[places], planted.tool[places]
    return pa.table(
        {
            "transaction_id": ids,
            "fraud_type": _choice(FRAUD_TYPES, planted.fraud_type[places]),
            "oddity": _choice(ODDITIES, planted.oddity[places]),
            "episode": pa.array(episode, mask=episode < 0),
            "tool": pa.array(tool, mask=tool < 0),
        }
    )


def _money(names: Names, payments: Payments, place: Ints) -> tuple[Ints, Ints]:
    """Return the currency of where each payment happened and the amount in it, in ten-thousandths."""
    codes, at = names.currencies
    currency = at[place]
    base = names.habits.bank.currency
    first, day = int(payments.local.min(initial=0)) // DAY, payments.local // DAY
    rates = rates_into(base, np.arange(first, int(day.max(initial=0)) + 1))
    amount = payments.cents * 100
    for number in np.unique(currency).tolist():
        if codes[number] == base:
            continue
        mine: Flags = currency == number
        unit = 10_000 if codes[number] in WITHOUT_CENTS else 100
        native = np.round(amount[mine] / rates[codes[number]][day[mine] - first] / unit) * unit
        amount[mine] = np.where(amount[mine] > 0, np.maximum(unit, native), 0).astype(np.int64)
    return currency, amount


def _choice(words: Sequence[str | None], places: Ints) -> pa.Array:
    plain = pa.array([None if word is None else str(word) for word in words], pa.string())
    return plain.take(_place(places))


def _place(numbers: Ints, present: Flags | None = None) -> pa.Array:
    """Return numbers as an index for `take`; negative ones, and those not present, are missing."""
    missing = numbers < 0 if present is None else ~present
    return pa.array(numbers, mask=missing)
