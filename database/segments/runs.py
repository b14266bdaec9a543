"""The records that a reader may see, as runs in order of time: sealed segments, and the tail."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar
from uuid import UUID

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.segments import files
from database.segments.kernel import COUNTED
from database.segments.record import FORMAT, Columns, columns_of, from_wire, to_columns
from models.errors import UserError
from models.messages import N_

Minutes = tuple[int, int]
Held = tuple[int, int]  # how many records of which bank

_MOST_OPEN = 4_096
_NEVER = (0, int(np.iinfo(np.int64).max))
_FETCHED_AT_ONCE = 1_000_000

_LISTED = text("""
select seg_uid::text, fmt, n, bank_id from segments
where bank_id = any(:banks) and ((m_hi >= :since and m_lo < :until) or (m_hi >= :since_2 and m_lo < :until_2))
""")
_FETCHED = text("select seg_uid::text, data from segments where seg_uid = any(cast(:uids as uuid[]))")
_TAIL = text("""
select bank_id, string_agg(data, ''::bytea) from segment_tail where bank_id = any(:banks) group by bank_id
""")


@dataclass(frozen=True)
class Run:
    """Records of one bank sorted by minute, column by column, never written to; a segment's have its uid."""

    columns: Columns
    n: int
    bank_id: int
    uid: UUID | None = None
    present: dict[str, Any] = field(default_factory=dict)

    def between(self, minutes: Minutes) -> slice:
        """Return where the records with since ≤ minute < until are."""
        first, last = self.ends
        if minutes[0] <= first and last < minutes[1]:
            return slice(0, self.n)
        # Searched as the column's own type: for another, NumPy would copy the column.
        since, until = np.searchsorted(self.columns["minute"], np.array(minutes, np.int32))
        return slice(int(since), int(until))

    @cached_property
    def ends(self) -> Minutes:
        """The first and the last minute; of no records, none that a period could hold."""
        if not self.n:
            return _NEVER
        minute = self.columns["minute"]
        return int(minute[0]), int(minute[-1])

    @cached_property
    def largest(self) -> dict[str, int]:
        """The largest code or number of each column that a fold counts by."""
        return {name: int(self.columns[name].max(initial=0)) for name in COUNTED}


class _Open:
    """The segments that this process has mapped, the least recently used first."""

    lock = Lock()
    runs: ClassVar[OrderedDict[tuple[Path, UUID], Run]] = OrderedDict()


def sealed_runs(session: Session, banks: Sequence[int], periods: Sequence[Minutes]) -> list[Run]:
    """Return the segments that hold records of the periods (one or two), fetching those not cached."""
    (since, until), (since_2, until_2) = periods[0], periods[-1]
    listed = session.execute(
        _LISTED,
        {"banks": list(banks), "since": since, "until": until, "since_2": since_2, "until_2": until_2},
    ).all()
    if any(fmt != FORMAT for _, fmt, _, _ in listed):
        raise UserError(
            N_("The segments were written by another version: run python -m database.segments --rebuild.")
        )
    place = files.folder()
    wanted = {UUID(uid): (n, bank_id) for uid, _, n, bank_id in listed}
    found = {uid: run for uid, held in wanted.items() if (run := _opened(place, uid, *held)) is not None}
    missing = {uid: held for uid, held in wanted.items() if uid not in found}
    if missing:
        found |= dict(_fetched(session, place, missing))
        files.sweep(place)
    return list(found.values())


def tail_runs(session: Session, banks: Sequence[int]) -> list[Run]:
    """Return what is not yet in a segment, bank by bank."""
    return [_sorted(data, bank_id) for bank_id, data in session.execute(_TAIL, {"banks": list(banks)})]


def _sorted(data: memoryview, bank_id: int) -> Run:
    records = from_wire(data)
    records = records[np.argsort(records["minute"], kind="stable")]
    return Run(columns_of(to_columns(records), len(records)), len(records), bank_id)


def forget() -> None:
    """Forget what this process has mapped; the files stay."""
    with _Open.lock:
        _Open.runs.clear()


def _opened(place: Path, uid: UUID, n: int, bank_id: int) -> Run | None:
    with _Open.lock:
        run = _Open.runs.get((place, uid))
        if run is not None:
            _Open.runs.move_to_end((place, uid))
            return run
    data = files.find(place, uid, n)
    return None if data is None else _remembered(place, uid, Run(columns_of(data, n), n, bank_id, uid))


def _fetched(session: Session, place: Path, missing: dict[UUID, Held]) -> Iterator[tuple[UUID, Run]]:
    for uids in _batches(missing):
        for name, data in session.execute(_FETCHED, {"uids": [str(uid) for uid in uids]}):
            uid = UUID(name)
            n, bank_id = missing[uid]
            files.keep(place, uid, n, data)
            # Where nothing can be written, the page still works, from what was sent.
            yield uid, _opened(place, uid, n, bank_id) or Run(columns_of(bytes(data), n), n, bank_id, uid)


def _batches(missing: Mapping[UUID, Held]) -> Iterator[list[UUID]]:
    """Group segments so that the records held in memory at once stay few."""
    batch: list[UUID] = []
    records = 0
    for uid, (n, _) in missing.items():
        if batch and records + n > _FETCHED_AT_ONCE:
            yield batch
            batch, records = [], 0
        batch.append(uid)
        records += n
    if batch:
        yield batch


def _remembered(place: Path, uid: UUID, run: Run) -> Run:
    with _Open.lock:
        _Open.runs[place, uid] = run
        while len(_Open.runs) > _MOST_OPEN:
            _Open.runs.popitem(last=False)
    return run
