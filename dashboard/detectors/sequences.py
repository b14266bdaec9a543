"""Sequences of one customer's payments that tell a story: a card that is tested, an account taken over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from dashboard.detectors.block import Block, Flags, Floats, Ints
from dashboard.detectors.features import HOUR, Features, Norms
from database.queries.patterns import Found
from models.alerts import Severity
from models.transactions import TransactionType

CARD_TESTING: Final = "card_testing"
ACCOUNT_TAKEOVER: Final = "account_takeover"
# Tests cost next to nothing: a part of what is usually paid, so that any currency will do.
_SMALL: Final = 0.25
_TEST_GAP: Final = 30 * 60
_LEAST_TESTS: Final = 3
_HARVEST_WITHIN: Final = HOUR
_SESSION_GAP: Final = 8 * HOUR
_NIGHT: Final = (0, 6)


@dataclass(frozen=True)
class Suspects:
    """Devices and addresses that several customers used within days: value → customers."""

    devices: Mapping[str, int]
    addresses: Mapping[str, int]

    def on(self, block: Block) -> Ints:
        """Return how many customers shared the means of each payment, the device or the address."""
        devices = _looked_up(self.devices, block.words["device_id"])[block.device]
        addresses = _looked_up(self.addresses, block.words["ip_address"])[block.address]
        return np.maximum(devices, addresses)


def _looked_up(known: Mapping[str, int], words: list[str]) -> Ints:
    # The last one stands for "none", which is code -1.
    return np.array([*(known.get(word, 0) for word in words), 0], dtype=np.int64)


def tested_cards(block: Block, features: Features, norms: Norms, shared: Ints) -> list[Found]:
    """Find runs of tiny payments and verifications from afar, by a means strange to the customer."""
    is_tiny = block.is_remote & (block.amount <= _SMALL * norms.amount)
    is_tiny &= block.is_kind(TransactionType.PURCHASE, TransactionType.VERIFICATION)
    places = np.flatnonzero(is_tiny)
    if not len(places):
        return []
    means = np.where(block.device >= 0, features.strange_device, features.strange_address)
    is_foreign = means | (shared >= 2)
    found = []
    for run in runs_of(block, places, _TEST_GAP):
        confidence = _testing_confidence(block, run, is_foreign, features)
        if confidence >= 0.5:
            places_of = np.concatenate([run, _harvest(block, run, is_foreign)])
            found.append(_pattern(block, CARD_TESTING, places_of, confidence, {"tests": len(run)}))
    return found


def runs_of(block: Block, places: Ints, gap: int) -> list[Ints]:
    """Split places of payments where the customer changes or more than `gap` seconds pass."""
    is_cut = (np.diff(block.customer[places]) != 0) | (np.diff(block.at[places]) > gap)
    return np.split(places, np.flatnonzero(is_cut) + 1)


def _testing_confidence(block: Block, run: Ints, is_foreign: Flags, features: Features) -> float:
    """Weigh a run: how many, how strange the means, how many merchants, how fast."""
    if len(run) < 2:
        return 0.0
    foreign = float(is_foreign[run].mean())
    has_means = bool((block.device[run] >= 0).any() or (block.address[run] >= 0).any())
    if has_means and foreign < 0.5:
        # The customer's own telephone: somebody plays, or stores a new card.
        knows_others = features.payments[run[0]] - len(run) >= 3
        return 0.0 if knows_others or len(run) < 4 else 0.4
    merchants = len(np.unique(block.merchant[run]))
    pace = float(np.median(np.diff(block.at[run])))
    weight = -3.0 + 0.9 * min(len(run), 6) + 1.2 * foreign + 0.5 * min(merchants - 1, 2) + 0.5 * (pace < 300)
    return float(1 / (1 + np.exp(-weight))) if len(run) >= _LEAST_TESTS - (foreign == 1.0) else 0.0


def _harvest(block: Block, run: Ints, is_foreign: Flags) -> Ints:
    """Return the larger payments from afar, by a strange means, soon after the last test."""
    after = np.arange(run[-1] + 1, min(run[-1] + 4, len(block)))
    is_near = (block.customer[after] == block.customer[run[0]]) & (
        block.at[after] - block.at[run[-1]] <= _HARVEST_WITHIN
    )
    found: Ints = after[is_near & block.is_remote[after] & is_foreign[after]]
    return found


def taken_accounts(block: Block, features: Features, shared: Ints, known: Flags) -> list[Found]:
    """Find sessions by a device strange to the customer that pay unlike the customer.

    `known` says which payments another pattern explains already.
    """
    is_out = ~block.is_kind(TransactionType.CASH_IN, TransactionType.REFUND, TransactionType.VERIFICATION)
    is_candidate = is_out & ~known & (features.strange_device | features.strange_address)
    places = np.flatnonzero(is_candidate)
    if not len(places):
        return []
    found = []
    for session in runs_of(block, places, _SESSION_GAP):
        confidence = _takeover_confidence(block, features, shared, session)
        if confidence >= 0.5:
            extra = {"deviation": round(float(features.deviation[session].max()), 2)}
            found.append(_pattern(block, ACCOUNT_TAKEOVER, session, confidence, extra))
    return found


def takeover_evidence(block: Block, features: Features, shared: Ints, session: Ints) -> Floats:
    """Return what speaks for a takeover, each a number of about 0 to 3."""
    deviation = np.clip(features.deviation[session], -1, 5)
    return np.array(
        [
            features.strange_device[session].mean(),
            features.strange_address[session].mean(),
            float(shared[session].max() >= 2),
            float(deviation.max()),
            min(len(session), 4) - 1.0,
            float((block.hour[session] < _NIGHT[1]).any()),
            float(((block.device[session] >= 0) & ~block.is_remote[session]).any()),
            min(float(features.payments[session[0]]), 60.0) / 20,
        ]
    )


# In the order of `takeover_evidence`; fitted once on made-up worlds of other seeds than those judged on.
_TAKEOVER_WEIGHTS: Final = np.array([4.6, 1.5, 3.0, 1.1, 2.5, 0.6, 2.5, 0.7])
_TAKEOVER_OFFSET: Final = -11.1


def _takeover_confidence(block: Block, features: Features, shared: Ints, session: Ints) -> float:
    weight = _TAKEOVER_OFFSET + takeover_evidence(block, features, shared, session) @ _TAKEOVER_WEIGHTS
    return float(1 / (1 + np.exp(-weight)))


def _pattern(
    block: Block, pattern_type: str, places: Ints, confidence: float, extra: Mapping[str, Any]
) -> Found:
    """Put together what is stored of a sequence; its name is its first payment."""
    ids = block.ids(places)
    amount = float(block.amount[places].sum())
    return Found(
        kind="fraud",
        pattern_type=pattern_type,
        key=ids[0],
        transaction_ids=ids,
        first_at=moment(block.at[places].min()),
        last_at=moment(block.at[places].max()),
        confidence=confidence,
        severity=severity_of(amount, confidence),
        characteristics={
            "customers": 1,
            "amount": round(amount, 2),
            "minutes": round(float(np.ptp(block.at[places])) / 60, 1),
            **extra,
        },
    )


def moment(second: int) -> datetime:
    """Return a second since 1970 as a time."""
    return datetime.fromtimestamp(int(second), UTC)


def severity_of(amount: float, confidence: float) -> Severity:
    """Return how much is at stake: expected loss in base money, by the bank's usual limits."""
    expected = amount * confidence
    steps = ((5_000, Severity.CRITICAL), (1_000, Severity.HIGH), (100, Severity.MEDIUM))
    return next((severity for least, severity in steps if expected >= least), Severity.LOW)
