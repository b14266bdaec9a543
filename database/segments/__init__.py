"""Packed records beside `transactions`, folded once per page into all of its panels, exactly."""

from database.segments.selection import MISSING, Selection
from database.segments.sums import Bucket, Extreme, Fold, Sums

__all__ = ["MISSING", "Bucket", "Extreme", "Fold", "Selection", "Sums"]
