"""What a file to import is: its columns, and its records in chunks that know their lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from models.errors import UserError
from models.messages import N_, Message

Lines = npt.NDArray[np.int64]
MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was read: records, lines, and bytes of its uncompressed text."""

    records: int = 0
    lines: int = 0
    offset: int = 0

    def as_json(self) -> dict[str, int]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, int]) -> Position:
        """Return the position that a job stored."""
        return cls(stored["records"], stored["lines"], stored["offset"])


@dataclass(frozen=True, slots=True)
class Reject:
    """One record that is not stored: where it stands, which column is to blame, and why."""

    line: int
    column: str
    value: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records of a file in their order; `lines[i]` is where row `i` of the table begins, from 1."""

    table: pa.Table
    lines: Lines
    rejects: tuple[Reject, ...]
    end: Position
    bytes_read: int

    @property
    def records(self) -> int:
        """Return the number of records read, good and bad."""
        return int(self.table.num_rows) + len(self.rejects)


class Source(Protocol):
    """A file that can be read from any record on, in constant memory."""

    columns: tuple[str, ...]
    size: int

    def chunks(self, columns: Sequence[str], start: Position, rows: int) -> Iterator[Chunk]:
        """Yield chunks of at most `rows` records with these columns, beginning after `start`."""


def open_source(path: Path) -> Source:
    """Open a .csv, .csv.gz or .parquet file by what it begins with, whatever its name says."""
    from dashboard.ingestion.csv_source import CsvSource
    from dashboard.ingestion.parquet_source import ParquetSource

    try:
        with path.open("rb") as file:
            beginning = file.read(4)
    except OSError as error:
        raise UserError(
            N_("{path} cannot be read: {reason}."), path=str(path), reason=(error.strerror or "").lower()
        ) from error
    if not beginning:
        raise UserError(N_("{path} is empty."), path=str(path))
    source: Source = ParquetSource(path) if beginning == b"PAR1" else CsvSource(path)
    if len(source.columns) > MOST_COLUMNS:
        raise UserError(
            N_("{path} has {columns} columns; {most} are the most that an import takes."),
            path=str(path),
            columns=len(source.columns),
            most=MOST_COLUMNS,
        )
    return source
