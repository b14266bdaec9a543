"""What time it is: the one place that asks the machine."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return this moment, aware and in UTC."""
    return datetime.now(UTC)
