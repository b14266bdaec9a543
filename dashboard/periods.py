"""Time ranges of the filter: presets counted back, custom ranges, and the period to compare with.

Days are those of the zone given. A span is half open, in whole minutes of UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from models.errors import UserError
from models.messages import N_

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
STALE_AFTER = timedelta(days=2)
_LEAP_DAY = (2, 29)
_EARLIEST_YEAR, _LATEST_YEAR = 1970, 2199


class Preset(StrEnum):
    """Ranges counted back from now, or from the newest row when the data are old."""

    HOURS_24 = "24h"
    DAYS_7 = "7d"
    DAYS_30 = "30d"
    DAYS_90 = "90d"
    MONTHS_12 = "12m"
    ALL = "all"


class Comparison(StrEnum):
    """What the range is compared with."""

    OFF = "off"
    PREVIOUS = "previous"
    YEAR = "year"


PRESET_DAYS = {Preset.DAYS_7: 7, Preset.DAYS_30: 30, Preset.DAYS_90: 90}


@dataclass(frozen=True, slots=True)
class Custom:
    """A range in the zone's wall time, without an offset; `until` is exclusive."""

    since: datetime
    until: datetime

    @property
    def is_whole_days(self) -> bool:
        """Whether both ends are midnights."""
        return self.since.time() == self.until.time() == time.min

    def to_text(self) -> str:
        """Write it as the address has it: days where both ends are midnights, else minutes."""
        if self.is_whole_days:
            return f"{self.since:%Y-%m-%d}..{self.until - DAY:%Y-%m-%d}"
        return f"{self.since:%Y-%m-%dT%H:%M}..{self.until:%Y-%m-%dT%H:%M}"


def read_custom(text: str) -> Custom:
    """Read `2020-12-01..2020-12-31`, both days included, or minutes, of which the last is not."""
    first, _, last = text.partition("..")
    since, until = _wall_time(first), _wall_time(last)
    if "T" not in last:
        until += DAY
    if since >= until:
        raise UserError(N_("The range ends before it begins: {range}."), range=text)
    return Custom(since, until)


def _wall_time(text: str) -> datetime:
    try:
        # Wall time: the bank's zone is put to it when the bank is known.
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M" if "T" in text else "%Y-%m-%d")  # noqa: DTZ007
    except ValueError as error:
        raise UserError(
            N_("“{value}” is not a day (2020-12-31) or a minute (2020-12-31T09:30)."), value=text
        ) from error
    if not _EARLIEST_YEAR < moment.year < _LATEST_YEAR:
        raise UserError(N_("The year {year} is out of reach."), year=moment.year)
    return moment


Period = Preset | Custom


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of UTC minutes in a zone."""

    since: datetime
    until: datetime
    zone: str

    @property
    def tzinfo(self) -> ZoneInfo:
        """The zone itself."""
        return ZoneInfo(self.zone)

    @property
    def first_day(self) -> date:
        """The day of the first minute, in the zone."""
        return self.since.astimezone(self.tzinfo).date()

    @property
    def last_day(self) -> date:
        """The day of the last minute, in the zone."""
        return (self.until - MINUTE).astimezone(self.tzinfo).date()

    @property
    def ends_at_midnight(self) -> bool:
        """Whether the last day is complete."""
        return self.until.astimezone(self.tzinfo).time() == time.min


def whole_minute(moment: datetime) -> datetime:
    """Cut a moment to its minute, in UTC."""
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def anchor(now: datetime, newest: datetime | None) -> datetime:
    """Return the last minute of a range: now, or the newest row's when it is older than two days."""
    if newest is not None and newest < now - STALE_AFTER:
        return whole_minute(newest)
    return whole_minute(now)


def resolve(period: Period, *, now: datetime, extent: tuple[datetime, datetime] | None, zone: str) -> Span:
    """Turn a period of the address into minutes; `extent` is the first and the last row in sight."""
    if isinstance(period, Custom):
        return Span(_utc(period.since, zone), _utc(period.until, zone), zone)
    last = anchor(now, extent[1] if extent else None)
    until = last + MINUTE
    if period is Preset.HOURS_24:
        return Span(until - DAY, until, zone)
    last_day = last.astimezone(ZoneInfo(zone)).date()
    if period is Preset.ALL:
        first, newest = extent or (last, last)
        first_day = first.astimezone(ZoneInfo(zone)).date()
        return Span(_midnight(first_day, zone), max(until, whole_minute(newest) + MINUTE), zone)
    if period is Preset.MONTHS_12:
        return Span(_midnight(_year_before(last_day) + DAY, zone), until, zone)
    return Span(_midnight(last_day - timedelta(days=PRESET_DAYS[period] - 1), zone), until, zone)


def before(span: Span, period: Period, comparison: Comparison) -> Span | None:
    """Return the span to compare with; None where there is none or where it would overlap."""
    if comparison is Comparison.OFF or period is Preset.ALL:
        return None
    if comparison is Comparison.YEAR or period is Preset.MONTHS_12:
        other = Span(_shift_year(span.since, span.zone), _shift_year(span.until, span.zone), span.zone)
        return other if other.until <= span.since else None
    if period is Preset.HOURS_24 or (isinstance(period, Custom) and not period.is_whole_days):
        length = span.until - span.since
        return Span(span.since - length, span.since, span.zone)
    length = timedelta(days=(span.last_day - span.first_day).days + 1)
    return Span(_shift(span.since, -length, span.zone), _shift(span.until, -length, span.zone), span.zone)


def _midnight(day: date, zone: str) -> datetime:
    return _utc(datetime.combine(day, time.min), zone)


def _utc(wall: datetime, zone: str) -> datetime:
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _wall(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def _shift(moment: datetime, by: timedelta, zone: str) -> datetime:
    return _utc(_wall(moment, zone) + by, zone)


def _shift_year(moment: datetime, zone: str) -> datetime:
    wall = _wall(moment, zone)
    return _utc(datetime.combine(_year_before(wall.date()), wall.time()), zone)


def _year_before(day: date) -> date:
    if (day.month, day.day) == _LEAP_DAY:
        return date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)
