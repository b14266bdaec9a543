"""The content hash of a row: the same payment, however it was written down, has the same hash."""

from __future__ import annotations

import hashlib

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.rows import ROW_SCHEMA

HASH_BYTES = 16
# A degree in ten-millionths is a centimetre; scores are stored with four decimals.
_SCALES = {"latitude": 1e7, "longitude": 1e7, "fraud_score": 1e4, "anomaly_score": 1e4}


def content_hashes(rows: pa.Table) -> pa.Array:
    """Return hexadecimal bytea, as COPY takes it: 128 bits of BLAKE2b over the fields of `ROW_SCHEMA`.

    Fields are text joined by NUL, which no text holds; numbers and times are whole numbers, null is
    nothing. Nulls at the end are left out, so that a field added there changes no hash of before.
    """
    nothing = pa.scalar("", pa.string())
    parts = [
        nothing if rows[field.name].null_count == rows.num_rows else _written(rows[field.name], field)
        for field in ROW_SCHEMA
    ]
    if not rows.num_rows:
        return pa.array([], pa.string())
    joined = pc.binary_join_element_wise(*parts, "\0", null_handling="replace", null_replacement="")
    written = joined.combine_chunks().cast(pa.binary()).to_pylist()
    digest, size = hashlib.blake2b, HASH_BYTES
    return pa.array(["\\x" + digest(text.rstrip(b"\0"), digest_size=size).hexdigest() for text in written])


def _written(column: pa.ChunkedArray, field: pa.Field) -> pa.ChunkedArray:
    if pa.types.is_string(field.type):
        return column
    if field.name in _SCALES:
        column = pc.round(pc.multiply(column, _SCALES[field.name]), round_mode="half_to_even")
    return column.cast(pa.int64()).cast(pa.string())
