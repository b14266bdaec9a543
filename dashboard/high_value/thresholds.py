"""From what amount on a bank calls a payment high: its own setting, or the 99th percentile of 90 days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from dashboard.periods import MINUTE
from dashboard.view import View
from database.connection import Session
from database.queries.banks import BankSettings
from database.segments import Selection, extent, quantile
from models.transactions import VOLUME_TYPES
from models.units import E4

SHARE: Final = 0.99
DAYS: Final = 90
_PAYMENTS: Final = frozenset(kind.value for kind in VOLUME_TYPES)


@dataclass(frozen=True, slots=True)
class Threshold:
    """A bank's limit in ten-thousandths of `currency`; None where it has no amount to judge by.

    `is_set` says that an administrator set it; otherwise it is `percentile_disc(SHARE)` of the volume rows
    of the DAYS before the bank's newest row, whatever else the page filters.
    """

    bank: BankSettings
    currency: str
    e4: int | None
    is_set: bool


def threshold_of(session: Session, view: View, bank: BankSettings) -> Threshold:
    """Return a bank's limit, in the one currency that the page is filtered to or in the bank's base."""
    currency = view.currency if view.native and view.currency else bank.base_currency
    if bank.high_value_threshold is not None and currency == bank.base_currency:
        return Threshold(bank, currency, _e4(bank.high_value_threshold), is_set=True)
    reach = extent(session, [bank.bank_id])
    if reach is None:
        return Threshold(bank, currency, None, is_set=False)
    until = reach[1].replace(second=0, microsecond=0) + MINUTE
    native = currency if view.native else None
    asked = Selection((bank.bank_id,), until - timedelta(days=DAYS), until, currency=native)
    return Threshold(bank, currency, quantile(session, asked, SHARE), is_set=False)


def above(selection: Selection, threshold: Threshold) -> Selection | None:
    """Narrow a selection to its bank's payments at or above the limit; None where the filter is below it."""
    if threshold.e4 is None:
        return None
    low, high = selection.amount_e4 or (None, None)
    least = max(low or 0, threshold.e4)
    if high is not None and high < least:
        return None
    return replace(of_bank(selection, threshold), amount_e4=(least, high))


def of_bank(selection: Selection, threshold: Threshold) -> Selection:
    """Narrow a selection to the payments of the limit's bank."""
    return replace(payments(selection), bank_ids=(threshold.bank.bank_id,), groups={})


def payments(selection: Selection) -> Selection:
    """Narrow a selection to volume: what comes back to a payer is no payment."""
    wanted = selection.include.get("transaction_type")
    types = _PAYMENTS if wanted is None else _PAYMENTS & wanted
    return replace(selection, include={**selection.include, "transaction_type": types})


def _e4(amount: Decimal) -> int:
    return int(amount * E4)
