"""Calendar columns are those of Python's own calendar in the bank's zone."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from dashboard.ingestion.calendar_columns import calendar_columns, years_of


def column(*moments: datetime) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(moments, pa.timestamp("us", "UTC"))])


@pytest.mark.parametrize("zone", ["UTC", "Europe/Paris", "America/Los_Angeles", "Asia/Kathmandu"])
def test_every_column_equals_pythons_calendar(zone: str) -> None:
    randomness = random.Random(3)
    start = datetime(1970, 1, 2, tzinfo=UTC)
    moments = [start + timedelta(seconds=randomness.randrange(4 * 10**9)) for _ in range(2_000)]
    found = calendar_columns(column(*moments), zone, None)
    parts = ("night", "morning", "afternoon", "evening")
    for place, moment in enumerate(moments):
        local = moment.astimezone(ZoneInfo(zone))
        assert {name: values[place].as_py() for name, values in found.items()} == {
            "local_date": local.date(),
            "hour_of_day": local.hour,
            "day_of_week": local.weekday(),
            "day_of_month": local.day,
            "month": local.month,
            "is_weekend": local.weekday() >= 5,
            "is_holiday": None,
            "time_of_day_category": parts[local.hour // 6],
        }


def test_holidays_are_those_of_the_local_day() -> None:
    moments = column(datetime(2024, 7, 13, 23, 30, tzinfo=UTC), datetime(2024, 7, 14, 23, 30, tzinfo=UTC))
    found = calendar_columns(moments, "Europe/Paris", frozenset({date(2024, 7, 14)}))
    assert found["is_holiday"].to_pylist() == [True, False]


def test_years_have_a_day_to_spare() -> None:
    assert years_of(column(datetime(2024, 1, 1, tzinfo=UTC))) == range(2023, 2025)
    assert list(years_of(column())) == []
