"""Times of a stranger's file as UTC: with an offset, or by the clocks of a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.dates import as_iso
from dashboard.ingestion.numbers import number
from dashboard.ingestion.terms import DateOrder, Terms
from dashboard.ingestion.values import Converted, Mask, as_text, mask_of, translated
from dashboard.ingestion.zones import clock_for
from models.messages import N_, Message

_EARLIEST = int(datetime(1970, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_TOO_LATE = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000
_MICROSECONDS = {"s": 1_000_000, "ms": 1_000, "us": 1}
_FIRST_DAY = date(1900, 1, 1)
_LONGEST_OFFSET_S = 100 * 366 * 86_400
# ISO 8601 as people write it: a date, or a date and a time, or these with an offset.
_TIME = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]([01]\d|2[0-3]):?[0-5]\d)?)?$"
_ZONED = r":\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$"


def moment(column: pa.ChunkedArray, zone: str, order: DateOrder | None = None) -> Converted:
    """Take times as UTC; those without an offset are the clocks of `zone`."""
    reason = Message(N_("not a time from 1970 to 2099, like 2020-01-31 23:59:00"))
    array = column.combine_chunks()
    if pa.types.is_timestamp(array.type) or pa.types.is_date(array.type):
        is_utc = pa.types.is_timestamp(array.type) and array.type.tz is not None
        given = mask_of(array.is_valid())
        return _in_range(_micros(array), np.full(len(array), is_utc), given, zone, reason)
    written = as_text(array)
    given = mask_of(written.is_valid())
    if pc.any(pc.match_substring_regex(written, r"\.\d{7}")).as_py():
        written = pc.replace_substring_regex(written, r"(\.\d{6})\d+", r"\1")
    good = mask_of(pc.match_substring_regex(written, _TIME))
    if (given & ~good).any():
        written = as_iso(written, order)
        good = mask_of(pc.match_substring_regex(written, _TIME))
    good &= _exists(written, good)
    written = pc.if_else(pa.array(good), written, pa.scalar(None, pa.string()))
    zoned = mask_of(pc.match_substring_regex(written, _ZONED))
    naive_text = pc.if_else(pa.array(zoned), pa.scalar(None, pa.string()), written)
    micros = naive_text.cast(pa.timestamp("us")).cast(pa.int64())
    if zoned.any():
        zoned_text = pc.if_else(pa.array(zoned), written, pa.scalar(None, pa.string()))
        micros = pc.coalesce(micros, zoned_text.cast(pa.timestamp("us", "UTC")).cast(pa.int64()))
    return _in_range(micros, zoned, given, zone, reason)


def offset(column: pa.ChunkedArray, terms: Terms, unit_s: int) -> Converted:
    """Take times as numbers of units since midnight of the base date, by the clocks of the zone."""
    reason = Message(N_("not a number of hours, days or seconds since the base date"))
    counted = number(column, 0, _LONGEST_OFFSET_S / unit_s)
    base = terms.base_date or date(1970, 1, 1)
    begun = int(datetime(base.year, base.month, base.day, tzinfo=UTC).timestamp()) * 1_000_000
    elapsed = np.rint(np.asarray(counted.values.fill_null(0.0)) * (unit_s * 1_000_000)).astype(np.int64)
    has = mask_of(counted.values.is_valid()) & ~counted.bad
    micros = pa.array(elapsed + begun, mask=~has)
    found = _in_range(micros, np.zeros(len(micros), np.bool_), has, terms.zone, reason)
    return Converted(found.values, found.bad | counted.bad, reason, found.skipped, found.doubled)


def _micros(array: pa.Array) -> pa.Array:
    """Return typed times as microseconds; null where they are far outside of any calendar of ours."""
    if pa.types.is_date(array.type):
        array = array.cast(pa.date32()).cast(pa.int32())
        unit = 86_400_000_000
    else:
        if array.type.unit == "ns":
            array = pc.cast(array, pa.timestamp("us", array.type.tz), safe=False)
        unit = _MICROSECONDS[array.type.unit]
    # Before they are scaled: the year 294276 in seconds would come round to one that is possible.
    whole = array.cast(pa.int64())
    far = 2 * _TOO_LATE // unit
    near = pc.and_(pc.less(whole, far), pc.greater(whole, -far))
    return pc.multiply(pc.if_else(near, whole, pa.scalar(None, pa.int64())), unit)


def day(column: pa.ChunkedArray, order: DateOrder | None = None) -> Converted:
    """Take a day without its time; people are born before 1970, but not before 1900."""
    array = column.combine_chunks()
    reason = Message(N_("not a day from 1900 on, like 1970-12-31"))
    if pa.types.is_date(array.type) or pa.types.is_timestamp(array.type):
        days = pc.cast(array, pa.date32(), safe=False)
        early = mask_of(pc.less(days, pa.scalar(_FIRST_DAY, pa.date32())))
        return Converted(days, early, reason)
    return translated(as_iso(as_text(array), order), _day_of, pa.date32(), reason)


def _day_of(word: str) -> date | None:
    try:
        found = date.fromisoformat(word[:10])
    except ValueError:
        return None
    return found if found >= _FIRST_DAY else None


def _exists(written: pa.Array, good: Mask) -> Mask:
    """Say which well-formed times are in the calendar and on the clock."""
    offsets = np.frombuffer(written.buffers()[1], dtype=np.int32)[written.offset :][: len(written) + 1]
    data = np.frombuffer(written.buffers()[2] or b"", dtype=np.uint8)
    starts, length = offsets[:-1][good].astype(np.int64), np.diff(offsets)[good]

    def part(first: int, digits: int, *, where: Mask | None = None) -> npt.NDArray[np.int64]:
        total = np.zeros(starts.size, dtype=np.int64)
        has = np.ones(starts.size, np.bool_) if where is None else where
        for place in range(first, first + digits):
            total[has] = total[has] * 10 + data[starts[has] + place] - 48
        return total

    year, month, day = part(0, 4), part(5, 2), part(8, 2)
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    days_in_month = ((months + 1).astype("datetime64[D]") - months.astype("datetime64[D]")).astype(np.int64)
    fine = (month >= 1) & (month <= 12) & (day >= 1) & (day <= days_in_month)  # noqa: PLR2004 - months
    fine &= (part(11, 2, where=length >= 16) < 24) & (part(14, 2, where=length >= 16) < 60)  # noqa: PLR2004 - a clock
    seconds = length >= 19  # noqa: PLR2004 - the length down to seconds
    if seconds.any():
        colon = np.zeros(starts.size, np.bool_)
        colon[seconds] = data[starts[seconds] + 16] == ord(":")
        fine &= part(17, 2, where=colon) < 60  # noqa: PLR2004 - a clock
    exists = np.zeros(good.size, np.bool_)
    exists[good] = fine
    return exists


def _in_range(micros: pa.Array, is_utc: Mask, given: Mask, zone: str, reason: Message) -> Converted:
    values = np.asarray(micros.fill_null(-1))
    # A day's margin: the range is cut again below, in UTC.
    inside = (values >= _EARLIEST - 86_400_000_000) & (values < _TOO_LATE + 86_400_000_000)
    inside &= mask_of(micros.is_valid())
    local = inside & ~is_utc
    utc = np.where(inside, values, 0)
    utc[local], skipped, doubled = clock_for(zone, values[local]).to_utc(values[local])
    inside &= (utc >= _EARLIEST) & (utc < _TOO_LATE)
    result = pa.array(np.where(inside, utc, 0), mask=~inside).cast(pa.timestamp("us", "UTC"))
    return Converted(result, given & ~inside, reason, skipped, doubled)
