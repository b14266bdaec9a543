"""From numbers of people, shops and choices to the Arrow columns that every loader takes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.rows import ROW_SCHEMA, conform
from dashboard.world.categories import CHANNELS, METHODS, NAMES
from dashboard.world.draws import Ints
from dashboard.world.episodes import FRAUD_TYPES, tools_at_most
from dashboard.world.knowledge import REASONS
from dashboard.world.payments import KINDS, Habits, Payments
from dashboard.world.people import ADDRESSES, DEVICES, addresses, card_table, devices
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
    def of(cls, habits: Habits, *, frauds: int, seed: int) -> Names:
        """Name everything once; the fraudsters' devices and addresses stand behind the customers'."""
        count, tools = habits.people.count, tools_at_most(frauds)
        return cls(
            habits,
            card_table(habits.bank, count, seed=seed),
            devices(habits.bank, count * DEVICES + tools, seed=seed),
            pa.array(addresses(count * ADDRESSES + tools * 4, shared=count * ADDRESSES)),
        )


def to_rows(names: Names, payments: Payments, moment: Ints, label: Ints, known: Ints, done: int) -> pa.Table:
    """Return the rows in ROW_SCHEMA; `label` is a fraud type's place, -1 for genuine, -2 for unknown."""
    habits, count = names.habits, len(payments)
    numbers = pc.utf8_lpad(pa.array(np.arange(done + 1, done + 1 + count)).cast(pa.string()), 9, "0")
    has_card = _CARD_METHODS[payments.method]
    card = _place(payments.card, has_card)
    columns = {
        "transaction_id": pc.binary_join_element_wise(f"{habits.bank.country}-T", numbers, ""),
        "timestamp": pa.array(moment).cast(_MOMENT),
        "amount_e4": pa.array(payments.cents * 100),
        "currency": pa.repeat(habits.bank.currency, count),
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
        **_places(habits, payments),
    }
    return conform(pa.table(columns), ROW_SCHEMA)


def to_truth(ids: pa.ChunkedArray, kind: Ints, episode: Ints) -> pa.Table:
    """Return what each payment really was, which no table of the product ever holds."""
    return pa.table(
        {
            "transaction_id": ids,
            "fraud_type": _choice(FRAUD_TYPES, kind),
            "episode": pa.array(episode, mask=episode < 0),
        }
    )


def _places(habits: Habits, payments: Payments) -> dict[str, pa.ChunkedArray]:
    """Return where the payments happened: at the merchant's, or at home for want of one."""
    shops, people = habits.shops.table, habits.people.table
    both = pa.array(np.where(payments.merchant >= 0, payments.merchant, shops.num_rows + payments.customer))
    found = {
        name: pa.chunked_array([*shops[name].chunks, *people[name].chunks]).combine_chunks().take(both)
        for name in ("city", "state", "country", "latitude", "longitude")
    }
    return {"merchant_id": shops["merchant_id"].take(_place(payments.merchant)), **found}


def _choice(words: tuple[str, ...] | list[str | None], places: Ints) -> pa.Array:
    plain = pa.array([None if word is None else str(word) for word in words], pa.string())
    return plain.take(_place(places))


def _place(numbers: Ints, present: npt.NDArray[np.bool_] | None = None) -> pa.Array:
    """Return numbers as an index for `take`; negative ones, and those not present, are missing."""
    missing = numbers < 0 if present is None else ~present
    return pa.array(numbers, mask=missing)
