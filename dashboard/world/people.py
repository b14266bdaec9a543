"""The customers of a demo bank: homes, habits, cards and devices."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from dashboard.ingestion.rows import CUSTOMER_SCHEMA, conform
from dashboard.world.banks import DemoBank
from dashboard.world.draws import Choices, Floats, Ints, generator, zipf_weights
from dashboard.world.names import NAME_LISTS, OCCUPATIONS
from dashboard.world.places import HOME_CITIES, City

PERSONA_SHARES = (0.16, 0.34, 0.27, 0.16, 0.07)
"""Students, workers, parents, retired people, travellers."""
PERSONA_SPENDING = (0.72, 1.0, 1.15, 0.9, 1.5)
CARDS = 2
DEVICES = 3
ADDRESSES = 3
HOUSEHOLD = 4


@dataclass(frozen=True)
class People:
    """Customers by number 0 … count - 1; `spending` multiplies what things cost, `shift` is in seconds."""

    table: pa.Table
    home: Ints
    persona: Ints
    activity: Choices
    spending: Floats
    shift: Ints
    count: int


def settle(bank: DemoBank, count: int, *, until: date, seed: int) -> People:
    """Make a bank's customers."""
    rng = generator(seed, bank.code, "people", count)
    cities = HOME_CITIES[bank.country]
    home = Choices.of([city.people**0.75 for city in cities]).draw_one(rng.random(count))
    persona = Choices.of(PERSONA_SHARES).draw_one(rng.random(count))
    spending = np.array(PERSONA_SPENDING)[persona] * np.exp(rng.normal(0, 0.32, count))
    later = np.array([4200, 0, -600, -4800, 1500])[persona]
    return People(
        table=_table(bank, home, persona, until, rng),
        home=home,
        persona=persona,
        activity=Choices.of(zipf_weights(count, exponent=0.62, rng=rng)),
        spending=spending,
        shift=(later + rng.normal(0, 2100, count)).astype(np.int64),
        count=count,
    )


def _table(bank: DemoBank, home: Ints, persona: Ints, until: date, rng: np.random.Generator) -> pa.Table:
    words, cities, count = NAME_LISTS[bank.country], HOME_CITIES[bank.country], len(home)
    is_woman = rng.random(count) < 0.51
    first = np.where(
        is_woman,
        np.array(words.women)[rng.integers(0, len(words.women), count)],
        np.array(words.men)[rng.integers(0, len(words.men), count)],
    )
    last = np.array(words.surnames)[rng.integers(0, len(words.surnames), count)]
    near = rng.normal(0, 0.05, (2, count))
    born = _births(persona, until, rng)
    opened = [until - timedelta(days=int(days)) for days in 200 + rng.gamma(1.6, 900, count)]
    columns = {
        "customer_id": [customer_id(bank, number) for number in range(count)],
        "first_name": first,
        "last_name": last,
        "email": [
            f"{_plain(one)}.{_plain(other)}.{number}@example.com"
            for number, (one, other) in enumerate(zip(first, last, strict=True))
        ],
        "phone": [words.phone.format(pair=f"{a:02d}", other=f"{b:02d}") for a, b in _pairs(count, rng)],
        "date_of_birth": born,
        "gender": np.where(is_woman, "F", "M"),
        "occupation": [
            OCCUPATIONS[kind][pick % len(OCCUPATIONS[kind])]
            for kind, pick in zip(persona, rng.integers(0, 120, count), strict=True)
        ],
        "street": [
            words.street.format(number=number, name=words.streets[pick])
            for number, pick in zip(
                rng.integers(1, 190, count), rng.integers(0, len(words.streets), count), strict=True
            )
        ],
        "account_created": opened,
        **_place(bank, [cities[number] for number in home], near, rng),
    }
    return conform(pa.table({name: pa.array(values) for name, values in columns.items()}), CUSTOMER_SCHEMA)


def customer_id(bank: DemoBank, number: int) -> str:
    """Return the bank's id of a customer."""
    return f"{bank.country}-C{number + 1:06d}"


def _place(bank: DemoBank, cities: list[City], near: Floats, rng: np.random.Generator) -> dict[str, object]:
    endings = rng.integers(1, 21, len(cities))
    return {
        "city": [city.name for city in cities],
        "state": [city.state for city in cities],
        "country": [bank.country] * len(cities),
        "zip_code": [f"{city.zip_prefix}{ending:02d}" for city, ending in zip(cities, endings, strict=True)],
        "latitude": np.round([city.latitude for city in cities] + near[0], 4),
        "longitude": np.round([city.longitude for city in cities] + near[1], 4),
    }


def _births(persona: Ints, until: date, rng: np.random.Generator) -> list[date]:
    middle = np.array([21.5, 38, 42, 71, 45])[persona]
    width = np.array([1.6, 10, 6, 6, 9])[persona]
    years = np.clip(rng.normal(middle, width), 18, 95)
    return [until - timedelta(days=int(age * 365.25)) for age in years]


def _pairs(count: int, rng: np.random.Generator) -> Ints:
    return rng.integers(0, 100, (count, 2))


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return letters.lower().replace(" ", "-").replace("'", "")


def card_table(bank: DemoBank, count: int, *, seed: int) -> pa.Table:
    """Return the masked number and the fingerprint of each customer's cards, two in a row a customer.

    No whole number exists: the six first digits are a test range, the fingerprint is random.
    """
    rng = generator(seed, bank.code, "cards", count)
    lasts = rng.integers(0, 10_000, count * CARDS)
    prints = rng.bytes(16 * count * CARDS).hex()
    return pa.table(
        {
            "masked": [f"400000******{last:04d}" for last in lasts],
            "fingerprint": [prints[start : start + 32] for start in range(0, len(prints), 32)],
        }
    )


def devices(bank: DemoBank, count: int, *, seed: int) -> pa.Table:
    """Return id and type of the first `count` devices: for each customer a phone, a larger, a next one."""
    rng = generator(seed, bank.code, "devices", count)
    ids = rng.bytes(6 * count).hex()
    second = np.where(rng.random(count) < 0.7, "laptop", "tablet")
    kind = np.where(np.arange(count) % DEVICES == 1, second, "phone")
    return pa.table({"id": ["d-" + ids[at : at + 12] for at in range(0, len(ids), 12)], "type": kind})


def carriers(count: int) -> int:
    """Return how many addresses the customers' mobile networks share out among all of them."""
    return max(2, count // 60)


def addresses(count: int, *, shared: int) -> list[str]:
    """Return internet addresses of ranges that nobody owns; those from `shared` on are strangers'.

    Customers: 100.64.0.0/10 (RFC 6598); planted episodes: 198.18.0.0/15 (RFC 2544).
    """
    spread = (np.arange(count) * 2654435761) % (1 << 22)
    own = [f"100.{64 + (n >> 16)}.{n >> 8 & 255}.{n & 255}" for n in spread[:shared].tolist()]
    theirs = [f"198.{18 + (n >> 16 & 1)}.{n >> 8 & 255}.{n & 255}" for n in spread[shared:].tolist()]
    return own + theirs
