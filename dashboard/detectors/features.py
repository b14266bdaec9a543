"""What is unusual about each payment beside its customer's other payments, as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from dashboard.detectors.block import Block, Flags, Floats, Ints
from models.transactions import TransactionType

DAY: Final = 86_400
HOUR: Final = 3_600
# A means that a customer used in one short time only, beside others, is strange to that customer.
STRANGE_FOR: Final = 36 * HOUR
LEAST_OTHERS: Final = 2
# The median absolute deviation of a normal distribution is this part of its standard deviation.
_MAD: Final = 0.6745
_PRIOR: Final = 6
_EARTH_KM: Final = 6371.0


@dataclass(frozen=True)
class Norms:
    """What is usual in a bank: middle and width of log amounts by category, and the middle amount of all."""

    middles: Mapping[str, float]
    widths: Mapping[str, float]
    middle: float
    width: float
    amount: float

    @classmethod
    def of(cls, block: Block) -> Norms:
        """Learn from a sample of payments; a category of few payments takes the norms of all."""
        is_paid = block.amount > 0
        logs, categories = np.log(block.amount[is_paid]), block.category[is_paid]
        if not len(logs):
            return cls({}, {}, 0.0, 1.0, 1.0)
        middles, widths = {}, {}
        for category in sorted(set(categories.tolist())):
            mine = logs[categories == category]
            if len(mine) >= 30:
                middles[category], widths[category] = float(np.median(mine)), _width(mine)
        return cls(middles, widths, float(np.median(logs)), _width(logs), float(np.median(np.exp(logs))))


def _width(values: Floats) -> float:
    return max(0.2, float(np.median(np.abs(values - np.median(values)))) / _MAD)


@dataclass(frozen=True)
class Features:
    """By payment: `deviation` of its amount in robust standard deviations from the customer's own habit.

    `since_last` and `speed` (km/h, 0 where unknown) are against the customer's payment before; `in_hour`
    counts the customer's payments in the hour before, this one included; `hour_share` is the part of the
    customer's payments near this hour of the day.
    """

    deviation: Floats
    strange_device: Flags
    strange_address: Flags
    new_country: Flags
    since_last: Floats
    in_hour: Ints
    speed: Floats
    distance: Floats
    hour_share: Floats
    payments: Ints


def features_of(block: Block, norms: Norms) -> Features:
    """Look at every payment beside the others of its customer."""
    index = np.cumsum(block.first_of_customer()) - 1
    counts = np.bincount(index) if len(block) else np.zeros(0, dtype=np.int64)
    since_last = np.diff(block.at, prepend=block.at[:1]).astype(np.float64)
    since_last[block.first_of_customer()] = 365.0 * DAY
    distance, speed = _journeys(block, index)
    # Payments of nobody known have nothing in common but the bank.
    is_known = block.customer > 0
    is_new = strange(block.customer, block.country, block.at, lasts=15 * DAY)
    return Features(
        deviation=_deviation(block, norms, index, counts),
        strange_device=strange(block.customer, block.device, block.at) & is_known,
        strange_address=strange(block.customer, block.address, block.at) & is_known,
        new_country=is_new & ~block.is_remote & is_known,
        since_last=np.where(is_known, since_last, DAY),
        in_hour=np.where(is_known, _in_the_hour_before(block), 1),
        speed=speed * is_known,
        distance=distance * is_known,
        hour_share=np.where(is_known, _hour_share(block, index, counts), 0.2),
        payments=np.where(is_known, counts[index], 1),
    )


def _deviation(block: Block, norms: Norms, index: Ints, counts: Ints) -> Floats:
    """Return how far log amounts lie from the customer's middle, both against what the category costs.

    Robust z by median and median absolute deviation (B. Iglewicz, D. C. Hoaglin, "How to detect and handle
    outliers", 1993), each pulled towards the bank's as if by a few payments more: people pay rarely.
    """
    is_paid = (block.amount > 0) & ~block.is_kind(TransactionType.CASH_IN, TransactionType.REFUND)
    categories, place = np.unique(block.category, return_inverse=True)
    middle = np.array([norms.middles.get(name, norms.middle) for name in categories.tolist()])[place]
    width = np.array([norms.widths.get(name, norms.width) for name in categories.tolist()])[place]
    unit = np.where(is_paid, (np.log(np.maximum(block.amount, 1e-4)) - middle) / width, 0.0)
    weight = counts / (counts + _PRIOR)
    own = median_by(index, unit, len(counts)) * weight
    away = np.abs(unit - own[index])
    spread = median_by(index, away, len(counts)) / _MAD
    spread = np.sqrt(weight * np.square(np.maximum(spread, 0.5)) + (1 - weight))
    found: Floats = np.where(is_paid, (unit - own[index]) / spread[index], 0.0)
    return found


def median_by(index: Ints, values: Floats, groups: int) -> Floats:
    """Return the lower median of each group's values; groups are numbered from 0."""
    order = np.lexsort((values, index))
    starts = np.searchsorted(index[order], np.arange(groups))
    sizes = np.bincount(index, minlength=groups)
    medians: Floats = values[order][starts + (sizes - 1) // 2] if len(values) else np.zeros(0)
    return medians


def strange(customer: Ints, means: Ints, at: Ints, *, lasts: int = STRANGE_FOR) -> Flags:
    """Say where a means was used by its customer for a short time only, who used others before or after."""
    pair = np.where(means >= 0, customer * (int(means.max(initial=0)) + 1) + means, -1)
    _, index = np.unique(pair, return_inverse=True)
    groups = int(index.max(initial=-1)) + 1
    first, last = np.full(groups, np.iinfo(np.int64).max), np.zeros(groups, dtype=np.int64)
    np.minimum.at(first, index, at)
    np.maximum.at(last, index, at)
    uses = np.bincount(index, minlength=groups)
    _, who = np.unique(customer, return_inverse=True)
    known = np.bincount(who, weights=(means >= 0).astype(np.float64))
    others = known[who] - uses[index]
    is_strange: Flags = (means >= 0) & (last[index] - first[index] <= lasts) & (others >= LEAST_OTHERS)
    return is_strange


def _in_the_hour_before(block: Block) -> Ints:
    key = block.customer * (1 << 34) + block.at
    return np.arange(len(block)) - np.searchsorted(key, key - HOUR, side="left") + 1


def _journeys(block: Block, index: Ints) -> tuple[Floats, Floats]:
    """Return distance and speed from the customer's last payment in person, where both places are known."""
    distance, speed = np.zeros(len(block)), np.zeros(len(block))
    seen = np.flatnonzero(~block.is_remote & np.isfinite(block.latitude) & np.isfinite(block.longitude))
    before, after = seen[:-1], seen[1:]
    same = index[before] == index[after]
    before, after = before[same], after[same]
    away = great_circle_km(
        block.latitude[before], block.longitude[before], block.latitude[after], block.longitude[after]
    )
    hours = np.maximum(block.at[after] - block.at[before], 60) / HOUR
    distance[after], speed[after] = away, np.where(away > 100, away / hours, 0.0)
    return distance, speed


def great_circle_km(lat: Floats, lon: Floats, other_lat: Floats, other_lon: Floats) -> Floats:
    """Return the distance on a sphere (haversine; R. W. Sinnott, Sky and Telescope 68, 1984)."""
    a, b = np.radians(lat), np.radians(other_lat)
    half = np.square(np.sin((b - a) / 2))
    half = half + np.cos(a) * np.cos(b) * np.square(np.sin(np.radians(other_lon - lon) / 2))
    away: Floats = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.minimum(1.0, half)))
    return away


def _hour_share(block: Block, index: Ints, counts: Ints) -> Floats:
    """Return the part of a customer's payments within two hours of this hour, pulled towards a fifth."""
    table = np.zeros((len(counts), 24))
    np.add.at(table, (index, block.hour), 1.0)
    near = sum(np.roll(table, shift, axis=1) for shift in (-2, -1, 0, 1, 2))
    share: Floats = (np.asarray(near)[index, block.hour] - 1 + 0.2 * 5) / (counts[index] - 1 + 5)
    return share
