"""How risky a customer or a merchant is, in three steps."""

from __future__ import annotations

from enum import StrEnum


class RiskCategory(StrEnum):
    """low < 0.3, medium < 0.7, high from 0.7 on."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


RISK_FROM = {RiskCategory.LOW: 0.0, RiskCategory.MEDIUM: 0.3, RiskCategory.HIGH: 0.7}
"""The score from which on a category holds."""
