"""`baseline-1`: how unusual a payment is for its customer, as a probability of fraud; blind to every label.

The score is the logistic function of log-odds that add up: PRIOR, the odds of a payment like any other (about
3 in 10,000), and one contribution for each thing that is unusual, never below 0:

- amount: standard deviations above the customer's own mean, in logarithms, in the last 90 days; once over all
  payments and once over those of the same category, where few payments borrow from a usual spread
- velocity: payments in the last hour and day beside what the customer's own rate lets expect
- distance: speed since the payment before, and how far from home
- novelty: first payment at this merchant, in this category or country, from this device, and how rare this
  part of the day is; in proportion to how much history there is to tell (full from 20 payments on)

Missing knowledge contributes nothing. The weights were chosen by hand so that scores of the synthetic world
and of Sparkov's first 200,000 rows are about the share of frauds among payments of that score;
`benchmarks/scorer.py` says how they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from dashboard.scoring.habits import Amounts, Floats, Habits
from models.transactions import Decision

MODEL_NAME: Final = "baseline"
MODEL_VERSION: Final = "1"
PRIOR: Final = -8.2
WEIGHTS: Final[Mapping[str, float]] = {
    "amount": 1.2,
    "amount_in_category": 0.2,
    "payments_last_hour": 3.0,
    "payments_last_day": 1.2,
    "speed": 0.4,
    "distance_from_home": 0.1,
    "new_merchant": 0.3,
    "new_category": 2.0,
    "new_country": 0.8,
    "new_device": 4.0,
    "part_of_day": 1.0,
}
REVIEW_FROM: Final = 0.2
BLOCK_FROM: Final = 0.8
PARAMETERS: Final[Mapping[str, Any]] = {
    "prior": PRIOR,
    "weights": dict(WEIGHTS),
    "review_from": REVIEW_FROM,
    "block_from": BLOCK_FROM,
}

_USUAL_SPREAD: Final = 1.0
"""Spread of the logarithms of a customer's amounts that is taken for granted before there are five."""
_BORROWED: Final = 5
_LEAST_PAYMENTS: Final = 3
_FULL_HISTORY: Final = 20
_PARTS_OF_DAY: Final = 4
_SHORTEST_S: Final = 600.0
"""Two places are never taken to be reached in less: clocks and coordinates are not that exact."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores in [0, 1] to four decimals, in the order of the habits, and the log-odds they are made of."""

    score: Floats
    contributions: Mapping[str, Floats]

    def decisions(self) -> list[Decision]:
        """Return what is answered to each payment."""
        return [decision_of(score) for score in self.score.tolist()]

    def each(self) -> Iterator[dict[str, float]]:
        """Yield each payment's contributions, those that are nothing left out."""
        names = list(self.contributions)
        table = np.column_stack([np.round(self.contributions[name], 3) for name in names])
        for row in table.tolist():
            yield {name: value for name, value in zip(names, row, strict=True) if value > 0}


def decision_of(score: float) -> Decision:
    """Return what is answered to a payment of this score."""
    if score >= BLOCK_FROM:
        return Decision.BLOCK
    return Decision.REVIEW if score >= REVIEW_FROM else Decision.APPROVE


def score(known: Habits) -> Scores:
    """Score payments by the habits behind them."""
    parts = {name: WEIGHTS[name] * values for name, values in _unusual(known).items()}
    odds = PRIOR + sum(parts.values(), np.zeros(len(known.amount)))
    return Scores(np.round(1 / (1 + np.exp(-odds)), 4), parts)


def _unusual(known: Habits) -> dict[str, Floats]:
    rate = known.payments / np.maximum(known.days, 1.0)
    hours = np.maximum(known.since_last_s, _SHORTEST_S) / 3_600
    sure = np.clip(known.payments / _FULL_HISTORY, 0.0, 1.0)
    share = (known.same_part_of_day + 1) / (known.payments + _PARTS_OF_DAY)
    size = np.log1p(known.amount)
    spread = _spread(known.amounts, np.full(len(size), _USUAL_SPREAD))
    mean = _mean(known.alike, known.amounts.mean)
    unusual = {
        "amount": np.where(
            known.amounts.count >= _LEAST_PAYMENTS, (size - known.amounts.mean) / np.maximum(spread, 0.2), 0.0
        ),
        "amount_in_category": np.where(
            known.alike.count >= 1,
            (size - mean) / np.maximum(_spread(known.alike, np.maximum(spread, 0.3)), 0.2),
            0.0,
        ),
        "payments_last_hour": np.log((1 + known.last_hour) / (1 + rate / 24)),
        "payments_last_day": np.log((1 + known.last_day) / (1 + rate)),
        "speed": np.log1p(known.distance_from_last / hours / 100),
        "distance_from_home": np.log1p(known.distance_from_home / 100),
        "new_merchant": sure * (known.same_merchant == 0),
        "new_category": sure * (known.same_category == 0),
        "new_country": sure * (known.same_country == 0),
        "new_device": sure * (known.same_device == 0),
        "part_of_day": -sure * np.log(share * _PARTS_OF_DAY),
    }
    return {name: np.clip(np.nan_to_num(values), 0.0, _MOST[name]) for name, values in unusual.items()}


_MOST: Final = dict.fromkeys(WEIGHTS, 4.0) | {
    "amount": 6.0,
    "amount_in_category": 6.0,
    "distance_from_home": 5.0,
}


def _mean(own: Amounts, wider: Floats) -> Floats:
    """Return a mean that leans on a wider one as if three payments of it had been seen before."""
    return (np.nan_to_num(own.mean) * own.count + _LEAST_PAYMENTS * wider) / (own.count + _LEAST_PAYMENTS)


def _spread(own: Amounts, usual: Floats) -> Floats:
    """Return a spread that leans on a usual one as if five payments of it had been seen before."""
    squares = np.nan_to_num(own.spread) ** 2 * own.count + _BORROWED * usual**2
    return np.sqrt(squares / (own.count + _BORROWED))
