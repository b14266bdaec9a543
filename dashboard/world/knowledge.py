"""When the bank learns what a payment was: each kind of fraud has its own delay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dashboard.world.draws import Flags, Floats, Ints
from dashboard.world.episodes import FRAUD_TYPES
from models.transactions import FraudType

MICROSECONDS_A_DAY = 86_400 * 1_000_000
SHORTEST_DAYS, LONGEST_DAYS = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Delay:
    """A lognormal delay in days, cut to 1 … 60; `never` is the share that nobody ever reports."""

    median: float
    spread: float
    never: float


GENUINE = Delay(1.5, 0.3, 0.02)
"""Settled without a dispute: known soon, so that the rate of the last weeks falls, as in a real bank."""
DELAYS = {
    FraudType.CARD_TESTING: Delay(3.0, 0.7, 0.03),
    FraudType.ACCOUNT_TAKEOVER: Delay(4.5, 0.75, 0.02),
    FraudType.STOLEN_CARD: Delay(2.0, 0.6, 0.02),
    FraudType.MULE: Delay(9.0, 0.7, 0.12),
    FraudType.MERCHANT_BUST_OUT: Delay(16.0, 0.5, 0.05),
    FraudType.FRIENDLY: Delay(20.0, 0.45, 0.0),
}
REASONS = {
    FraudType.CARD_TESTING: "disputed by the cardholder",
    FraudType.ACCOUNT_TAKEOVER: "reported by the customer",
    FraudType.STOLEN_CARD: "card reported stolen",
    FraudType.MULE: "reported by another bank",
    FraudType.MERCHANT_BUST_OUT: "goods never delivered",
    FraudType.FRIENDLY: "disputed by the cardholder",
}


def known_at(moment: Ints, fraud_type: Ints, rng: np.random.Generator) -> Ints:
    """Return when the label of each payment is known, in microseconds, -1 for never; type -1 is genuine."""
    delays = [DELAYS.get(kind, GENUINE) for kind in FRAUD_TYPES] + [GENUINE]
    median, spread, never = (
        np.array([getattr(delay, name) for delay in delays])[fraud_type]
        for name in ("median", "spread", "never")
    )
    days: Floats = np.exp(np.log(median) + spread * rng.standard_normal(len(moment)))
    days = np.clip(days, SHORTEST_DAYS, LONGEST_DAYS)
    # Labels arrive on whole minutes.
    minute = 60_000_000
    known = (moment + (days * MICROSECONDS_A_DAY).astype(np.int64)) // minute * minute
    is_never: Flags = rng.random(len(moment)) < never
    return np.where(is_never, -1, known)
