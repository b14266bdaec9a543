"""Customers who share a device, an address or a card within days: rings, unless a family or a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from dashboard.detectors.block import Block, Flags, Floats, Ints
from dashboard.detectors.features import DAY, HOUR, Features, strange
from dashboard.detectors.sequences import moment, severity_of
from database.queries.anomalies import Means, Shared
from database.queries.patterns import Found
from models.transactions import TransactionType

RING: Final = "ring"
LEAST_CUSTOMERS: Final = 3
MOST_CUSTOMERS: Final = 60
# What is used for longer belongs to a family, a shop or a network.
LONGEST: Final = 30 * DAY
MARGIN: Final = 12 * HOUR
_TINY: Final = -1.5
# In the order of `ring_evidence`; fitted once on made-up worlds of other seeds than those it is judged on.
_WEIGHTS: Final = np.array([0.6, 2.5, 1.5, 1.9, 0.3, 1.7])
_OFFSET: Final = -1.9
_COLUMN: Final[dict[Means, str]] = {
    "device_id": "device",
    "ip_address": "address",
    "card_fingerprint": "card",
}


@dataclass(frozen=True)
class _Ring:
    """Payments by means that belong together, and the means."""

    places: Ints
    means: tuple[tuple[Means, str], ...]


def brief(shared: Sequence[Shared]) -> list[Shared]:
    """Return the means that were used for some weeks at most, and cards: each has but one owner."""
    return [
        one
        for one in shared
        if one.means == "card_fingerprint" or (one.last_at - one.first_at).total_seconds() <= LONGEST
    ]


def rings(block: Block, features: Features, shared: Sequence[Shared]) -> list[Found]:
    """Find rings among the payments around briefly shared means."""
    found = []
    for ring in _joined(block, shared):
        customers = np.unique(block.customer[ring.places])
        if len(customers) < LEAST_CUSTOMERS:
            continue
        confidence = _confidence(block, features, ring, len(customers))
        if confidence >= 0.5:
            found.append(_pattern(block, ring, len(customers), confidence))
    return found


def _joined(block: Block, shared: Sequence[Shared]) -> Iterator[_Ring]:
    """Put means together that were used for the same payment, and give the payments of each such group."""
    parent = np.arange(len(shared))

    def root(number: int) -> int:
        while parent[number] != number:
            parent[number] = number = parent[parent[number]]
        return number

    uses = [_uses(block, one) for one in shared]
    owner: dict[int, int] = {}
    for number, places in enumerate(uses):
        for place in places.tolist():
            if place in owner:
                parent[root(number)] = root(owner[place])
            owner[place] = number
    groups: dict[int, list[int]] = {}
    for number in range(len(shared)):
        groups.setdefault(root(number), []).append(number)
    for members in groups.values():
        places = np.unique(np.concatenate([uses[number] for number in members]))
        yield _Ring(places, tuple((shared[number].means, shared[number].value) for number in members))


def _uses(block: Block, one: Shared) -> Ints:
    words = block.words[one.means]
    if one.value not in words:
        return np.zeros(0, dtype=np.int64)
    is_used: Flags = getattr(block, _COLUMN[one.means]) == words.index(one.value)
    if one.means == "card_fingerprint":
        # What its owner pays with it is not the ring's.
        is_used &= strange(block.customer, block.card, block.at, lasts=LONGEST)
    return np.flatnonzero(is_used)


def ring_evidence(block: Block, features: Features, ring: _Ring, customers: int) -> Floats:
    """Return what speaks for a ring: what is shared, by how many, and that they pay as nobody does."""
    places = ring.places
    kinds = {means for means, _ in ring.means}
    return np.array(
        [
            float("device_id" in kinds),
            float("card_fingerprint" in kinds),
            float(passes_through(block)[places].mean()),
            float(np.clip(features.deviation[places], 0, 4).mean()),
            float((features.deviation[places] < _TINY).mean()),
            min(len(places) / customers, 4.0) - 1,
        ]
    )


def _confidence(block: Block, features: Features, ring: _Ring, customers: int) -> float:
    weight = _OFFSET + ring_evidence(block, features, ring, customers) @ _WEIGHTS
    return float(1 / (1 + np.exp(-weight)))


def passes_through(block: Block) -> Flags:
    """Say which payments send on, within half a day, money that came in to the same customer."""
    is_in = block.is_kind(TransactionType.CASH_IN)
    is_out = block.is_kind(TransactionType.TRANSFER, TransactionType.CASH_OUT)
    last = np.maximum.accumulate(np.where(is_in, np.arange(len(block)), -1))
    came = np.maximum(last, 0)
    is_passing: Flags = (
        is_out
        & (last >= 0)
        & (block.customer[came] == block.customer)
        & (block.at - block.at[came] <= MARGIN)
        & (block.amount <= 1.02 * block.amount[came])
        & (block.amount >= 0.5 * block.amount[came])
    )
    return is_passing


def _pattern(block: Block, ring: _Ring, customers: int, confidence: float) -> Found:
    places = ring.places[np.argsort(block.at[ring.places], kind="stable")]
    ids = block.ids(places)
    amount = float(block.amount[places].sum())
    return Found(
        kind="fraud",
        pattern_type=RING,
        key=ids[0],
        transaction_ids=ids,
        first_at=moment(block.at[places[0]]),
        last_at=moment(block.at[places[-1]]),
        confidence=confidence,
        severity=severity_of(amount, confidence),
        characteristics={
            "customers": customers,
            "amount": round(amount, 2),
            "shared": sorted({means for means, _ in ring.means}),
            "means": [value for _, value in sorted(ring.means)][:10],
        },
    )
