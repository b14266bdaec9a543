"""The public holidays of a country, from the `holidays` package."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date


def public_days(country: str, years: Collection[int]) -> dict[date, str]:
    """Return the holidays of these years by day; none for a country that the package does not know."""
    # It knows 250 countries: only who needs one pays for it.
    import holidays

    try:
        return dict(holidays.country_holidays(country, years=years))
    except NotImplementedError:
        return {}
