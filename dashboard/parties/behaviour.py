"""How a party behaves now against its own normal: its last seven days among its own weeks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from database.queries.party_pages import Week
from models.messages import N_

MOST_WEEKS: Final = 104
LEAST_WEEKS: Final = 4
"""Fewer weeks before the last one are no normal."""


@dataclass(frozen=True, slots=True)
class Habit:
    """One figure of the last week among those of the weeks before.

    `percentile` is the share of earlier weeks below the last one's, ties counted half; None without a
    normal. `low` and `high` hold the middle half of the earlier weeks, `least` and `most` all of them.
    """

    slug: str
    name: str
    unit: str
    now: float | None
    percentile: float | None
    least: float
    low: float
    high: float
    most: float
    weeks: int


_FIGURES: Final[tuple[tuple[str, str, str, Callable[[Week], float | None]], ...]] = (
    ("payments", N_("payments a week"), "count", lambda week: week.payments),
    ("median", N_("median amount"), "money", lambda week: week.median),
    ("largest", N_("largest amount"), "money", lambda week: week.largest),
    ("online", N_("share online"), "share", lambda week: week.online / week.payments),
    ("night", N_("share at night"), "share", lambda week: week.night / week.payments),
    ("others", N_("counterparties"), "count", lambda week: week.others),
)
_COUNTED: Final = frozenset({"payments", "others"})


def habits_of(weeks: Sequence[Week], lived: int) -> tuple[Habit, ...]:
    """Compare the last week with those before; `lived` is how many whole weeks lie before it.

    A week without payments counts as 0 payments and 0 counterparties; amounts and shares know only weeks
    that have some.
    """
    by_number = {week.number: week for week in weeks}
    last = by_number.get(0)
    return tuple(
        _habit(slug, name, unit, figure, last, _earlier(slug, figure, by_number, lived))
        for slug, name, unit, figure in _FIGURES
    )


def percentile_of(value: float, others: Sequence[float]) -> float:
    """Return the share of values below one, ties counted half."""
    below = sum(each < value for each in others) + 0.5 * sum(each == value for each in others)
    return below / len(others)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return a quantile of sorted values, interpolated as `percentile_cont` does."""
    place = share * (len(ordered) - 1)
    before = int(place)
    after = min(before + 1, len(ordered) - 1)
    return ordered[before] + (ordered[after] - ordered[before]) * (place - before)


def _earlier(
    slug: str, figure: Callable[[Week], float | None], weeks: dict[int, Week], lived: int
) -> list[float]:
    found = []
    for number in range(1, min(lived, MOST_WEEKS - 1) + 1):
        week = weeks.get(number)
        value = (0.0 if slug in _COUNTED else None) if week is None else figure(week)
        if value is not None:
            found.append(float(value))
    return sorted(found)


def _habit(
    slug: str,
    name: str,
    unit: str,
    figure: Callable[[Week], float | None],
    last: Week | None,
    earlier: Sequence[float],
) -> Habit:
    now = None if last is None else figure(last)
    if len(earlier) < LEAST_WEEKS:
        return Habit(slug, name, unit, now, None, 0.0, 0.0, 0.0, 0.0, len(earlier))
    return Habit(
        slug,
        name,
        unit,
        now,
        None if now is None else percentile_of(now, earlier),
        earlier[0],
        quantile(earlier, 0.25),
        quantile(earlier, 0.75),
        earlier[-1],
        len(earlier),
    )
