"""The place in a list that a browser hands back to read on; what it says is checked, never trusted."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from database.queries.rows import Order, Place
from models.errors import UserError
from models.messages import N_
from models.units import E4

_LARGEST = 2**62
_LARGEST_BANK = 2**31 - 1


def written(place: Place) -> str:
    """Write a place as text."""
    value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
    return json.dumps([value, place.transaction_id, place.bank_id])


def read(text: str, order: Order) -> Place:
    """Read a place of a list in this order; what is none raises `UserError`."""
    try:
        value, identity, bank = json.loads(text)
        return _place(value, identity, bank, order)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise UserError(N_("This place in the list does not exist. Load the page again.")) from error


def at(text: str, order: Order, zone: str) -> Place:
    """Return the place before the first row of a day, amount or score; what is none raises `UserError`."""
    try:
        return Place(_reached(text, order, ZoneInfo(zone)), "", 0)
    except (ValueError, OverflowError, InvalidOperation) as error:
        raise UserError(N_("“{value}” is no place in this order."), value=text[:40]) from error


def _reached(text: str, order: Order, zone: ZoneInfo) -> datetime | int | float:
    if order in {Order.RISKIEST, Order.SAFEST}:
        return min(max(float(text), -1.0), 2.0)
    if order in {Order.LARGEST, Order.SMALLEST}:
        return max(min(int(Decimal(text) * E4), _LARGEST), -_LARGEST)
    day = date.fromisoformat(text)
    # Newest first, a day begins with its end.
    day = day + timedelta(days=1) if order is Order.NEWEST else day
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _place(value: Any, identity: Any, bank: Any, order: Order) -> Place:
    if not isinstance(identity, str) or type(bank) is not int or not identity.isprintable():
        raise TypeError(identity)
    return Place(_value(value, order), identity, min(abs(bank), _LARGEST_BANK))


def _value(value: Any, order: Order) -> datetime | int | float | None:
    if order in {Order.NEWEST, Order.OLDEST}:
        return datetime.fromisoformat(value).astimezone(UTC)
    if value is None:
        return None
    if order in {Order.RISKIEST, Order.SAFEST}:
        return min(max(float(value), -1.0), 2.0)
    if type(value) is not int or abs(value) > _LARGEST:
        raise TypeError(value)
    return value
