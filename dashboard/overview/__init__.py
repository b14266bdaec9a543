"""The Overview page's figures: read once, derived in pure steps, frozen."""

from dashboard.overview.build import Blocker, Overview, derive, overview

__all__ = ["Blocker", "Overview", "derive", "overview"]
