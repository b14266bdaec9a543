"""The file of rows that were not stored: line, column, value and reason, for its owner's eyes only."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from pathlib import Path

from dashboard.ingestion.sources import Reject
from dashboard.spreadsheets import harmless

HEADER = ("line", "column", "value", "reason")


class RejectsFile:
    """Appends rejects; made with the first of them, so that a clean import leaves no file.

    One reject is one line: after a crash the file is cut back to those that the database knows of.
    """

    def __init__(self, path: Path, known: int) -> None:
        """Open at `known` rejects; what an interrupted run wrote after them is dropped."""
        self.path = path
        self.count = known
        if path.exists():
            self._cut_back()

    def append(self, rejects: Iterable[Reject]) -> None:
        """Write rejects down to the disk."""
        rows = [_row(reject) for reject in rejects]
        if not rows:
            return
        is_new = not self.path.exists()
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if is_new:
                writer.writerow(HEADER)
            writer.writerows(rows)
            file.flush()
            os.fsync(file.fileno())
        self.count += len(rows)

    def _cut_back(self) -> None:
        end = 0
        with self.path.open("rb+") as file:
            for _ in range(self.count + 1):
                if not file.readline():
                    break
                end = file.tell()
            file.truncate(end if self.count else 0)
        if not self.count:
            self.path.unlink()


def _row(reject: Reject) -> tuple[int, str, str, str]:
    return reject.line, _plain(reject.column), _plain(reject.value), str(reject.reason)


def _plain(text: str) -> str:
    """Return text that stays on its line and that no spreadsheet runs as a formula."""
    return harmless(" ".join(text.splitlines()))
