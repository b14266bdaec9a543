"""The demo banks: who they are, in which money and zone, and how much fraud they see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, islice


@dataclass(frozen=True, slots=True)
class DemoBank:
    """A bank of the world; `money` is what a euro's worth costs there, `share` its part of all rows."""

    code: str
    name: str
    country: str
    currency: str
    zone: str
    money: float
    fraud_rate: float
    growth_a_year: float
    share: float


FIRST_BANKS: tuple[DemoBank, ...] = (
    DemoBank("demo-fr", "Banque Lumière", "FR", "EUR", "Europe/Paris", 1.0, 0.0068, 0.22, 1.0),
    DemoBank("demo-us", "Harbor Bank", "US", "USD", "America/New_York", 1.25, 0.0078, 0.30, 1.0),
    DemoBank("demo-gb", "Thistle & Rowan Bank", "GB", "GBP", "Europe/London", 0.9, 0.0055, 0.12, 0.8),
    DemoBank("demo-de", "Lindenbank", "DE", "EUR", "Europe/Berlin", 1.05, 0.0041, 0.18, 0.7),
    DemoBank("demo-ca", "Maple Harbour Trust", "CA", "CAD", "America/Toronto", 1.4, 0.0078, 0.26, 0.6),
)


def demo_banks(number: int) -> tuple[DemoBank, ...]:
    """Return the first `number` demo banks; after five they begin again under another name."""
    return tuple(islice(_all(), number))


def _all() -> Iterator[DemoBank]:
    for turn in count(1):
        for bank in FIRST_BANKS:
            numbered = replace(bank, code=f"{bank.code}-{turn}", name=f"{bank.name} {turn}")
            yield bank if turn == 1 else numbered
