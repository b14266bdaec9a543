from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from database.segments.clock import clock_of
from database.segments.selection import minute_of

ZONES = [
    "UTC",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "America/New_York",
    "America/St_Johns",
    "Europe/Paris",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize(
    "start", [datetime(2024, 2, 27, 5, 7, tzinfo=UTC), datetime(2011, 12, 20, tzinfo=UTC)]
)
def test_every_minute_has_the_local_day_and_hour_that_the_zone_says(zone: str, start: datetime) -> None:
    end = start + timedelta(days=300)
    clock, days = clock_of(zone, minute_of(start), minute_of(end))
    place = ZoneInfo(zone)
    for step in range(0, 300 * 1_440, 7):
        moment = start + timedelta(minutes=step)
        local = moment.astimezone(place)
        quarter = minute_of(moment) // 15 - clock.first
        assert days[clock.day[quarter]] == local.date()
        assert clock.hour[quarter] == local.weekday() * 24 + local.hour


def test_the_days_are_those_that_the_range_touches() -> None:
    since = datetime(2024, 3, 9, 23, 0, tzinfo=ZoneInfo("America/New_York"))
    clock, days = clock_of("America/New_York", minute_of(since), minute_of(since + timedelta(hours=2)))
    assert [day.isoformat() for day in days] == ["2024-03-09", "2024-03-10"]
    assert len(clock.day) == 8


def test_an_empty_range_has_no_day() -> None:
    assert clock_of("Europe/Paris", 100, 100)[1] == ()
