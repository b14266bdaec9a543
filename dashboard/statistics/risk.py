"""How risky a customer or merchant is: its own fraud rate, as far as its few rows can be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.risk import RISK_FROM, RiskCategory

LEAST_LABELLED = 30
"""Under so many labelled rows in the bank nobody's risk is known."""
PRIOR_ROWS = 50
"""So many rows of its own make a party's rate weigh as much as that of its group."""
_TIMES_AVERAGE = 4


@dataclass(frozen=True, slots=True)
class Counts:
    """Labelled rows, and frauds among them, of the same 90 days."""

    labelled: int
    frauds: int


def shrunk_rate(own: Counts, prior: float) -> float:
    """Return a rate pulled towards `prior` as if PRIOR_ROWS rows of that rate had been seen before.

    The mean of a beta posterior: A. Gelman et al., "Bayesian Data Analysis" (3rd ed., 2013), 2.4; for the
    choice of a group's rate as prior: B. Efron and C. Morris, "Data analysis using Stein's estimator and
    its generalizations", JASA 70 (1975).
    """
    return (own.frauds + PRIOR_ROWS * prior) / (own.labelled + PRIOR_ROWS)


def risk_score(rate: float, bank_rate: float) -> float:
    """Return r / (r + 4·r0): 0.2 at the bank's average, 0.7 at about 9.3 times of it, never 1."""
    return round(rate / (rate + _TIMES_AVERAGE * bank_rate), 4)


def risk_category(score: float) -> RiskCategory:
    """Return the category that holds from this score on."""
    return max((step for step in RISK_FROM if score >= RISK_FROM[step]), key=RISK_FROM.__getitem__)


def risk_scores(parties: Sequence[tuple[Counts, str | None]], bank: Counts) -> list[float | None]:
    """Return the score of each party, given with its group; None is a party of no group but the bank.

    Groups are pulled towards the bank's rate, parties towards their group's. Every score is None where the
    bank has too few labels, or no fraud at all: then no party differs from another.
    """
    if bank.labelled < LEAST_LABELLED or bank.frauds == 0:
        return [None] * len(parties)
    bank_rate = bank.frauds / bank.labelled
    priors: Mapping[str | None, float] = {
        group: bank_rate if group is None else shrunk_rate(counts, bank_rate)
        for group, counts in _by_group(parties).items()
    }
    return [risk_score(shrunk_rate(own, priors[group]), bank_rate) for own, group in parties]


def _by_group(parties: Sequence[tuple[Counts, str | None]]) -> dict[str | None, Counts]:
    sums: dict[str | None, Counts] = {}
    for own, group in parties:
        so_far = sums.get(group, Counts(0, 0))
        sums[group] = Counts(so_far.labelled + own.labelled, so_far.frauds + own.frauds)
    return sums
