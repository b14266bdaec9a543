"""Amounts and numbers of a stranger's file, exactly, whole arrays at once."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.amounts import PLAIN as _NUMBER
from dashboard.ingestion.amounts import plain_amounts
from dashboard.ingestion.values import Converted, as_text, mask_of
from models.messages import N_, Message
from models.units import E4

_MOST_MONEY = Decimal(10) ** 13


def number(column: pa.ChunkedArray, lowest: float, highest: float) -> Converted:
    """Take numbers between two bounds, both included; a Parquet NaN is a missing number."""
    reason = Message(N_("not a number from {lowest} to {highest}"), {"lowest": lowest, "highest": highest})
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        values = column.combine_chunks().cast(pa.float64(), safe=False)
        values = pc.if_else(pc.is_nan(values), pa.scalar(None, pa.float64()), values)
        given = mask_of(values.is_valid())
    else:
        written = as_text(column)
        given = mask_of(written.is_valid())
        well_formed = pc.match_substring_regex(written, _NUMBER)
        values = _unsigned(well_formed, written).cast(pa.float64())
    inside = pc.and_(pc.greater_equal(values, lowest), pc.less_equal(values, highest))
    return Converted(values, given & ~mask_of(inside), reason)


def money(column: pa.ChunkedArray, *, has_decimal_comma: bool = False) -> Converted:
    """Take amounts as ten-thousandths, rounded half to even; signs of currencies are dropped.

    A float and its shortest text give the same amount: what is not plainly a multiple of a
    ten-thousandth goes through its text.
    """
    reason = Message(N_("not an amount of money"))
    array = column.combine_chunks()
    if pa.types.is_floating(array.type):
        floats = np.asarray(array.cast(pa.float64()).fill_null(0.0))
        with np.errstate(invalid="ignore", over="ignore"):
            scaled = floats * E4
            rounded = np.rint(scaled)
            is_plain = (np.abs(scaled - rounded) < 1e-3) & (np.abs(scaled) < 1e14)  # noqa: PLR2004 - far inside 2^53
        if is_plain.all():
            values = pa.array(rounded.astype(np.int64), mask=mask_of(array.is_null()))
            return Converted(values, np.zeros(len(values), np.bool_), reason)
    if pa.types.is_decimal(array.type) or pa.types.is_integer(array.type) or pa.types.is_floating(array.type):
        return _money_text(as_text(array.cast(pa.string())), reason)
    return _money_text(plain_amounts(as_text(array), has_decimal_comma=has_decimal_comma), reason)


def _money_text(written: pa.Array, reason: Message) -> Converted:
    given = mask_of(written.is_valid())
    well_formed = pc.match_substring_regex(written, _NUMBER)
    written = _unsigned(well_formed, written)
    exponent = pc.match_substring_regex(written, "[eE]")
    if pc.any(exponent).as_py():
        written = pa.array([_without_exponent(value) for value in written.to_pylist()], pa.string())
    exact = written.cast(pa.decimal128(38, 18))
    rounded = pc.round(exact, 4, "half_to_even")
    inside = pc.less(pc.abs(rounded), pa.scalar(_MOST_MONEY, pa.decimal128(38, 18)))
    rounded = pc.if_else(inside, rounded, pa.scalar(None, rounded.type))
    return Converted(_e4(rounded.cast(pa.decimal128(22, 4))), given & ~mask_of(inside), reason)


def _without_exponent(value: str | None) -> str | None:
    if value is None or "e" not in value.casefold():
        return value
    plain = Decimal(value)
    return f"{plain:.18f}" if abs(plain) < _MOST_MONEY else None


def _e4(amounts: pa.Array) -> pa.Array:
    """Return the unscaled integers of decimals with four places."""
    words = np.frombuffer(amounts.buffers()[1], dtype=np.int64)[2 * amounts.offset :: 2][: len(amounts)]
    return pa.array(words, mask=mask_of(amounts.is_null()))


def _unsigned(well_formed: pa.Array, written: pa.Array) -> pa.Array:
    """Drop what is not a number, and a leading plus that Arrow does not read."""
    return pc.utf8_ltrim(pc.if_else(well_formed, written, pa.scalar(None, pa.string())), "+")
