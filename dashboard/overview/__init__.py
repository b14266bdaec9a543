"""The Overview page's figures: read once, derived in pure steps, frozen."""

from dashboard.overview.build import Overview, derive, overview

__all__ = ["Overview", "derive", "overview"]
