"""The pages there are, in the order of the navigation; a page that is not here does not exist."""

from __future__ import annotations

from collections.abc import Iterable

from layouts.page import Page
from layouts.pages import (
    alert,
    alerts,
    banks,
    customer,
    data,
    health,
    high_risk,
    high_value,
    logs,
    merchant,
    overview,
    transaction,
    transactions,
    users,
)


def by_path(pages: Iterable[Page]) -> dict[str, Page]:
    """The pages by their address; two at one address are a mistake of ours."""
    found: dict[str, Page] = {}
    for page in pages:
        if page.path in found:
            raise ValueError(f"{page.slug} and {found[page.path].slug} share the address {page.path}")
        found[page.path] = page
    return found


PAGES: dict[str, Page] = by_path(
    [
        overview.PAGE,
        high_value.PAGE,
        high_risk.PAGE,
        high_risk.RATES,
        alerts.PAGE,
        alert.PAGE,
        transactions.PAGE,
        transaction.PAGE,
        customer.PAGE,
        merchant.PAGE,
        data.PAGE,
        users.PAGE,
        banks.PAGE,
        health.PAGE,
        logs.PAGE,
    ]
)
