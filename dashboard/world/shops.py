"""The merchants of a demo bank: where they are, what they sell, and how to find one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from dashboard.ingestion.rows import MERCHANT_SCHEMA, conform
from dashboard.world.banks import DemoBank
from dashboard.world.categories import CATEGORIES, NAMES, TRANSFERS
from dashboard.world.draws import Choices, Floats, Ints, generator, ranked, shares
from dashboard.world.names import SHOP_FIRST, SHOP_SECOND
from dashboard.world.places import HOME_CITIES, abroad_of

_FACE_TO_FACE = np.array([c.channels[0] + c.channels[3] + c.channels[4] for c in CATEGORIES])
_STEEPNESS = 2.1


@dataclass(frozen=True)
class Shops:
    """Merchants by number, those of one region and category beside each other, the best known first.

    Regions: the bank's cities, then the countries abroad, then all that is online at home, then online
    abroad. `first` and `number` are [region, category]; `latitude` … are by merchant.
    """

    table: pa.Table
    first: Ints
    number: Ints
    cities: int
    visits: Choices
    abroad_online: Choices
    count: int

    @property
    def online(self) -> int:
        """The region of what is sold online at home; the next one is abroad."""
        return len(self.first) - 2

    def find(self, region: Ints, category: Ints, unit: Floats) -> Ints:
        """Return the merchant on which `unit` falls, -1 where the region has none of the category."""
        number = self.number[region, category]
        found = self.first[region, category] + ranked(unit, np.maximum(number, 1), steepness=_STEEPNESS)
        return np.where(number > 0, found, -1)


def open_shops(bank: DemoBank, count: int, *, seed: int) -> Shops:
    """Make about `count` merchants for a bank, at least one wherever somebody may buy."""
    rng = generator(seed, bank.code, "shops", count)
    cities, abroad = HOME_CITIES[bank.country], abroad_of(bank.country)
    number = _numbers(bank, count)
    flat = number.ravel()
    region = np.repeat(np.repeat(np.arange(len(number)), len(CATEGORIES)), flat)
    category = np.repeat(np.tile(np.arange(len(CATEGORIES)), len(number)), flat)
    first = (np.cumsum(flat) - flat).reshape(number.shape)
    online, total = len(number) - 2, int(flat.sum())
    seat = np.where(region < online, region, rng.integers(0, len(cities), total))
    foreign = Choices.of([place.shops for place in abroad]).draw_one(rng.random(total))
    seat = np.where(region == online + 1, len(cities) + foreign, seat)
    risk = np.array([0.0] * len(cities) + [place.fraud for place in abroad])[seat]
    rank = np.arange(total) - np.repeat(first.ravel(), flat)
    visited = ((rank + 1) ** (1 / _STEEPNESS) - rank ** (1 / _STEEPNESS)) * risk
    by_category = np.where(
        (region == online + 1) & (category == np.arange(len(CATEGORIES))[:, None]), visited, 0.0
    )
    by_category[by_category.sum(axis=1) == 0, 0] = 1.0  # no shop abroad sells transfers or cash
    return Shops(
        table=_table(bank, seat, category, rng),
        first=first,
        number=number,
        cities=len(cities),
        visits=Choices.of([place.visits for place in abroad]),
        abroad_online=Choices.of(by_category),
        count=total,
    )


def _numbers(bank: DemoBank, count: int) -> Ints:
    """Return how many merchants each region has of each category."""
    abroad = abroad_of(bank.country)
    size = np.concatenate(
        [
            0.56 * shares([city.people**0.7 for city in HOME_CITIES[bank.country]]),
            0.10 * shares([place.visits for place in abroad]),
        ]
    )
    sold = shares([category.share**0.7 for category in CATEGORIES])
    online = np.where(_FACE_TO_FACE < 0.995, sold, 0.0)
    weights = np.vstack(
        [size[:, None] * np.where(_FACE_TO_FACE > 0, sold, 0.0), 0.22 * online, 0.12 * online]
    )
    weights[:, TRANSFERS] = 0.0
    return np.where(weights > 0, np.maximum(1, np.round(weights * count)), 0).astype(np.int64)


def _table(bank: DemoBank, seat: Ints, category: Ints, rng: np.random.Generator) -> pa.Table:
    cities, abroad, count = HOME_CITIES[bank.country], abroad_of(bank.country), len(seat)
    name = [place.name for place in cities] + [place.city for place in abroad]
    state = [place.state for place in cities] + [None] * len(abroad)
    country = [bank.country] * len(cities) + [place.country for place in abroad]
    latitude = np.array([place.latitude for place in cities] + [place.latitude for place in abroad])[seat]
    longitude = np.array([place.longitude for place in cities] + [place.longitude for place in abroad])[seat]
    near = rng.normal(0, 0.04, (2, count))
    columns = {
        "merchant_id": [f"{bank.country}-M{number + 1:05d}" for number in range(count)],
        "name": _names(category, rng),
        "category": np.array(NAMES)[category],
        "mcc_code": np.array([kind.mcc for kind in CATEGORIES])[category],
        "city": [name[place] for place in seat],
        "state": [state[place] for place in seat],
        "country": [country[place] for place in seat],
        "latitude": np.round(latitude + near[0], 4),
        "longitude": np.round(longitude + near[1], 4),
    }
    return conform(pa.table({name: pa.array(values) for name, values in columns.items()}), MERCHANT_SCHEMA)


def _names(category: Ints, rng: np.random.Generator) -> list[str]:
    """Put names together; one that is taken gets a number behind it."""
    taken: dict[str, int] = {}
    names = []
    picks = rng.integers(0, 1 << 30, (len(category), 2))
    for kind, (one, other) in zip(category.tolist(), picks.tolist(), strict=True):
        second = SHOP_SECOND[NAMES[kind]]
        name = f"{SHOP_FIRST[one % len(SHOP_FIRST)]} {second[other % len(second)]}"
        taken[name] = taken.get(name, 0) + 1
        names.append(name if taken[name] == 1 else f"{name} {taken[name]}")
    return names
