"""Which payments are volume, in SQL: money that leaves the payer; the rest is only counted."""

from __future__ import annotations

from typing import Final

from models.transactions import VOLUME_TYPES

VOLUME: Final = f"transaction_type in ({', '.join(repr(kind.value) for kind in sorted(VOLUME_TYPES))})"
