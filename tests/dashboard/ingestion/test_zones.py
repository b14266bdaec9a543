"""Local times become UTC exactly as Python's own zones say, with skipped and doubled hours counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from dashboard.ingestion.zones import Times, clock_for

ZONES = ["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia"]


def micros(*moments: datetime) -> Times:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return np.array([(m.replace(tzinfo=UTC) - epoch) // timedelta(microseconds=1) for m in moments], np.int64)


@pytest.mark.parametrize("zone", ZONES)
def test_utc_and_local_agree_with_zoneinfo_over_three_years(zone: str) -> None:
    info = ZoneInfo(zone)
    naive = [datetime(2011, 1, 1) + timedelta(minutes=30 * i) for i in range(365 * 48 * 3)]  # noqa: DTZ001
    local = micros(*naive)
    utc, _, _ = clock_for(zone, local).to_utc(local)
    there = [moment.replace(tzinfo=info).astimezone(UTC) for moment in naive]
    expected = micros(*there)
    np.testing.assert_array_equal(utc, expected)
    shown = clock_for(zone, expected).to_local(expected)
    back = micros(
        *(
            moment.replace(tzinfo=info).astimezone(UTC).astimezone(info).replace(tzinfo=None)
            for moment in naive
        )
    )
    np.testing.assert_array_equal(shown, back)


def test_the_skipped_and_the_doubled_hour_are_counted() -> None:
    local = micros(
        datetime(2020, 3, 29, 1, 59, 59),  # noqa: DTZ001 - naive on purpose
        datetime(2020, 3, 29, 2, 0),  # noqa: DTZ001
        datetime(2020, 3, 29, 2, 59, 59),  # noqa: DTZ001
        datetime(2020, 3, 29, 3, 0),  # noqa: DTZ001
        datetime(2020, 10, 25, 1, 59, 59),  # noqa: DTZ001
        datetime(2020, 10, 25, 2, 0),  # noqa: DTZ001
        datetime(2020, 10, 25, 3, 0),  # noqa: DTZ001
    )
    _, skipped, doubled = clock_for("Europe/Paris", local).to_utc(local)
    assert (skipped, doubled) == (2, 1)


def test_no_times_need_no_clock_changes() -> None:
    empty = np.array([], np.int64)
    assert clock_for("Europe/Paris", empty).to_local(empty).size == 0
