"""When people pay: growth, seasons, salary days, holidays, weekdays and hours."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import numpy as np

from dashboard.world.banks import DemoBank
from dashboard.world.categories import CATEGORIES, Category
from dashboard.world.draws import Choices, Floats, Ints, generator

QUARTERS = 96
DAY_KINDS = 3  # Monday to Friday, Saturday, Sunday or holiday
_WEEKDAYS = np.array([0.93, 0.94, 0.97, 1.0, 1.14, 1.17, 0.85])
_MONTHS = np.array([0.93, 0.92, 0.97, 0.98, 1.0, 1.02, 1.02, 0.95, 1.0, 1.0, 1.06, 1.2])
_SALARY = {25: 1.03, 26: 1.06, 27: 1.08, 28: 1.07, 29: 1.05, 30: 1.04, 1: 1.07, 2: 1.06, 3: 1.04}
_SPECIAL = {
    (11, 26): 1.25, (11, 27): 1.35, (12, 20): 1.2, (12, 21): 1.25, (12, 22): 1.3, (12, 23): 1.3,
    (12, 24): 1.05, (12, 25): 0.35, (12, 26): 0.7, (1, 1): 0.5,
}  # fmt: skip


def days_between(since: date, until: date) -> list[date]:
    """Return the days from `since` on, `until` excluded."""
    return [since + timedelta(days=number) for number in range((until - since).days)]


def public_holidays(country: str, days: list[date]) -> dict[date, str]:
    """Return the public holidays of a country among these days, with their English or local names."""
    calendar = holidays.country_holidays(country, years=sorted({day.year for day in days}))
    return {day: calendar[day] for day in days if day in calendar}


def day_weights(bank: DemoBank, days: list[date], seed: int, *, steady: bool = False) -> Floats:
    """Return how busy each day is, 1 for an ordinary day at the middle of the range.

    Where all is `steady`, days differ by weekday and weather alone.
    """
    ordinals = np.array([day.toordinal() for day in days])
    rng = generator(seed, bank.code, "days", days[0].isoformat())
    growth = (1 + bank.growth_a_year) ** ((ordinals - ordinals.mean()) / 365.25)
    weekday = _WEEKDAYS[[day.weekday() for day in days]]
    special = np.array([_SALARY.get(day.day, 1.0) * _SPECIAL.get((day.month, day.day), 1.0) for day in days])
    quiet = public_holidays(bank.country, days)
    rest = np.array([0.78 if day in quiet else 1.0 for day in days])
    weather = np.exp(rng.normal(0, 0.035, len(days)))
    if steady:
        return np.asarray(weekday * weather)
    weights: Floats = growth * weekday * _season(days) * special * rest * weather
    return weights


def _season(days: list[date]) -> Floats:
    """Interpolate the months' levels from middle to middle, so that no month begins with a step."""
    place = np.array([day.timetuple().tm_yday for day in days]) / 365.25 * 12
    level: Floats = np.interp(place, np.arange(12) + 0.5, _MONTHS, period=12)
    return level


def day_kinds(bank: DemoBank, days: list[date]) -> Ints:
    """Return 0 for a working day, 1 for a Saturday, 2 for a Sunday or public holiday."""
    quiet = public_holidays(bank.country, days)
    kinds = [2 if day in quiet else max(0, day.weekday() - 4) for day in days]
    return np.array(kinds, dtype=np.int64)


def quarter_hours() -> Choices:
    """Return the quarter hours of the day, a distribution for each category and kind of day in turn."""
    return Choices.of([_hours(category, kind) for category in CATEGORIES for kind in range(DAY_KINDS)])


def _hours(category: Category, kind: int) -> Floats:
    """Add the bumps of a category's day; at weekends they come later and wider, nights are never empty."""
    quarter = (np.arange(QUARTERS) + 0.5) / 4
    later, wider = ((0.0, 1.0), (0.7, 1.2), (0.9, 1.35))[kind]
    level = np.full(QUARTERS, 0.055)
    for hour, width, weight in category.hours:
        distance = np.abs(quarter - hour - later)
        distance = np.minimum(distance, 24 - distance)
        level += weight / width * np.exp(-0.5 * (distance / (width * wider)) ** 2)
    asleep = 1 - 0.25 * np.exp(-0.5 * ((quarter - 3.8) / 1.6) ** 2)
    return level * asleep


def night_hours() -> Choices:
    """Return the quarter hours at which fraud begins: spread over the day, with a peak at two at night."""
    quarter = (np.arange(QUARTERS) + 0.5) / 4
    distance = np.minimum(np.abs(quarter - 1.8), 24 - np.abs(quarter - 1.8))
    day = np.exp(-0.5 * ((quarter - 15.5) / 5.0) ** 2)
    return Choices.of(0.12 + day + 1.6 * np.exp(-0.5 * (distance / 1.9) ** 2))


def category_levels(kind: int, month: int) -> Floats:
    """Return the shares of the categories on a kind of day in a month, before anybody's habits."""
    weekend = (lambda _: 1.0, lambda c: c.saturday, lambda c: c.sunday)[kind]
    return np.array(
        [
            category.share * weekend(category) * dict(category.months).get(month, 1.0)
            for category in CATEGORIES
        ]
    )
