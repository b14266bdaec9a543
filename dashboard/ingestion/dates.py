"""Dates as people and programs write them, turned into ISO text, whole arrays at once."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.terms import DateOrder

# 01-01-2019 00:00, 6/21/20 12:14, 31.12.2019, 1/2/2020 3:04:05 PM
_PARTED = (
    r"^(?P<first>\d{1,2})[-/.](?P<second>\d{1,2})[-/.](?P<year>\d{4}|\d{2})"
    r"(?:[ T](?P<hour>\d{1,2}):(?P<minute>\d{2})(?P<rest>:\d{2}(?:\.\d+)?)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm]\.?)?)?$"
)
_YEAR_FIRST = r"^(\d{4})[/.](\d{1,2})[/.](\d{1,2})"
_BASIC = r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})(Z?))?$"
_SECONDS, _MILLISECONDS = r"^\d{9,10}(\.\d+)?$", r"^\d{12,13}$"
_LAST_OF_2000S = 69


def as_iso(written: pa.Array, order: DateOrder | None) -> pa.Array:
    """Return other ways to write a time as ISO text; what is none of them stays as it is.

    A date that begins with day or month needs `order`. Nine, ten, twelve or thirteen digits are seconds or
    milliseconds since 1970.
    """
    written = pc.replace_substring_regex(written, _YEAR_FIRST, r"\1-\2-\3")
    written = _where(written, r"^\d{4}-\d-|^\d{4}-\d{2}-\d(\D|$)", _padded)
    written = _where(written, _BASIC, _spread)
    written = _where(written, _SECONDS, lambda text: _since_1970(text, 1_000_000))
    written = _where(written, _MILLISECONDS, lambda text: _since_1970(text, 1_000))
    if order is None:
        return written
    return _where(written, _PARTED, lambda text: _ordered(text, order))


def orders_shown(written: pa.Array) -> set[str | None]:
    """Return which orders the dates of a column can only be read in; None for dates that fit both."""
    parts = pc.extract_regex(written, _PARTED)
    parts = parts.filter(parts.is_valid())
    if not len(parts):
        return set()
    first = pc.greater(parts.field("first").cast(pa.int64()), 12)
    second = pc.greater(parts.field("second").cast(pa.int64()), 12)
    shown: set[str | None] = set()
    if pc.any(first).as_py():
        shown.add(DateOrder.DAY_FIRST)
    if pc.any(second).as_py():
        shown.add(DateOrder.MONTH_FIRST)
    return shown or {None}


def _where(written: pa.Array, pattern: str, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    chosen = pc.match_substring_regex(written, pattern)
    if not pc.any(chosen).as_py():
        return written
    return pc.replace_with_mask(written, chosen.fill_null(False), change(written.filter(chosen)))  # noqa: FBT003 - Arrow takes it by position


def _padded(text: pa.Array) -> pa.Array:
    parts = pc.extract_regex(text, r"^(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})(?P<rest>.*)$")
    month, day = (pc.utf8_lpad(parts.field(name), 2, "0") for name in "md")
    day_text = pc.binary_join_element_wise(parts.field("y"), month, day, "-")
    return pc.coalesce(pc.binary_join_element_wise(day_text, parts.field("rest"), ""), text)


def _spread(text: pa.Array) -> pa.Array:
    with_time = pc.replace_substring_regex(
        text, r"^(\d{4})(\d{2})(\d{2})T?(\d{2})(\d{2})(\d{2})(Z?)$", r"\1-\2-\3T\4:\5:\6\7"
    )
    return pc.replace_substring_regex(with_time, r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3")


def _since_1970(text: pa.Array, unit_us: int) -> pa.Array:
    exact = text.cast(pa.decimal128(38, 18))
    micros = pc.multiply(exact.cast(pa.decimal128(20, 6), safe=False).cast(pa.float64()), unit_us)
    moments = pc.round(micros).cast(pa.int64()).cast(pa.timestamp("us"))
    return pc.strftime(moments, "%Y-%m-%dT%H:%M:%SZ")


def _ordered(text: pa.Array, order: DateOrder) -> pa.Array:
    parts = pc.extract_regex(text, _PARTED)
    first, second = (pc.utf8_lpad(parts.field(name), 2, "0") for name in ("first", "second"))
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    written = pc.binary_join_element_wise(_year(parts.field("year")), month, day, "-")
    has_time = pc.not_equal(parts.field("hour"), "")
    clock = pc.binary_join_element_wise(_hour(parts), parts.field("minute"), ":")
    timed = pc.binary_join_element_wise(
        written, pc.binary_join_element_wise(clock, parts.field("rest"), ""), " "
    )
    return pc.if_else(has_time, timed, written)


def _year(year: pa.Array) -> pa.Array:
    is_short = pc.equal(pc.binary_length(year), 2)
    number = year.cast(pa.int64())
    century = pc.if_else(pc.greater(number, _LAST_OF_2000S), 1900, 2000)
    whole = pc.add(number, century).cast(pa.string())
    return pc.if_else(is_short, whole, year)


def _hour(parts: pa.StructArray) -> pa.Array:
    """Return the hour of 24; an hour of the afternoon is given as PM."""
    hour = pc.if_else(pc.equal(parts.field("hour"), ""), "0", parts.field("hour")).cast(pa.int64())
    half = pc.utf8_lower(parts.field("half"))
    noon = pc.equal(hour, 12)
    hour = pc.if_else(pc.and_(pc.equal(half, "a"), noon), 0, hour)
    hour = pc.if_else(pc.and_(pc.equal(half, "p"), pc.invert(noon)), pc.add(hour, 12), hour)
    return pc.utf8_lpad(hour.cast(pa.string()), 2, "0")
