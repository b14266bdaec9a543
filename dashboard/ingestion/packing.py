"""The segment records of a batch, but for the number that the database gives each row."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from database.dimensions import DIMENSIONS
from database.segments.record import NO_RATE, RECORD
from database.segments.tail import staged_records
from models.units import E4

Numbers = Mapping[str, int]
CODED = tuple(slug for slug, dimension in DIMENSIONS.items() if dimension.choices is None)
_CHOSEN = ("channel", "payment_method", "transaction_type", "fraud_type", "decision", "anomaly_type")
_PLACES = {
    slug: {value: place for place, value in enumerate(DIMENSIONS[slug].choices or (), start=1)}
    for slug in _CHOSEN
}
_MICROSECONDS_A_MINUTE = 60_000_000


def pack(rows: pa.Table, base_e4: pa.Array, numbers: Mapping[str, Numbers]) -> pa.Array:
    """Return each row's record as hexadecimal bytea; `numbers` are those of customers, merchants, codes."""
    records = np.zeros(rows.num_rows, RECORD)
    records["native_e4"] = np.asarray(rows["amount_e4"])
    records["base_e4"] = np.asarray(base_e4.fill_null(0))
    records["flags"] = np.where(np.asarray(base_e4.is_null()), NO_RATE, 0)
    micros = np.asarray(rows["timestamp"].cast(pa.int64()))
    records["minute"] = np.floor_divide(micros, _MICROSECONDS_A_MINUTE)
    records["customer_no"] = _numbered(rows["customer_id"], numbers["customer_id"])
    records["merchant_no"] = _numbered(rows["merchant_id"], numbers["merchant_id"])
    for slug in CODED:
        records[slug] = _numbered(rows[slug], numbers[slug])
    for slug in _CHOSEN:
        records[slug] = _numbered(rows[slug], _PLACES[slug])
    scores = pc.round(pc.multiply(rows["fraud_score"], float(E4)), round_mode="half_to_even")
    records["score"] = np.asarray(scores.fill_null(-1.0))
    records["anomaly"] = _answer(rows["is_anomaly"])
    records["label"] = _answer(rows["is_fraud"])
    records["sign"] = 1
    digits = np.char.add(b"\\x", staged_records(records))
    return pa.array(digits.tolist(), pa.binary()).cast(pa.string())


def _answer(column: pa.ChunkedArray) -> npt.NDArray[np.int8]:
    """Return 0 for null, 1 for no, 2 for yes."""
    answers: npt.NDArray[np.int8] = np.asarray(
        pc.add(column.cast(pa.int8()), pa.scalar(1, pa.int8())).fill_null(0)
    )
    return answers


def _numbered(column: pa.ChunkedArray, numbers: Numbers) -> npt.NDArray[np.int64]:
    """Return the number of each value, distinct values looked up once; 0 for null."""
    if column.null_count == len(column):
        return np.zeros(len(column), np.int64)
    codes = column.combine_chunks().dictionary_encode()
    found: npt.NDArray[np.int64] = np.array(
        [numbers[value] for value in codes.dictionary.to_pylist()] + [0], np.int64
    )
    places: npt.NDArray[np.int32] = np.asarray(codes.indices.fill_null(len(found) - 1))
    return found[places]
