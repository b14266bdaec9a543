"""Segments and tail compared with the rows they stand for, record by record, told by bank and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.segments.codes import KINDS, OTHER_CODE
from database.segments.compaction import by_month, netted
from database.segments.packed import Month, minutes_of, month_of, months_of, packed_rows
from database.segments.record import Records, from_columns, from_wire

_DAY = 24 * 60
_EPOCH = date(1970, 1, 1)

_SEALED = text("select n, data from segments where bank_id = :bank_id and m_lo >= :since and m_lo < :until")

Tail = dict[tuple[int, Month], list[Records]]
Stretch = tuple[int, Month, Month]
"""A bank's months from first to last: what one segment may hold records of."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How many records of a bank's UTC day are in the segments alone, and how many rows are not in them.

    A row with one wrong field counts on both sides.
    """

    bank_id: int
    day: date
    in_segments: int
    in_rows: int


@dataclass(slots=True)
class Differences:
    """What a check found; `others` counts the rows whose value shares the code "other", by kind."""

    found: list[Difference] = field(default_factory=list)
    rows: int = 0
    segments: int = 0
    tail_records: int = 0
    others: Counter[str] = field(default_factory=Counter)

    @property
    def agree(self) -> bool:
        """Whether segments and tail are exactly the rows."""
        return not self.found


def check(owner: Session) -> Differences:
    """Compare both sides in one snapshot: open the session with `owner_session(snapshot=True)`."""
    found = Differences()
    tail = _tail(owner, found)
    sealed = owner.execute(text("select bank_id, m_lo, m_hi from segments")).all()
    found.segments = len(sealed)
    stretches = [(bank_id, month_of(first), month_of(last)) for bank_id, first, last in sealed]
    stretches += [(bank_id, month, month) for bank_id, month in {*tail, *months_of(owner)}]
    for bank_id, first, last in joined(stretches):
        rows = packed_rows(owner, bank_id, first, last)
        found.rows += len(rows)
        found.others.update({kind: int((rows[kind] == OTHER_CODE).sum()) for kind in KINDS})
        months = np.arange(first, last + 1)
        pieces = [piece for month in months for piece in tail.get((bank_id, month), ())]
        pieces += _segments(owner, bank_id, first, last)
        found.found += _differences(bank_id, _unmatched(pieces, rows))
    found.others = +found.others
    return found


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches that share no month, in order: those that did are one."""
    apart: list[Stretch] = []
    for bank_id, first, last in sorted(stretches):
        if apart and apart[-1][0] == bank_id and first <= apart[-1][2]:
            apart[-1] = (bank_id, apart[-1][1], max(apart[-1][2], last))
        else:
            apart.append((bank_id, first, last))
    return apart


def _tail(owner: Session, found: Differences) -> Tail:
    tail: Tail = {}
    for bank_id, data in owner.execute(text("select bank_id, data from segment_tail")):
        records = from_wire(data)
        found.tail_records += len(records)
        for month, of_month in by_month(records[np.argsort(records["minute"], kind="stable")]):
            tail.setdefault((bank_id, month), []).append(of_month)
    return tail


def _segments(owner: Session, bank_id: int, first: Month, last: Month) -> Iterator[Records]:
    since, until = minutes_of(first, last)
    for n, data in owner.execute(_SEALED, {"bank_id": bank_id, "since": since, "until": until}):
        yield from_columns(data, n)


def _unmatched(pieces: list[Records], rows: Records) -> Records:
    """Return what one side has and the other has not: + in the segments alone, − in the rows alone."""
    records = netted(np.concatenate([rows[:0], *pieces]))
    mine, theirs = (side[np.argsort(side["ingest_seq"])] for side in (records, rows))
    if np.array_equal(mine, theirs):
        return rows[:0]
    rows["sign"] = -1
    return netted(np.concatenate([records, rows]))


def _differences(bank_id: int, unmatched: Records) -> Iterator[Difference]:
    days = unmatched["minute"] // _DAY
    for day in np.unique(days).tolist():
        signs = unmatched["sign"][days == day]
        moment = _EPOCH + timedelta(days=day)
        yield Difference(bank_id, moment, int((signs > 0).sum()), int((signs < 0).sum()))
