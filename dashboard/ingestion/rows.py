"""What a batch of typed transactions is: the Arrow columns that every loader takes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

# One entry per column that a source may give; what is missing or null takes the default beside it.
# Times are UTC; money is in ten-thousandths of its own currency; a share is between 0 and 1.
ROW_SCHEMA = pa.schema(
    [
        pa.field("transaction_id", pa.string(), nullable=False),
        pa.field("timestamp", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("amount_e4", pa.int64(), nullable=False),
        pa.field("currency", pa.string(), nullable=False),
        pa.field("transaction_type", pa.string(), nullable=False),
        pa.field("payment_method", pa.string(), nullable=False),
        pa.field("channel", pa.string(), nullable=False),
        pa.field("customer_id", pa.string()),
        pa.field("merchant_id", pa.string()),
        pa.field("card_fingerprint", pa.string()),
        pa.field("card_masked", pa.string()),
        pa.field("device_id", pa.string()),
        pa.field("device_type", pa.string()),
        pa.field("ip_address", pa.string()),
        pa.field("email_fingerprint", pa.string()),
        pa.field("category", pa.string()),
        pa.field("city", pa.string()),
        pa.field("state", pa.string()),
        pa.field("country", pa.string()),
        pa.field("zip_code", pa.string()),
        pa.field("latitude", pa.float64()),
        pa.field("longitude", pa.float64()),
        pa.field("is_fraud", pa.bool_()),
        pa.field("fraud_type", pa.string()),
        pa.field("fraud_reason", pa.string()),
        pa.field("label_known_at", pa.timestamp("us", "UTC")),
        pa.field("fraud_score", pa.float64()),
        pa.field("model_name", pa.string()),
        pa.field("model_version", pa.string()),
        pa.field("decision", pa.string()),
        pa.field("is_anomaly", pa.bool_()),
        pa.field("anomaly_type", pa.string()),
        pa.field("anomaly_score", pa.float64()),
    ]
)
DEFAULTS = {"transaction_type": "purchase", "payment_method": "other", "channel": "other"}

# People and shops as a source describes them; only those that the bank does not have yet are stored.
CUSTOMER_SCHEMA = pa.schema(
    [
        pa.field("customer_id", pa.string(), nullable=False),
        pa.field("first_name", pa.string()),
        pa.field("last_name", pa.string()),
        pa.field("email", pa.string()),
        pa.field("phone", pa.string()),
        pa.field("date_of_birth", pa.date32()),
        pa.field("gender", pa.string()),
        pa.field("occupation", pa.string()),
        pa.field("street", pa.string()),
        pa.field("city", pa.string()),
        pa.field("state", pa.string()),
        pa.field("country", pa.string()),
        pa.field("zip_code", pa.string()),
        pa.field("latitude", pa.float64()),
        pa.field("longitude", pa.float64()),
        pa.field("account_created", pa.timestamp("us", "UTC")),
    ]
)
MERCHANT_SCHEMA = pa.schema(
    [
        pa.field("merchant_id", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("category", pa.string()),
        pa.field("mcc_code", pa.string()),
        pa.field("city", pa.string()),
        pa.field("state", pa.string()),
        pa.field("country", pa.string()),
        pa.field("latitude", pa.float64()),
        pa.field("longitude", pa.float64()),
    ]
)


def conform(given: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return `given` with exactly the columns of `schema`: absent ones are null or their default."""
    rows = given.num_rows
    columns = [_column(given, field, rows) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _column(given: pa.Table, field: pa.Field, rows: int) -> pa.ChunkedArray | pa.Array:
    if field.name in given.column_names:
        column = given[field.name].cast(field.type)
        return column.fill_null(DEFAULTS[field.name]) if field.name in DEFAULTS else column
    if field.name in DEFAULTS:
        return pa.repeat(pa.scalar(DEFAULTS[field.name], field.type), rows)
    return pa.nulls(rows, field.type)


def first_of_each(table: pa.Table, key: str) -> pa.Table:
    """Keep the first row of every distinct, present `key`, in order of appearance."""
    codes = table[key].combine_chunks().dictionary_encode()
    indices = codes.indices.to_numpy(zero_copy_only=False)
    present = np.flatnonzero(codes.is_valid().to_numpy(zero_copy_only=False))
    _, first = np.unique(indices[present], return_index=True)
    return table.take(pa.array(np.sort(present[first])))
