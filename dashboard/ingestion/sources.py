"""What a file to import is: its columns, and its records in chunks that know their lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from models.errors import UserError
from models.messages import N_, Message

Lines = npt.NDArray[np.int64]
MOST_COLUMNS = 500
SAMPLED_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Position:
    """How far a file was read: records, lines, and bytes of the uncompressed text of an archive's entry."""

    records: int = 0
    lines: int = 0
    offset: int = 0
    entry: int = 0

    def as_json(self) -> dict[str, int]:
        """Return what `from_json` reads."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, int]) -> Position:
        """Return the position that a job stored."""
        return cls(stored["records"], stored["lines"], stored["offset"], stored.get("entry", 0))

    def after(self, records: int, lines: int, size: int) -> Position:
        """Return the place so many records, lines and bytes further."""
        return replace(
            self, records=self.records + records, lines=self.lines + lines, offset=self.offset + size
        )


@dataclass(frozen=True, slots=True)
class Reject:
    """One record that is not stored: where it stands, which column is to blame, and why."""

    line: int
    column: str
    value: str
    reason: Message


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records of a file in their order; `lines[i]` is where row `i` of the table begins, from 1.

    `numbers[i]` says which record of the file it is, from 1, the header not counted.
    """

    table: pa.Table
    lines: Lines
    numbers: Lines
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

    def sample(self, columns: Sequence[str]) -> Chunk:
        """Return the first records with these columns."""


def first_chunk(source: Source, columns: Sequence[str]) -> Chunk:
    """Return the first records of a source, or a chunk of none."""
    for chunk in source.chunks(columns, Position(), SAMPLED_ROWS):
        return chunk
    empty = pa.table({name: pa.array([], pa.string()) for name in columns})
    nothing = np.zeros(0, np.int64)
    return Chunk(empty, nothing, nothing, (), Position(), source.size)


def open_source(path: Path, encoding: str | None = None) -> Source:
    """Open a .csv, .csv.gz, .zip or .parquet file by what it begins with, whatever its name says."""
    from dashboard.ingestion.csv_source import CsvSource
    from dashboard.ingestion.packed import Packed
    from dashboard.ingestion.parquet_source import ParquetSource
    from dashboard.ingestion.zip_source import ZipSource

    beginning = _beginning(path)
    source: Source
    if beginning == b"PAR1":
        source = ParquetSource(path)
    elif beginning == b"PK\3\4":
        source = ZipSource(path, encoding)
    else:
        source = CsvSource(Packed(path, encoding))
    if len(source.columns) > MOST_COLUMNS:
        raise UserError(
            N_("{path} has {columns} columns; {most} are the most that an import takes."),
            path=str(path),
            columns=len(source.columns),
            most=MOST_COLUMNS,
        )
    return source


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            beginning = file.read(4)
    except OSError as error:
        raise UserError(
            N_("{path} cannot be read: {reason}."), path=str(path), reason=(error.strerror or "").lower()
        ) from error
    if not beginning:
        raise UserError(N_("{path} is empty."), path=str(path))
    return beginning
