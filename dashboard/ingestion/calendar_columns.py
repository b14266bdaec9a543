"""The columns of a payment that follow from its moment, in its bank's zone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dashboard.ingestion.zones import MICROSECONDS, clock_for
from models.transactions import TimeOfDay

_DAY_S = 86_400
_SATURDAY = 5
_PARTS = pa.array([part.value for part in TimeOfDay])
_HOURS_A_PART = 6

Columns = dict[str, pa.Array]


def calendar_columns(timestamps: pa.ChunkedArray, zone: str, holidays: Collection[date] | None) -> Columns:
    """Return local_date … time_of_day_category; `is_holiday` is null where no holidays are known."""
    utc = np.asarray(timestamps.cast(pa.int64()))
    seconds = np.floor_divide(clock_for(zone, utc).to_local(utc), MICROSECONDS)
    days = np.floor_divide(seconds, _DAY_S)
    hours = (seconds - days * _DAY_S) // 3_600
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    weekday = (days + 3) % 7  # 1970 began on a Thursday.
    return {
        "local_date": pa.array(days.astype(np.int32)).cast(pa.date32()),
        "hour_of_day": pa.array(hours),
        "day_of_week": pa.array(weekday),
        "day_of_month": pa.array((dates - months.astype("datetime64[D]")).astype(np.int64) + 1),
        "month": pa.array(months.astype(np.int64) % 12 + 1),
        "is_weekend": pa.array(weekday >= _SATURDAY),
        "is_holiday": _is_holiday(dates, holidays),
        "time_of_day_category": _PARTS.take(pa.array(hours // _HOURS_A_PART)),
    }


def years_of(timestamps: pa.ChunkedArray) -> range:
    """Return the years that these moments can lie in, in any zone."""
    if not len(timestamps):
        return range(0)
    utc = np.asarray(timestamps.cast(pa.int64()))
    day = _DAY_S * MICROSECONDS
    ends = np.array([utc.min() - day, utc.max() + day]).astype("datetime64[us]").astype("datetime64[Y]")
    first, last = (ends.astype(np.int64) + 1970).tolist()
    return range(first, last + 1)


def _is_holiday(dates: npt.NDArray[np.datetime64], holidays: Collection[date] | None) -> pa.Array:
    if holidays is None:
        return pa.nulls(len(dates), pa.bool_())
    known = np.array(sorted(holidays), dtype="datetime64[D]")
    return pa.array(np.isin(dates, known))
