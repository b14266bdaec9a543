"""The range in which a party's amounts usually lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from dashboard.parties.behaviour import quantile

LEAST_PAYMENTS: Final = 10
"""Fewer payments tell nothing usual."""


def usual_range(amounts: Sequence[float]) -> tuple[float, float] | None:
    """Return the 5th and 95th percentile of amounts; None for too few."""
    if len(amounts) < LEAST_PAYMENTS:
        return None
    ordered = sorted(amounts)
    return quantile(ordered, 0.05), quantile(ordered, 0.95)
