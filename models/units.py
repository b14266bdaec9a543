"""Units of stored numbers."""

from __future__ import annotations

from typing import Final

E4: Final = 10_000
"""Ten-thousandths: the whole number in which money and scores are added exactly."""
