"""Archives: the CSV files inside of one .zip, one after the other, as if they were one file."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from dashboard.ingestion.csv_source import CsvSource
from dashboard.ingestion.packed import FREE_BYTES, MOST_TIMES, Packed
from dashboard.ingestion.sources import Chunk, Position, first_chunk
from models.errors import UserError
from models.messages import N_

MOST_ENTRIES: Final = 10
_TEXTS: Final = (".csv", ".tsv", ".txt")
_OF_THE_SYSTEM: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")


class ZipSource:
    """The texts of an archive in its order; lines and records are counted over all of them."""

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self.size = path.stat().st_size
        self._sources = [
            CsvSource(Packed(path, encoding, entry.filename)) for entry in _texts(path, self.size)
        ]
        self.columns = self._sources[0].columns
        for source in self._sources[1:]:
            if source.columns != self.columns:
                raise UserError(
                    N_("{path}: the files inside have different columns; import them one by one."),
                    path=path.name,
                )

    def sample(self, columns: Sequence[str]) -> Chunk:
        """Return the first records with these columns."""
        return first_chunk(self, columns)

    def chunks(self, columns: Sequence[str], start: Position, rows: int) -> Iterator[Chunk]:
        """Yield chunks of at most `rows` records with these columns, beginning after `start`."""
        end = start
        for number, source in enumerate(self._sources):
            if number < start.entry:
                continue
            begin = end if number == start.entry else replace(end, offset=0, entry=number)
            end = begin
            for chunk in source.chunks(columns, begin, rows):
                end = chunk.end
                yield chunk


def _texts(path: Path, size: int) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not _is_of_the_system(entry)]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise UserError(
            N_("{path} is no whole archive: it may have been cut off."), path=path.name
        ) from error
    if len(entries) > MOST_ENTRIES:
        raise UserError(
            N_("{path} holds {count} files; {most} are the most that an import takes."),
            path=path.name,
            count=len(entries),
            most=MOST_ENTRIES,
        )
    if sum(entry.file_size for entry in entries) > FREE_BYTES + MOST_TIMES * size:
        raise UserError(
            N_("{path} unpacks to more than {most} times its size: no file of payments does."),
            path=path.name,
            most=MOST_TIMES,
        )
    found = [entry for entry in entries if entry.filename.lower().endswith(_TEXTS)]
    if not found or any(entry.flag_bits & 1 for entry in found):
        raise UserError(
            N_(
                "{path} holds no CSV file that can be read without a password; "
                "unpack it and import what is inside."
            ),
            path=path.name,
        )
    return found


def _is_of_the_system(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename
    return entry.is_dir() or name.startswith(_OF_THE_SYSTEM[0]) or name.endswith(_OF_THE_SYSTEM[1:])
