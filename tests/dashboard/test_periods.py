"""Ranges are counted back in the zone's days, and compared with as many."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.periods import Comparison, Custom, Preset, Span, anchor, before, resolve

wall = datetime.fromisoformat

PARIS = "Europe/Paris"
NOW = datetime(2026, 11, 14, 15, 30, 12, tzinfo=UTC)
FRESH = (datetime(2026, 1, 5, 8, tzinfo=UTC), datetime(2026, 11, 14, 15, 26, tzinfo=UTC))
OLD = (datetime(2019, 1, 1, 0, 0, 43, tzinfo=UTC), datetime(2020, 12, 31, 23, 59, 13, tzinfo=UTC))


def _days(span: Span | None) -> tuple[date, date]:
    assert span is not None
    return span.first_day, span.last_day


def test_thirty_days_end_today() -> None:
    span = resolve(Preset.DAYS_30, now=NOW, extent=FRESH, zone=PARIS)
    assert _days(span) == (date(2026, 10, 16), date(2026, 11, 14))
    assert span.since == datetime(2026, 10, 15, 22, tzinfo=UTC)
    assert span.until == datetime(2026, 11, 14, 15, 31, tzinfo=UTC)


def test_old_data_are_counted_back_from_their_newest_row() -> None:
    span = resolve(Preset.DAYS_30, now=NOW, extent=OLD, zone="UTC")
    assert _days(span) == (date(2020, 12, 2), date(2020, 12, 31))
    assert span.ends_at_midnight


@pytest.mark.parametrize(("hours", "is_old"), [(47, False), (49, True)])
def test_data_are_old_after_two_days(hours: int, *, is_old: bool) -> None:
    assert (anchor(NOW, NOW - timedelta(hours=hours)) < NOW - timedelta(minutes=1)) is is_old


def test_twenty_four_hours_are_hours_not_days() -> None:
    span = resolve(Preset.HOURS_24, now=NOW, extent=FRESH, zone=PARIS)
    assert span.until - span.since == timedelta(hours=24)


def test_twelve_months_begin_the_day_after_a_year_ago() -> None:
    span = resolve(Preset.MONTHS_12, now=NOW, extent=OLD, zone="UTC")
    assert _days(span) == (date(2020, 1, 1), date(2020, 12, 31))
    span = resolve(Preset.MONTHS_12, now=datetime(2024, 2, 29, 12, tzinfo=UTC), extent=None, zone="UTC")
    assert _days(span) == (date(2023, 3, 1), date(2024, 2, 29))


def test_all_covers_the_first_and_the_newest_row() -> None:
    span = resolve(Preset.ALL, now=NOW, extent=OLD, zone="UTC")
    assert span.since <= OLD[0]
    assert OLD[1] < span.until
    ahead = (FRESH[0], NOW + timedelta(days=3))
    assert resolve(Preset.ALL, now=NOW, extent=ahead, zone="UTC").until > ahead[1]


def test_no_rows_still_give_a_range() -> None:
    for preset in Preset:
        span = resolve(preset, now=NOW, extent=None, zone=PARIS)
        assert span.since < span.until


def test_the_previous_period_is_as_long_and_as_far() -> None:
    span = resolve(Preset.DAYS_30, now=NOW, extent=FRESH, zone=PARIS)
    other = before(span, Preset.DAYS_30, Comparison.PREVIOUS)
    assert _days(other) == (date(2026, 9, 16), date(2026, 10, 15))
    assert other is not None
    # Summer time ended in between: the wall clock is kept, 16:31 in Paris on both ends.
    assert other.until.astimezone(ZoneInfo(PARIS)).strftime("%H:%M") == "16:31"
    assert other.until == datetime(2026, 10, 15, 14, 31, tzinfo=UTC)


def test_the_same_period_last_year_has_the_same_dates() -> None:
    span = resolve(Preset.DAYS_30, now=NOW, extent=FRESH, zone=PARIS)
    assert _days(before(span, Preset.DAYS_30, Comparison.YEAR)) == (date(2025, 10, 16), date(2025, 11, 14))


def test_nothing_is_compared_with_itself() -> None:
    span = resolve(Preset.ALL, now=NOW, extent=OLD, zone="UTC")
    assert before(span, Preset.ALL, Comparison.PREVIOUS) is None
    two_years = Custom(wall("2019-01-01"), wall("2021-01-01"))
    span = resolve(two_years, now=NOW, extent=OLD, zone="UTC")
    assert before(span, two_years, Comparison.YEAR) is None
    assert before(span, two_years, Comparison.OFF) is None


def test_a_range_of_minutes_is_compared_with_the_minutes_before() -> None:
    period = Custom(wall("2020-12-01T10:00"), wall("2020-12-01T12:30"))
    span = resolve(period, now=NOW, extent=OLD, zone="UTC")
    other = before(span, period, Comparison.PREVIOUS)
    assert other is not None
    assert (other.since, other.until) == (span.since - timedelta(hours=2.5), span.since)


@given(
    st.sampled_from([Preset.HOURS_24, Preset.DAYS_7, Preset.DAYS_30, Preset.DAYS_90, Preset.MONTHS_12]),
    st.datetimes(wall("1990-01-01"), wall("2100-01-01"), timezones=st.just(UTC)),
    st.sampled_from([PARIS, "America/New_York", "Asia/Kolkata", "Pacific/Apia", "UTC"]),
    st.sampled_from([Comparison.PREVIOUS, Comparison.YEAR]),
)
def test_a_period_and_the_one_before_never_overlap(
    preset: Preset, now: datetime, zone: str, comparison: Comparison
) -> None:
    span = resolve(preset, now=now, extent=None, zone=zone)
    other = before(span, preset, comparison)
    assert other is not None
    assert other.since < other.until <= span.since < span.until
    assert span.since.second == span.until.microsecond == other.since.second == 0
