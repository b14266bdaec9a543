"""What a scope holds, told without a fold: its first and last moment, the values present, its version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.connection import bank_ids
from database.segments.codes import values_by_code
from database.segments.kernel import Ints
from database.segments.margins import name_of, names_of
from database.segments.runs import Run, sealed_runs, tail_runs

_EXTENT = text("""
select min(first), max(last) from unnest(cast(:banks as int[])) as bank,
lateral (select min(timestamp) as first, max(timestamp) as last from transactions where bank_id = bank) its
""")
# The sums tell apart what the largest number and the count alone would not: commits out of order.
_VERSION = text("""
select concat_ws('.',
    (select concat_ws('.', max(seg_id), sum(seg_id), count(*)) from segments where bank_id = any(:banks)),
    (select concat_ws('.', max(tail_id), sum(tail_id), count(*)) from segment_tail
        where bank_id = any(:banks)))
""")
_ALWAYS = (np.iinfo(np.int32).min, np.iinfo(np.int32).max)


def extent(session: Session, banks: Sequence[int] | None = None) -> tuple[datetime, datetime] | None:
    """Return when the first and the last transaction of the scope, or of some of its banks, happened."""
    asked = bank_ids(session) if banks is None else banks
    first, last = session.execute(_EXTENT, {"banks": list(asked)}).one()
    return None if first is None else (first.astimezone(UTC), last.astimezone(UTC))


def values(session: Session, dimension: str) -> list[str]:
    """Return the values of a dimension that rows of the scope have, most rows first; `""` is "none"."""
    banks = bank_ids(session)
    names = names_of(dimension, values_by_code(session))
    runs = [*sealed_runs(session, banks, [_ALWAYS]), *tail_runs(session, banks)]
    counts: dict[str, int] = {}
    for run in runs:
        for code, rows in enumerate(_present(run, dimension).tolist()):
            if rows:
                name = name_of(code, names)
                counts[name] = counts.get(name, 0) + rows
    return sorted((name for name, rows in counts.items() if rows > 0), key=lambda name: (-counts[name], name))


def _present(run: Run, dimension: str) -> Ints:
    """Return the rows of each code; a sealed run is counted once."""
    if dimension not in run.present:
        column, sign = run.columns[dimension], run.columns["sign"]
        counts = np.bincount(column[sign > 0]) if run.n else np.zeros(0, np.int64)
        taken_back = np.bincount(column[sign < 0], minlength=len(counts))
        counts = np.pad(counts, (0, len(taken_back) - len(counts)))
        run.present[dimension] = counts - taken_back
    found: Ints = run.present[dimension]
    return found


def data_version(session: Session, banks: Sequence[int] | None = None) -> str:
    """Return a text that is another one after each commit of transactions of the scope, or of some banks.

    What is worked out from their recorded columns may be kept under it, beside the banks. It moves with
    folds too, so a kept answer is sometimes thrown away that was still right, and never the reverse.
    """
    return str(session.scalar(_VERSION, {"banks": list(bank_ids(session) if banks is None else banks)}))
