"""One transaction as 56 packed bytes: the single definition that NumPy, SQL and the fold share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

FORMAT = 2

# Wide fields come first: then every column of a segment is aligned, whatever its number of records, and
# no field crosses one of the seven 8-byte words that SQL packs.
RECORD = np.dtype(
    [
        ("ingest_seq", "<i8"),
        ("native_e4", "<i8"),  # in the transaction's own currency
        ("base_e4", "<i8"),  # 0 and NO_RATE where there is no rate
        ("minute", "<i4"),  # whole minutes since 1970, UTC
        ("customer_no", "<i4"),  # 0 = none
        ("merchant_no", "<i4"),
        ("score", "<i2"),  # × 10,000; −1 = none
        ("currency", "<u2"),  # here and below: a dimension's code, 0 = none
        ("country", "<u2"),
        ("state", "<u2"),
        ("category", "<u2"),
        ("channel", "u1"),
        ("payment_method", "u1"),
        ("transaction_type", "u1"),
        ("fraud_type", "u1"),
        ("decision", "u1"),
        ("anomaly", "u1"),
        ("anomaly_type", "u1"),
        ("label", "u1"),
        ("flags", "u1"),
        ("sign", "i1"),  # −1 takes back an earlier record of the same values
    ]
)
WIRE = RECORD.newbyteorder(">")
WIDTH = RECORD.itemsize
FIELDS: tuple[str, ...] = RECORD.names or ()

UNKNOWN, GENUINE, FRAUD = 0, 1, 2
NO_RATE = 1

Records = npt.NDArray[np.void]
Columns = Mapping[str, npt.NDArray[np.integer]]


def from_wire(data: bytes | memoryview) -> Records:
    """Read records as SQL packs them: one after another, big-endian."""
    if len(data) % WIDTH:
        raise ValueError(f"{len(data)} bytes are not whole records of {WIDTH}")
    return np.frombuffer(data, WIRE).astype(RECORD)


def to_wire(records: Records) -> bytes:
    """Write records as SQL packs them."""
    return records.astype(WIRE).tobytes()


def to_columns(records: Records) -> bytes:
    """Write records as a segment holds them: column after column, little-endian."""
    return b"".join(np.ascontiguousarray(records[name]).tobytes() for name in FIELDS)


def columns_of(data: bytes | memoryview, n: int) -> Columns:
    """Look at the columns of a segment of `n` records, without a copy."""
    if len(data) != n * WIDTH:
        raise ValueError(f"{len(data)} bytes are not {n} records of {WIDTH}")
    fields = (RECORD.fields or {}).items()
    return {name: np.frombuffer(data, kind, n, offset * n) for name, (kind, offset, *_) in fields}


def from_columns(data: bytes | memoryview, n: int) -> Records:
    """Read the records of a segment."""
    records = np.empty(n, RECORD)
    for name, column in columns_of(data, n).items():
        records[name] = column
    return records
