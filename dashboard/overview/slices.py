"""Fraud rates by the values of a dimension, by hour and weekday, and how amounts are spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from dashboard.filters import Measure
from dashboard.overview.rates import Rate, rate_of
from database.segments import Bucket, Sums
from models.units import E4

_STEPS = ((500, 60), (100, 30), (0, 16))
"""Steps of the amounts by the rows of the rarer class: a few rows over many steps are only noise."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One value of a dimension; `""` = the rows have none."""

    value: str
    rows: int
    rate: Rate


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first slices by the lower bound of their interval, and how many there are in all.

    Where the page is filtered by this dimension, `chosen` are the values that pass (None: all but `without`).
    """

    dimension: str
    slices: tuple[Slice, ...]
    total: int
    whole: Rate
    chosen: frozenset[str] | None = None
    without: frozenset[str] = frozenset()

    def is_dimmed(self, one: Slice) -> bool:
        """Whether the page leaves this slice out."""
        return one.value in self.without or (self.chosen is not None and one.value not in self.chosen)


@dataclass(frozen=True, slots=True)
class Spread:
    """Shares of each class per amount bucket (edges one more than shares), and the medians, in units."""

    edges: tuple[float, ...]
    genuine: tuple[float, ...]
    fraud: tuple[float, ...]
    genuine_rows: int
    fraud_rows: int
    unknown_rows: int
    genuine_median: float | None
    fraud_median: float | None


def rank(dimension: str, values: Mapping[str, Sums], whole: Sums, *, measure: Measure, most: int) -> Ranking:
    """Sort slices by the lower bound; those with too few labelled rows stand last, largest first."""
    slices = [Slice(value, sums.rows, rate_of(sums, measure)) for value, sums in values.items() if sums.rows]
    slices.sort(key=_rank_key)
    return Ranking(dimension, tuple(slices[:most]), len(slices), rate_of(whole, measure))


def _rank_key(one: Slice) -> tuple[bool, float, int, str]:
    low = -1.0 if one.rate.estimate is None or one.rate.is_too_few else one.rate.estimate.low
    return one.rate.is_too_few, -low, -one.rows, one.value


def heat(hours: Sequence[Sequence[Sums]], measure: Measure) -> tuple[tuple[Rate, ...], ...]:
    """Return the rate of each weekday (Monday first) and hour."""
    return tuple(tuple(rate_of(cell, measure) for cell in row) for row in hours)


def spread(buckets: Sequence[Bucket]) -> Spread | None:
    """Join amount buckets to as many as the rarer class bears and tell each class's share; None if empty."""
    if not buckets:
        return None
    rarer = min(sum(bucket.fraud for bucket in buckets), sum(bucket.genuine for bucket in buckets))
    step = -(-len(buckets) // next(steps for rows, steps in _STEPS if rarer >= rows))
    groups = [buckets[start : start + step] for start in range(0, len(buckets), step)]
    genuine = [sum(bucket.genuine for bucket in group) for group in groups]
    fraud = [sum(bucket.fraud for bucket in group) for group in groups]
    edges = [group[0].lower_e4 / E4 for group in groups]
    edges.append(
        edges[-1] * (edges[-1] / edges[-2]) if len(edges) > 1 and edges[-2] else edges[-1] * 2 or 1.0
    )
    return Spread(
        edges=tuple(edges),
        genuine=_shares(genuine),
        fraud=_shares(fraud),
        genuine_rows=sum(genuine),
        fraud_rows=sum(fraud),
        unknown_rows=sum(bucket.unknown for bucket in buckets),
        genuine_median=_median(buckets, [bucket.genuine for bucket in buckets]),
        fraud_median=_median(buckets, [bucket.fraud for bucket in buckets]),
    )


def _shares(counts: Sequence[int]) -> tuple[float, ...]:
    total = sum(counts)
    return tuple(count / total if total else 0.0 for count in counts)


def _median(buckets: Sequence[Bucket], counts: Sequence[int]) -> float | None:
    """Interpolate the median in its bucket on the logarithmic scale; None for an empty class."""
    total = sum(counts)
    if not total:
        return None
    sums = [0, *accumulate(counts)]
    place = next(place for place, (_, after) in enumerate(pairwise(sums)) if after * 2 >= total)
    low = max(buckets[place].lower_e4, 1)
    high = buckets[place + 1].lower_e4 if place + 1 < len(buckets) else low
    share = (total / 2 - sums[place]) / counts[place]
    return float(low * (high / low) ** share) / E4
