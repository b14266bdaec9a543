"""What reading a cell takes to know of its import: zone, base date, how dates and numbers are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DateOrder(StrEnum):
    """Which part of a date like 01/02/2020 comes first; a date that begins with its year needs none."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"


@dataclass(frozen=True, slots=True)
class Terms:
    """`base_date` is what offsets count from; times that name no zone are the clocks of `zone`."""

    zone: str = "UTC"
    base_date: date | None = None
    dates: DateOrder | None = None
    has_decimal_comma: bool = False
