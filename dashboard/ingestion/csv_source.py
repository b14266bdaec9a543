"""CSV and gzipped CSV: pieces of text cut at record ends and parsed by Arrow, every column as text."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from dashboard.ingestion.packed import DAMAGED, Packed, Stream
from dashboard.ingestion.records import LONGEST_RECORD, Records, find_records, is_whole
from dashboard.ingestion.sources import Chunk, Position, Reject, first_chunk
from models.errors import UserError
from models.messages import N_, Message

PIECE_BYTES = 4 << 20
LONGEST_SHOWN = 200
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole records of the text with where they stand."""

    text: bytes
    records: Records
    start: Position


class CsvSource:
    """A CSV file, compressed or not; the first line names the columns."""

    def __init__(self, packed: Packed) -> None:
        self._packed = packed
        self._shown = packed.shown
        self.size = packed.path.stat().st_size
        self.columns, self._delimiter, self._body = self._read_header()

    def sample(self, columns: Sequence[str]) -> Chunk:
        """Return the first records with these columns."""
        return first_chunk(self, columns)

    def chunks(self, columns: Sequence[str], start: Position, rows: int) -> Iterator[Chunk]:
        """Yield chunks of at most `rows` records with these columns, beginning after `start`."""
        begin = start
        if not start.offset:
            lines, offset = start.lines + self._body.lines, self._body.offset
            begin = replace(start, lines=lines, offset=offset)
        with self._packed.open() as text:
            self._seek(text, begin)
            for piece in self._pieces(text, begin, rows):
                yield self._parse(piece, columns, text.consumed())

    def _read_header(self) -> tuple[tuple[str, ...], str, Position]:
        with self._packed.open() as text:
            beginning = self._read(text, LONGEST_RECORD, Position())
        mark = len(codecs.BOM_UTF8) if beginning.startswith(codecs.BOM_UTF8) else 0
        beginning = beginning[mark:]
        first_line = beginning.partition(b"\n")[0].decode("utf-8", errors="replace")
        delimiter = max(_DELIMITERS, key=first_line.count)
        records = find_records(beginning, delimiter, is_last=len(beginning) + mark < LONGEST_RECORD)
        if not records.ends.size or b"\0" in beginning[: records.ends[0]]:
            raise UserError(
                N_("{path} has no line that names its columns: is it CSV or Parquet?"), path=self._shown
            )
        end = int(records.ends[0])
        names = self._names(beginning[:end].decode("utf-8", errors="replace"), delimiter)
        lines = beginning[:end].count(b"\n")
        return _distinct(names), delimiter, Position(0, lines, end + mark)

    def _names(self, line: str, delimiter: str) -> list[str]:
        try:
            return next(csv.reader([line], delimiter=delimiter))
        except csv.Error as error:
            raise UserError(
                N_("{path} has no line that names its columns: is it CSV or Parquet?"), path=self._shown
            ) from error

    def _seek(self, text: Stream, begin: Position) -> None:
        try:
            text.seek(begin.offset)
        except DAMAGED as error:
            raise self._damaged(begin) from error

    def _read(self, text: Stream, size: int, at: Position) -> bytes:
        try:
            return text.read(size)
        except DAMAGED as error:
            raise self._damaged(at) from error

    def _damaged(self, at: Position) -> UserError:
        return UserError(
            N_("{path} is damaged or cut off after line {line}."), path=self._shown, line=at.lines
        )

    def _pieces(self, text: Stream, begin: Position, rows: int) -> Iterator[Piece]:
        """Cut the text into pieces of whole records, at most `rows` each; the rest waits for more text."""
        rest, position, is_last = b"", begin, False
        while not is_last:
            fresh = self._read(text, PIECE_BYTES, position)
            is_last = not fresh
            content = rest + fresh
            found = find_records(content, self._delimiter, is_last=is_last)
            total, place = found.starts.size, 0
            while place < total and (is_last or total - place >= rows or len(content) > 2 * PIECE_BYTES):
                piece = _cut(content, found, place, min(place + rows, total), position)
                yield piece
                place = min(place + rows, total)
            if not total and len(content) > 2 * PIECE_BYTES:
                raise UserError(
                    N_("{path}: line {line} is longer than {most} MB: is it CSV?"),
                    path=self._shown,
                    line=position.lines + 1,
                    most=2 * PIECE_BYTES >> 20,
                )
            kept = int(found.starts[place]) if place < total else found.rest
            lines = int(found.lines[place]) if place < total else found.rest_line
            rest = content[kept:]
            position = position.after(place, lines, kept)

    def _parse(self, piece: Piece, columns: Sequence[str], bytes_read: int) -> Chunk:
        records = piece.records
        rejected: dict[int, Reject] = {}
        self._set_apart(piece, rejected)
        table = self._parse_rows(piece, columns, rejected)
        if table is None:
            # A quote that opens in an even number of quotes swallowed records: look at each one.
            self._set_apart_unclosed(piece, rejected)
            table = self._parse_rows(piece, columns, rejected)
        if table is None:
            raise UserError(
                N_("{path} cannot be read near line {line}."),
                path=self._shown,
                line=piece.start.lines + int(records.lines[0]) + 1,
            )
        good = np.setdiff1d(np.arange(records.starts.size), np.array(sorted(rejected), dtype=np.int64))
        end = piece.start.after(records.starts.size, records.rest_line, records.rest)
        lines = piece.start.lines + records.lines[good] + 1
        numbers = piece.start.records + good + 1
        return Chunk(table, lines, numbers, tuple(rejected[i] for i in sorted(rejected)), end, bytes_read)

    def _parse_rows(
        self, piece: Piece, columns: Sequence[str], rejected: dict[int, Reject]
    ) -> pa.Table | None:
        """Return the rows that Arrow can read and note the others, or None where their number is wrong."""
        records = piece.records
        kept = np.setdiff1d(np.arange(records.starts.size), np.array(sorted(rejected), dtype=np.int64))
        text = piece.text
        if rejected:
            text = b"".join(text[records.starts[i] : records.ends[i]] for i in kept.tolist())
        elif records.starts.size:
            text = text[records.starts[0] : records.ends[-1]]
        wrong: list[tuple[int, int, str]] = []

        def note(row: arrow_csv.InvalidRow) -> str:
            wrong.append((row.number - 1, row.actual_columns, row.text))
            return "skip"

        table = self._arrow(text, columns, note) if kept.size else _no_rows(columns)
        if table.num_rows + len(wrong) != kept.size:
            return None
        for place, actual, shown in wrong:
            index = int(kept[place])
            rejected[index] = Reject(
                piece.start.lines + int(records.lines[index]) + 1,
                "",
                shown[:LONGEST_SHOWN],
                Message(
                    N_("{actual} fields where the header has {expected}"),
                    {"actual": actual, "expected": len(self.columns)},
                ),
            )
        return table

    def _arrow(self, text: bytes, columns: Sequence[str], note: object) -> pa.Table:
        return arrow_csv.read_csv(
            pa.BufferReader(text),
            read_options=arrow_csv.ReadOptions(
                column_names=list(self.columns), use_threads=False, block_size=max(len(text) + 1, 1024)
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=self._delimiter, newlines_in_values=b'"' in text, invalid_row_handler=note
            ),
            convert_options=arrow_csv.ConvertOptions(
                check_utf8=False,
                include_columns=list(columns),
                column_types={name: pa.string() for name in columns},
                strings_can_be_null=False,
            ),
        )

    def _set_apart(self, piece: Piece, rejected: dict[int, Reject]) -> None:
        records = piece.records
        for index in np.flatnonzero(records.broken).tolist():
            self._reject(piece, index, rejected, Message(N_("a quote is opened and never closed")))
        if _is_utf8(piece.text) and b"\0" not in piece.text:
            return
        for index in range(records.starts.size):
            record = piece.text[records.starts[index] : records.ends[index]]
            if not _is_utf8(record):
                self._reject(piece, index, rejected, Message(N_("not UTF-8 text")))
            elif b"\0" in record:
                self._reject(piece, index, rejected, Message(N_("a NUL character")))

    def _set_apart_unclosed(self, piece: Piece, rejected: dict[int, Reject]) -> None:
        records = piece.records
        for index in range(records.starts.size):
            record = piece.text[records.starts[index] : records.ends[index]]
            if index not in rejected and b'"' in record and not is_whole(record, self._delimiter):
                self._reject(piece, index, rejected, Message(N_("a quote is opened and never closed")))

    def _reject(self, piece: Piece, index: int, rejected: dict[int, Reject], reason: Message) -> None:
        records = piece.records
        record = piece.text[records.starts[index] : records.ends[index]][: LONGEST_SHOWN * 4]
        shown = (
            record.decode("utf-8", errors="replace").rstrip("\r\n").replace("\0", "\N{REPLACEMENT CHARACTER}")
        )
        line = piece.start.lines + int(records.lines[index]) + 1
        rejected[index] = Reject(line, "", shown[:LONGEST_SHOWN], reason)


def _cut(content: bytes, found: Records, first: int, until: int, position: Position) -> Piece:
    total = found.starts.size
    begin = int(found.starts[first])
    end = int(found.starts[until]) if until < total else found.rest
    line = int(found.lines[first])
    end_line = int(found.lines[until]) if until < total else found.rest_line
    records = Records(
        found.starts[first:until] - begin,
        found.ends[first:until] - begin,
        found.lines[first:until] - line,
        found.broken[first:until],
        end - begin,
        end_line - line,
    )
    start = position.after(first, line, begin)
    return Piece(content[begin:end], records, start)


def _distinct(names: list[str]) -> tuple[str, ...]:
    """Return the header's names stripped; the second of a name is told apart by its number."""
    seen: dict[str, int] = {}
    told_apart = []
    for name in (given.strip() for given in names):
        seen[name] = seen.get(name, 0) + 1
        told_apart.append(name if seen[name] == 1 else f"{name}.{seen[name]}")
    return tuple(told_apart)


def _no_rows(columns: Sequence[str]) -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in columns})


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
