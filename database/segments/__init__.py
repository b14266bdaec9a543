"""Packed records beside `transactions`, folded once per page into all of its panels, exactly."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from database.segments.selection import MISSING, Selection, Words
from database.segments.sums import Bucket, Extreme, Fold, Party, PartyCounts, Portion, Sums, added, added_days

if TYPE_CHECKING:
    from database.segments.amounts import bands, quantile
    from database.segments.presence import data_version, extent, values
    from database.segments.reading import read, warm_up

__all__ = [
    "MISSING",
    "Bucket",
    "Extreme",
    "Fold",
    "Party",
    "PartyCounts",
    "Portion",
    "Selection",
    "Sums",
    "Words",
    "added",
    "added_days",
    "bands",
    "data_version",
    "extent",
    "quantile",
    "read",
    "values",
    "warm_up",
]

# What folds loads the compiled loops, half a second that a command which only writes should not spend.
_HOMES = {
    "bands": "database.segments.amounts",
    "quantile": "database.segments.amounts",
    "read": "database.segments.reading",
    "data_version": "database.segments.presence",
    "extent": "database.segments.presence",
    "values": "database.segments.presence",
    "warm_up": "database.segments.reading",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
