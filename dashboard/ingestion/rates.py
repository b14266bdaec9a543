"""Money of a batch in its own currency and in the bank's base currency, exactly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Rates = Mapping[tuple[str, date], Decimal | None]
Whole = npt.NDArray[np.int64]
Objects = npt.NDArray[np.object_]
_RATE_UNIT = 10**8
_MOST_BASE_E4 = 10**17
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Money:
    """Columns of money; rate and base are null where no rate is known for the day."""

    amount: pa.Array
    rate: pa.Array
    base: pa.Array
    base_e4: pa.Array


def convert(known: Rates, base_currency: str, rows: pa.Table, days: pa.Array) -> Money:
    """Convert by the rates of each row's day; base money rounds half up to four decimals.

    `known` holds every foreign currency on each of the days, or a `KeyError` is raised.
    """
    native = np.asarray(rows["amount_e4"])
    amount = as_decimal(native, None, pa.decimal128(18, 4))
    if pc.all(pc.equal(rows["currency"], base_currency)).as_py():
        ones = np.full(native.size, _RATE_UNIT)
        return Money(amount, as_decimal(ones, None, pa.decimal128(18, 8)), amount, pa.array(native))
    rates = _rates_e8(known, base_currency, rows["currency"].combine_chunks(), days)
    base = _converted(native, rates)
    unknown = base == -1
    return Money(
        amount,
        as_decimal(rates, unknown, pa.decimal128(18, 8)),
        as_decimal(base, unknown, pa.decimal128(18, 4)),
        pa.array(base, mask=unknown),
    )


def _rates_e8(known: Rates, base_currency: str, currencies: pa.Array, days: pa.Array) -> Whole:
    """Return base units for one unit of each row in hundred-millionths, 0 where unknown."""
    encoded = currencies.dictionary_encode()
    codes = encoded.dictionary.to_pylist()
    numbers = np.asarray(encoded.indices).astype(np.int64) << 32 | np.asarray(days.cast(pa.int32()))
    pairs, place = np.unique(numbers, return_inverse=True)
    found = np.zeros(pairs.size, np.int64)
    for index, pair in enumerate(pairs.tolist()):
        code, day = codes[pair >> 32], _EPOCH + timedelta(days=pair & 0xFFFF_FFFF)
        rate = 1 if code == base_currency else known[code, day]
        found[index] = int((rate or 0) * _RATE_UNIT)
    return found[place]


def _converted(native: Whole, rates: Whole) -> Whole:
    """Multiply as Python's whole numbers, which sixty-four bits do not hold; −1 where unknown."""
    amounts: Objects = native.astype(object)
    base: Objects = (2 * amounts * rates.astype(object) + _RATE_UNIT) // (2 * _RATE_UNIT)
    base[(rates == 0) | (base >= _MOST_BASE_E4)] = -1
    return base.astype(np.int64)


def as_decimal(unscaled: Whole, unknown: npt.NDArray[np.bool_] | None, kind: pa.DataType) -> pa.Array:
    """Return whole numbers as decimals of the scale of `kind`, without a division."""
    words = np.empty((unscaled.size, 2), np.int64)
    words[:, 0], words[:, 1] = unscaled, unscaled >> 63
    valid = None if unknown is None else pa.array(~unknown).buffers()[1]
    return pa.Array.from_buffers(kind, unscaled.size, [valid, pa.py_buffer(words)])
