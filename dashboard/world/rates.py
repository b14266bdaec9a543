"""Made-up exchange rates: each currency swings slowly around its level, the same on a day for ever."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from dashboard.world.draws import Floats, Ints, fixed_unit

LEVELS: Final = {
    "EUR": 1.0, "USD": 0.9, "GBP": 1.17, "CAD": 0.66, "CHF": 1.05, "RON": 0.2,
    "MXN": 0.048, "BRL": 0.165, "THB": 0.026, "JPY": 0.0061, "HKD": 0.115,
}  # fmt: skip
"""What one unit is worth in euros, about."""

CURRENCY_OF: Final = {
    "ES": "EUR", "IT": "EUR", "DE": "EUR", "FR": "EUR", "PT": "EUR", "BE": "EUR", "NL": "EUR", "IE": "EUR",
    "GB": "GBP", "US": "USD", "CA": "CAD", "CH": "CHF", "RO": "RON", "MX": "MXN", "BR": "BRL", "TH": "THB",
    "JP": "JPY", "HK": "HKD",
}  # fmt: skip
"""What is paid with where."""

WITHOUT_CENTS: Final = frozenset({"JPY"})
_SWINGS: Final = ((431, 0.035), (97, 0.014), (23, 0.006))
_DECIMALS: Final = 8


def euros(currency: str, days: Ints) -> Floats:
    """Return what one unit of a currency is worth in euros on each day since 1970."""
    if currency == "EUR":
        return np.ones(len(days))
    name = zlib.crc32(currency.encode())
    swing = np.zeros(len(days))
    for number, (period, width) in enumerate(_SWINGS):
        phase = fixed_unit(name, number)[0]
        swing += width * np.sin(2 * np.pi * (days / period + phase))
    noise = 0.004 * (fixed_unit(name, days) - 0.5)
    worth: Floats = LEVELS[currency] * np.exp(swing + noise)
    return worth


def rates_into(base: str, days: Ints) -> dict[str, Floats]:
    """Return base units for one unit of every other currency on each day, to eight decimals."""
    own = euros(base, days)
    return {code: np.round(euros(code, days) / own, _DECIMALS) for code in LEVELS if code != base}


def rate_rows(
    base: str, days: Sequence[date], currencies: Collection[str]
) -> list[tuple[date, str, Decimal]]:
    """Return day, currency and rate of the currencies for all days, as they are stored."""
    numbers = np.array([day.toordinal() for day in days]) - date(1970, 1, 1).toordinal()
    found = rates_into(base, numbers)
    return [
        (day, code, Decimal(f"{rate:.{_DECIMALS}f}"))
        for code in sorted(set(currencies) - {base})
        for day, rate in zip(days, found[code].tolist(), strict=True)
    ]
