"""Arrow tables as the CSV that COPY reads."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.csv as arrow_csv


def encoded(table: pa.Table) -> bytes:
    """Return a table as CSV without a header: null is nothing, text is quoted."""
    written = io.BytesIO()
    # For an empty chunk Arrow writes bytes of nothing: there must be none.
    arrow_csv.write_csv(table.combine_chunks(), written, arrow_csv.WriteOptions(include_header=False))
    return written.getvalue()
