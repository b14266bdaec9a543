"""How a number, an amount, a share, a duration or a day looks, per unit and locale: one rule each.

Numbers keep the locale's own separators (Babel). Between a number and its unit stands a no-break space,
before a currency that follows its amount the locale's own. A difference uses the minus sign.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import (
    format_currency,
    get_currency_precision,
    get_decimal_symbol,
    get_group_symbol,
)

SPACE = "\u00a0"
MINUS = "\u2212"
DASH = "\u2013"
NOTHING = DASH
_PERCENT_DECIMALS = ((10.0, 1), (1.0, 2), (0.0, 3))
_CENTS_BELOW = Decimal(1_000)
_SHORT = {
    "en": ((1_000_000_000, "bn"), (1_000_000, "M"), (1_000, "k")),
    "fr": ((1_000_000_000, "Md"), (1_000_000, "M"), (1_000, "k")),
}
_TIME_UNITS = {"en": ("ms", "s", "min", "h", "d"), "fr": ("ms", "s", "min", "h", "j")}


@lru_cache(maxsize=16)
def _separators(locale: str) -> dict[int, str]:
    return {ord(","): get_group_symbol(locale), ord("."): get_decimal_symbol(locale), ord("-"): MINUS}


def number(value: float | Decimal, decimals: int, locale: str) -> str:
    """Write a number with a fixed count of decimals, grouped."""
    text = f"{value:,.{decimals}f}"
    # Nothing is less than nothing: what rounds to zero loses its sign.
    if text.startswith("-") and not text.strip("-0.,"):
        text = text[1:]
    return text.translate(_separators(locale))


def count(value: float, locale: str) -> str:
    """Write how many, whole."""
    return number(value, 0, locale)


def short(value: float, locale: str) -> str:
    """Write how many in at most three digits and a letter, for axes: 14 k, 1.2 M."""
    for size, letter in _SHORT.get(_language(locale), _SHORT["en"]):
        if abs(value) >= size:
            scaled = value / size
            decimals = 0 if scaled == int(scaled) or abs(scaled) >= 100 else 1  # noqa: PLR2004 - three digits
            return f"{number(scaled, decimals, locale)}{SPACE}{letter}"
    return f"{value:,.6g}".translate(_separators(locale))


def percent_decimals(shares: Iterable[float]) -> int:
    """Decimals of percentages that stand together: three below 1 %, two below 10 %, else one; none for 0."""
    largest = max(map(abs, shares), default=0.0) * 100
    if largest == 0:
        return 0
    for limit, decimals in _PERCENT_DECIMALS:
        if largest >= limit:
            return decimals
    return _PERCENT_DECIMALS[-1][1]


def percent_number(share: float, locale: str, decimals: int | None = None) -> str:
    """Write a share as a percentage without its sign, where the unit stands elsewhere."""
    return number(share * 100, percent_decimals([share]) if decimals is None else decimals, locale)


def percent(share: float, locale: str, decimals: int | None = None) -> str:
    """Write a share as a percentage."""
    return f"{percent_number(share, locale, decimals)}{SPACE}%"


def percent_range(low: float, high: float, locale: str) -> str:
    """Write an interval of shares; the larger end decides the decimals of both."""
    decimals = percent_decimals([low, high])
    ends = (percent_number(low, locale, decimals), percent_number(high, locale, decimals))
    return f"{DASH.join(ends)}{SPACE}%"


def points(change: float, locale: str) -> str:
    """Write a difference of two shares in points, without the word."""
    return percent_number(change, locale)


def money(amount: Decimal, currency: str, locale: str) -> str:
    """Write an amount: with its minor units below a thousand, whole from there on."""
    digits = get_currency_precision(currency) if abs(amount) < _CENTS_BELOW else 0
    return _with_currency(number(amount, digits, locale), currency, locale)


def money_exact(amount: Decimal, currency: str, locale: str) -> str:
    """Write an amount with all that is stored of it, at least its minor units."""
    digits = get_currency_precision(currency)
    stored = -int(amount.normalize().as_tuple().exponent)
    return _with_currency(number(amount, max(digits, stored), locale), currency, locale)


def money_whole(amount: Decimal, currency: str, locale: str) -> str:
    """Write an amount without minor units, where it has none: a filter's round bound."""
    return _with_currency(number(amount, 0, locale), currency, locale)


def money_short(amount: float, currency: str, locale: str) -> str:
    """Write a round amount for an axis: €10 k."""
    return _with_currency(short(amount, locale), currency, locale)


def money_range(low: float, high: float, currency: str, locale: str) -> str:
    """Write an interval of amounts in three digits, currency and letter once: €449–523 k."""
    steps = _SHORT.get(_language(locale), _SHORT["en"])
    size, letter = next(((size, letter) for size, letter in steps if abs(high) >= size), (1, ""))
    ends = [number(end / size, _digits_after(end / size), locale) for end in (low, high)]
    return _with_currency(f"{DASH.join(ends)}{SPACE if letter else ''}{letter}", currency, locale)


def money_about(amount: float, currency: str, locale: str) -> str:
    """Write an amount that is known to two or three digits only: €37, €1.2 k."""
    return _with_currency(short(float(f"{amount:.2g}"), locale), currency, locale)


def _digits_after(value: float) -> int:
    return 0 if abs(value) >= 100 or value == 0 else 1 if abs(value) >= 10 else 2  # noqa: PLR2004 - three digits


@lru_cache(maxsize=512)
def _currency_frame(currency: str, locale: str) -> tuple[str, str]:
    """Return what the locale writes before and after an amount of this currency."""
    sample = format_currency(1, currency, locale=locale)
    first, last = sample.index("1"), max(sample.rfind("1"), sample.rfind("0"))
    return sample[:first], sample[last + 1 :]


def _with_currency(text: str, currency: str, locale: str) -> str:
    before, after = _currency_frame(currency, locale)
    sign = MINUS if text.startswith(MINUS) else ""
    return f"{sign}{before}{text.removeprefix(MINUS)}{after}"


def duration_ms(milliseconds: float, locale: str) -> str:
    """Write how long something took: 0.4 ms, 38 ms, 6.2 s, 2 min."""
    ms, seconds, minutes, *_ = _time_units(locale)
    if milliseconds < 1:
        return f"{number(milliseconds, 1, locale)}{SPACE}{ms}"
    if milliseconds < 1_000:  # noqa: PLR2004 - a second
        return f"{number(milliseconds, 0, locale)}{SPACE}{ms}"
    if milliseconds < 60_000:  # noqa: PLR2004 - a minute
        return f"{number(milliseconds / 1_000, 1, locale)}{SPACE}{seconds}"
    return f"{number(milliseconds / 60_000, 0, locale)}{SPACE}{minutes}"


def age(span: timedelta, locale: str) -> str:
    """Write how long ago in its largest whole unit: 40 s, 4 min, 3 h, 12 d."""
    _, seconds_unit, minutes_unit, hours_unit, days_unit = _time_units(locale)
    seconds = max(0, math.floor(span.total_seconds()))
    steps = ((86_400, days_unit), (3_600, hours_unit), (60, minutes_unit), (1, seconds_unit))
    size, unit = next((step for step in steps if seconds >= step[0]), steps[-1])
    return f"{count(seconds // size, locale)}{SPACE}{unit}"


def _time_units(locale: str) -> tuple[str, ...]:
    return _TIME_UNITS.get(_language(locale), _TIME_UNITS["en"])


def _language(locale: str) -> str:
    return locale.split("_", maxsplit=1)[0]


@lru_cache(maxsize=4_096)
def day(value: date, locale: str, *, year: bool = False, weekday: bool = False) -> str:
    """Write a day: 16 Oct; with its year or weekday where asked."""
    pattern = f"{'EEE ' if weekday else ''}d MMM{' y' if year else ''}"
    return format_date(value, pattern, locale=locale)


def days(first: date, last: date, locale: str, *, this_year: int) -> str:
    """Write a span of days, both included; the year is left out where it is this one."""
    if first == last:
        return day(first, locale, year=first.year != this_year)
    year = not first.year == last.year == this_year
    start = day(first, locale, year=first.year != last.year)
    return f"{start}{SPACE}{DASH}{SPACE}{day(last, locale, year=year)}"


def moment(value: datetime, zone: str, locale: str) -> str:
    """Write one moment to the minute, in the zone given."""
    return format_datetime(value, "d MMM y, HH:mm", tzinfo=ZoneInfo(zone), locale=locale)


def weekdays(locale: str) -> list[str]:
    """Return the short names of the days, Monday first."""
    monday = date(2024, 1, 1)
    return [format_date(monday + timedelta(days=n), "EEE", locale=locale) for n in range(7)]


def month_short(value: date, locale: str) -> str:
    """Write a month for an axis, the year with January: Oct, Jan 2026."""
    return format_date(value, "MMM y" if value.month == 1 else "MMM", locale=locale)


def month(value: date, locale: str) -> str:
    """Write a month with its year: October 2026."""
    return format_date(value, "LLLL y", locale=locale)
