"""Rows whose id is stored with other content: reported with both lines, where the other is in this file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.plan import Plan
from dashboard.ingestion.rejects import HEADER
from dashboard.ingestion.sources import Position, Reject
from dashboard.ingestion.values import as_text
from dashboard.spreadsheets import as_written
from database.connection import Session
from database.loading import BankTerms, Conflict
from database.queries.datasets import Run, name_of
from models.messages import N_, Message

SOUGHT_AT_ONCE: Final = 100_000
# Written first; when the whole file has been read, the other line is named in its place.
_EARLIER = Message(N_("this id is on an earlier line with other content; that one stays"))
_NAMED = N_("this id is on line {line} with other content; that one stays")
_ELSEWHERE = N_("this id is stored with other content by {name}; that one stays")


def rejects_of(
    session: Session, terms: BankTerms, run: Run, column: str, conflicts: Iterable[Conflict]
) -> Iterator[Reject]:
    """Yield conflicts as rejects of the column that holds the id."""
    names: dict[int | None, str] = {}
    for conflict in conflicts:
        reason = _EARLIER
        if conflict.dataset_id != run.dataset_id:
            if conflict.dataset_id not in names:
                found = conflict.dataset_id and name_of(session, terms.bank_id, conflict.dataset_id)
                names[conflict.dataset_id] = found or "?"
            reason = Message(_ELSEWHERE, {"name": names[conflict.dataset_id]})
        yield Reject(conflict.line, column, conflict.transaction_id, reason)


def name_first_lines(plan: Plan, path: Path) -> None:
    """Name in a rejects file the line that each conflict of this file repeats; read the ids once more."""
    if not path.exists():
        return
    lines: dict[str, int] = {}
    with path.open(encoding="utf-8", newline="") as file:
        repeated = (row[2] for row in csv.reader(file) if row[3] == str(_EARLIER))
        while sought := set(islice(repeated, SOUGHT_AT_ONCE)):
            lines |= _first_lines(plan, sought, path)
    if lines:
        _rewrite(path, lines)


def _first_lines(plan: Plan, sought: set[str], path: Path) -> dict[str, int]:
    """Return the first line of each id that was not itself rejected."""
    column = plan.layout.columns["transaction_id"]
    found: dict[str, list[int]] = {}
    wanted = pa.array([as_written(identity) for identity in sorted(sought)], pa.string())
    for chunk in plan.source.chunks((column,), Position(), plan.options.chunk_rows):
        ids = as_text(chunk.table[column])
        hits = pc.indices_nonzero(pc.is_in(ids, value_set=wanted))
        for identity, place in zip(ids.take(hits).to_pylist(), hits.to_pylist(), strict=True):
            found.setdefault(identity, []).append(int(chunk.lines[place]))
    rejected = _rejected({line for lines in found.values() for line in lines}, path)
    return {
        identity: min(lines, key=lambda line: (line in rejected, line)) for identity, lines in found.items()
    }


def _rejected(candidates: set[int], path: Path) -> set[int]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows, None)
        return {line for row in rows if (line := int(row[0])) in candidates}


def _rewrite(path: Path, lines: dict[str, int]) -> None:
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(descriptor, "w", encoding="utf-8", newline="") as new,
        path.open(encoding="utf-8", newline="") as old,
    ):
        writer = csv.writer(new, lineterminator="\n")
        writer.writerow(HEADER)
        for row in islice(csv.reader(old), 1, None):
            line = lines.get(as_written(row[2])) if row[3] == str(_EARLIER) else None
            named = row[3] if line is None else str(Message(_NAMED, {"line": line}))
            writer.writerow((*row[:3], named))
        new.flush()
        os.fsync(new.fileno())
    draft.replace(path)
