"""Columns that fill no field, kept beside their row as JSON: V1 to V28 and whatever else a file brings."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.amounts import PLAIN
from dashboard.ingestion.values import as_text, bad_text

LONGEST_FEATURE = 200
Value = float | str


def features_of(columns: Mapping[str, pa.ChunkedArray], names: Sequence[str]) -> pa.Array:
    """Return each row's given features as a JSON object, null where it has none.

    A column of numbers gives numbers; texts that are too long or cannot be stored are left out.
    """
    rows = len(next(iter(columns.values()))) if columns else 0
    found: list[dict[str, Value]] = [{} for _ in range(rows)]
    for name in names:
        for row, value in zip(found, _values(columns[name]), strict=True):
            if value is not None:
                row[name] = value
    return pa.array([json.dumps(row) if row else None for row in found], pa.string())


def _values(column: pa.ChunkedArray) -> list[Value | None]:
    text = as_text(column)
    bad = bad_text(text, LONGEST_FEATURE)
    if bad.any():
        text = pc.if_else(pa.array(bad), pa.scalar(None, pa.string()), text)
    if pc.all(pc.match_substring_regex(text, PLAIN)).as_py():
        numbers = pc.utf8_ltrim(text, "+").cast(pa.float64()).to_pylist()
        return [None if number is None or not math.isfinite(number) else number for number in numbers]
    values: list[Value | None] = text.to_pylist()
    return values
