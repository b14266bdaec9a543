"""High-value payments: each bank's threshold, what lies at or above it, and what just under."""

from dashboard.high_value.ask import HighValue, ask

__all__ = ["HighValue", "ask"]
