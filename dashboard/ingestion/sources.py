"""What a file to import is: its columns, and its records in chunks that know their lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from models.errors import UserError
from models.messages import N_, Message

Lines = npt.NDArray[np.int64]
MOST_COLUMNS = 500
LONGEST_COLUMN = 200
SAMPLED_ROWS = 1_000
LONGEST_CELL = 64 << 10
READ_HERE = 1 << 20
_LONG_CELL = Message(N_("a cell of more than {most} kB"), {"most": LONGEST_CELL >> 10})


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


def without_long_cells(chunk: Chunk) -> Chunk:
    """Return the chunk without the rows that have a cell longer than any cell is."""
    bad = np.zeros(chunk.table.num_rows, np.bool_)
    rejects: list[Reject] = []
    for name in chunk.table.column_names:
        is_long = _is_long(chunk.table[name])
        rejects += (
            Reject(int(chunk.lines[place]), name, "", _LONG_CELL)
            for place in np.flatnonzero(is_long & ~bad).tolist()
        )
        bad |= is_long
    if not bad.any():
        return chunk
    return replace(
        chunk,
        table=chunk.table.filter(pa.array(~bad)),
        lines=chunk.lines[~bad],
        numbers=chunk.numbers[~bad],
        rejects=(*chunk.rejects, *rejects),
    )


def written_out(chunk: Chunk) -> Chunk:
    """Return the chunk with repeated cells written out, each in its place."""
    columns = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in chunk.table.columns
    ]
    return replace(chunk, table=pa.Table.from_arrays(columns, names=chunk.table.column_names))


def _is_long(column: pa.ChunkedArray) -> npt.NDArray[np.bool_]:
    """Say which cells are too long, without writing repeated ones out."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = pa.chunked_array(
            [_lengths(part.dictionary).take(part.indices) for part in column.chunks], pa.int64()
        )
    elif _is_text(kind):
        column = pa.chunked_array([_lengths(part) for part in column.chunks], pa.int64())
    else:
        return np.zeros(len(column), np.bool_)
    found: npt.NDArray[np.bool_] = np.asarray(pc.greater(column.fill_null(0), LONGEST_CELL))
    return found


def _lengths(texts: pa.Array) -> pa.Array:
    if not _is_text(texts.type):
        return pa.repeat(pa.scalar(0, pa.int64()), len(texts))
    return pc.binary_length(texts).cast(pa.int64())


def _is_text(kind: pa.DataType) -> bool:
    return any(
        is_one(kind)
        for is_one in (
            pa.types.is_string,
            pa.types.is_large_string,
            pa.types.is_binary,
            pa.types.is_large_binary,
        )
    )


def first_chunk(source: Source, columns: Sequence[str]) -> Chunk:
    """Return the first records of a source, or a chunk of none."""
    for chunk in source.chunks(columns, Position(), SAMPLED_ROWS):
        return chunk
    empty = pa.table({name: pa.array([], pa.string()) for name in columns})
    nothing = np.zeros(0, np.int64)
    return Chunk(empty, nothing, nothing, (), Position(), source.size)


def open_source(path: Path, encoding: str | None = None) -> Source:
    """Open a file for reading by a process of its own, but for a small plain text, which can hide nothing."""
    from dashboard.ingestion.apart import ApartSource

    beginning = _beginning(path)
    is_packed = beginning.startswith((b"PAR1", b"PK", b"\x1f\x8b"))
    return (
        ApartSource(path, encoding)
        if is_packed or path.stat().st_size > READ_HERE
        else open_here(path, encoding)
    )


def open_here(path: Path, encoding: str | None = None) -> Source:
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
            path=path.name,
            columns=len(source.columns),
            most=MOST_COLUMNS,
        )
    if any(len(name) > LONGEST_COLUMN for name in source.columns):
        raise UserError(
            N_("{path} has a column whose name is longer than {most} characters."),
            path=path.name,
            most=LONGEST_COLUMN,
        )
    return source


def _beginning(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            beginning = file.read(4)
    except OSError as error:
        raise UserError(
            N_("{path} cannot be read: {reason}."), path=path.name, reason=(error.strerror or "").lower()
        ) from error
    if not beginning:
        raise UserError(N_("{path} is empty."), path=path.name)
    return beginning
