"""Parquet files: record batches in the file's order, buffered so that a large row group stays on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dashboard.ingestion.sources import Chunk, Position, first_chunk
from models.errors import UserError
from models.messages import N_

BUFFER_BYTES = 1 << 20
FREE_ROWS = 100_000
MOST_ROWS_A_BYTE = 4


class ParquetSource:
    """A Parquet file; its lines are its rows, counted from 1."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.size = path.stat().st_size
        try:
            with self._open() as file:
                self.rows: int = file.metadata.num_rows
                self._group_rows = [
                    file.metadata.row_group(i).num_rows for i in range(file.metadata.num_row_groups)
                ]
                self.columns = tuple(
                    field.name for field in file.schema_arrow if not pa.types.is_nested(field.type)
                )
            self._refuse_bomb()
        except (pa.ArrowInvalid, OSError) as error:
            raise UserError(
                N_("{path} is not a whole Parquet file: it may have been cut off."), path=path.name
            ) from error

    def _refuse_bomb(self) -> None:
        """Payments have ids, which take their room: a file with more rows than that unfolds without end."""
        if self.rows > FREE_ROWS + MOST_ROWS_A_BYTE * self.size:
            raise UserError(
                N_("{path} says that it has {rows} rows in {size} bytes: no file of payments does."),
                path=self._path.name,
                rows=self.rows,
                size=self.size,
            )

    def sample(self, columns: Sequence[str]) -> Chunk:
        """Return the first records with these columns."""
        return first_chunk(self, columns)

    def chunks(self, columns: Sequence[str], start: Position, rows: int) -> Iterator[Chunk]:
        """Yield chunks of at most `rows` records with these columns, beginning after `start`."""
        first_group, skip = self._find(start.records)
        if first_group == len(self._group_rows):
            return
        done = start.records
        with self._open() as file:
            groups = range(first_group, len(self._group_rows))
            for batch in file.iter_batches(rows, row_groups=groups, columns=list(columns), use_threads=False):
                if skip >= batch.num_rows:
                    skip -= batch.num_rows
                    continue
                table = pa.Table.from_batches([batch.slice(skip)])
                skip = 0
                lines = np.arange(done + 1, done + 1 + table.num_rows, dtype=np.int64)
                done += table.num_rows
                yield Chunk(table, lines, lines, (), Position(done, done, 0), self.size * done // self.rows)

    def _open(self) -> pq.ParquetFile:
        return pq.ParquetFile(self._path, buffer_size=BUFFER_BYTES, pre_buffer=False)

    def _find(self, record: int) -> tuple[int, int]:
        """Return the row group that holds a record, and how many rows of the group stand before it."""
        for number, rows in enumerate(self._group_rows):
            if record < rows:
                return number, record
            record -= rows
        return len(self._group_rows), 0
