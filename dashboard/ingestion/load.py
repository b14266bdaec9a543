"""Batches of typed rows into the database: parties first, then rows, labels and tail in one statement."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.calendar_columns import calendar_columns, years_of
from dashboard.ingestion.content import content_hashes
from dashboard.ingestion.encoding import encoded
from dashboard.ingestion.memory import Memory
from dashboard.ingestion.packing import pack
from dashboard.ingestion.rates import convert
from dashboard.ingestion.rows import ROW_SCHEMA, conform
from dashboard.ingestion.sources import Lines
from dashboard.names import search_key
from database import loading
from database.connection import Session
from database.loading import Stored
from models.labels import LabelSource

__all__ = ["Memory", "load_rows", "search_key", "stage", "stage_ahead"]


def load_rows(
    session: Session,
    memory: Memory,
    dataset_id: int | None,
    rows: pa.Table,
    *,
    customers: pa.Table | None = None,
    merchants: pa.Table | None = None,
    lines: Lines | None = None,
    staged: bytes | None = None,
    features: pa.Array | None = None,
    source: LabelSource = LabelSource.IMPORT,
) -> Stored:
    """Store rows of `ROW_SCHEMA` with their labels and tail records, in the session's transaction.

    `customers` and `merchants` describe those that the bank may not have yet; ids of rows that nobody
    describes are stored bare. Rows whose id is stored already change nothing and are counted. The
    session's scope is the memory's bank. `staged` is what `stage_ahead` made of these rows, `features` what
    is kept beside them, as JSON.
    """
    if not rows.num_rows:
        return Stored()
    if staged is None:
        rows = conform(rows, ROW_SCHEMA)
        memory.learn(session, rows, customers, merchants)
        staged = stage(memory, rows, lines, features)
    return loading.store_rows(
        session,
        memory.terms.bank_id,
        dataset_id,
        [staged],
        count=rows.num_rows,
        source=source,
        has_features=features is not None,
        has_repeats=pc.count_distinct(rows["transaction_id"]).as_py() < rows.num_rows,
    )


def stage_ahead(
    memory: Memory, rows: pa.Table, lines: Lines, features: pa.Array | None = None
) -> bytes | None:
    """Return the staged rows if all that they need is known, without asking the database; else None.

    It may run beside the thread that learns: what is there stays right.
    """
    try:
        return stage(memory, rows, lines, features) if rows.num_rows else None
    except KeyError:
        return None


def stage(
    memory: Memory, rows: pa.Table, lines: Lines | None = None, features: pa.Array | None = None
) -> bytes:
    """Return rows of `ROW_SCHEMA` as CSV of the staged columns; a `KeyError` is something not learned."""
    terms = memory.terms
    if not memory.years.issuperset(years_of(rows["timestamp"])):
        raise KeyError("the holidays of these years")
    derived = calendar_columns(rows["timestamp"], terms.time_zone, memory.holidays)
    money = convert(memory.rates, terms.base_currency, rows, derived["local_date"])
    record = pack(rows, money.base_e4, memory.numbers)
    given = {
        **{name: rows[name] for name in rows.column_names if name in loading.STAGED_COLUMNS},
        **derived,
        "amount": money.amount,
        "exchange_rate": money.rate,
        "amount_base": money.base,
        "fraud_score": _four_decimals(rows["fraud_score"]),
        "anomaly_score": _four_decimals(rows["anomaly_score"]),
        "content_hash": content_hashes(rows),
        "line": pa.array(range(1, rows.num_rows + 1)) if lines is None else pa.array(lines),
        "record": record,
    }
    table = pa.table({name: given[name] for name in loading.STAGED_COLUMNS})
    return encoded(table if features is None else table.append_column("features", features))


def _four_decimals(scores: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.round(scores, ndigits=4, round_mode="half_to_even")
