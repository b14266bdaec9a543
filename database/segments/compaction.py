"""Sealing the tail into segments of a bank and month, and merging small ones: the owner's work."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.segments.packed import Minutes, Month, minutes_of, minutes_of_year
from database.segments.record import FORMAT, RECORD, Records, from_columns, from_wire, to_columns

FRESH, MERGED = 1, 2
SMALL_ONES = 8
BIG_ONE_FROM = 0.1
TAKEN_AT_ONCE = 500_000

SMALL_YEAR = 250_000
YEAR_IS_OLD_AFTER = 92 * 24 * 60
"""Minutes from a year's end to the bank's newest record: late rows of it have become few."""

LOCK = 7_102_000

# Exactly the tail that this statement sees, and at least one piece of it.
_TAKE = text("""
delete from segment_tail where ctid = any(array(
    select ctid from (select ctid, sum(n) over (order by tail_id) - n as before from segment_tail) tail
    where before < :records
)) returning bank_id, data
""")
_INSERT = text("""
insert into segments (fmt, bank_id, m_lo, m_hi, n, level, data)
values (:fmt, :bank_id, :m_lo, :m_hi, :n, :level, :data)
""")
_SEALED = text("select seg_id, n from segments where bank_id = :bank_id and m_lo >= :since and m_hi < :until")
# Every year that lies wholly behind a bank's newest record, with few records in several segments.
_SMALL_YEARS = text("""
select bank_id, year from (
    select bank_id, n, m_hi, date_part('year', to_timestamp(m_lo * 60.0) at time zone 'UTC')::int as year,
        date_part('year', to_timestamp(m_hi * 60.0) at time zone 'UTC')::int as last_year,
        max(m_hi) over (partition by bank_id) as newest
    from segments
) sealed
where year = last_year group by bank_id, year, newest
having count(*) > 1 and sum(n) <= :most
    and extract(epoch from make_timestamptz(year + 1, 1, 1, 0, 0, 0, 'UTC')) / 60 <= newest - :margin
order by bank_id, year
""")
_UNSEAL = text("delete from segments where bank_id = :bank_id and seg_id = any(:ids) returning n, data")


@dataclass(frozen=True, slots=True)
class Folded:
    """What a fold did; `more` says that the tail held more than was taken at once."""

    records: int = 0
    segments: int = 0
    more: bool = False


def fold_tail(owner: Session, *, at_once: int = TAKEN_AT_ONCE) -> Folded:
    """Move the tail into segments of a bank and month each, in the session's transaction.

    Deleting and sealing commit together, so a reader's snapshot finds every record in one place. One fold
    runs at a time; a second one does nothing.
    """
    if not may_compact(owner):
        return Folded()
    taken: dict[int, list[Records]] = {}
    for bank_id, data in owner.execute(_TAKE, {"records": at_once}):
        taken.setdefault(bank_id, []).append(from_wire(data))
    records = segments = 0
    for bank_id, pieces in sorted(taken.items()):
        records += sum(map(len, pieces))
        for month, of_month in by_month(netted(np.concatenate(pieces))):
            seal(owner, bank_id, of_month, FRESH)
            merge(owner, bank_id, minutes_of(month), SMALL_ONES)
            segments += 1
    return Folded(
        records, segments, more=bool(owner.scalar(text("select exists (select from segment_tail)")))
    )


def merge_small_years(owner: Session) -> int:
    """Make one segment of each old year in which a bank has little; return how many were made.

    A bank of a few rows a day would otherwise cost every page as many segments as a large one.
    """
    return merge_small_years_of(owner) if may_compact(owner) else 0


def merge_small_years_of(owner: Session) -> int:
    """Do so for who keeps others from compacting already."""
    years = owner.execute(_SMALL_YEARS, {"most": SMALL_YEAR, "margin": YEAR_IS_OLD_AFTER}).all()
    return sum(merge(owner, bank_id, minutes_of_year(year), 1) for bank_id, year in years)


def may_compact(owner: Session) -> bool:
    """Whether nobody else is moving records between tail and segments; until this transaction ends."""
    return bool(owner.scalar(text("select pg_try_advisory_xact_lock(:key)"), {"key": LOCK}))


def netted(records: Records) -> Records:
    """Return the records without those that take each other back, sorted by minute.

    A number without a negative record needs no look: what is netted is little.
    """
    doubtful = np.isin(records["ingest_seq"], records["ingest_seq"][records["sign"] < 0])
    if doubtful.any():
        records = np.concatenate([records[~doubtful], _net(records[doubtful])])
    return records[np.argsort(records["minute"], kind="stable")]


def _net(records: Records) -> Records:
    unsigned = records.copy()
    unsigned["sign"] = 0
    content = unsigned.view(np.dtype((np.void, RECORD.itemsize)))
    _, first, group = np.unique(content, return_index=True, return_inverse=True)
    signs = np.bincount(group.ravel(), weights=records["sign"]).astype(np.int64)
    left = records[first]
    left["sign"] = np.sign(signs)
    return np.repeat(left, np.abs(signs))


def by_month(records: Records) -> Iterator[tuple[Month, Records]]:
    """Split records, sorted by minute, by their UTC month."""
    months = records["minute"].astype("datetime64[m]").astype("datetime64[M]")
    starts = np.flatnonzero(np.r_[True, months[1:] != months[:-1]]) if len(records) else np.zeros(0, np.int64)
    for start, stop in itertools.pairwise([*starts.tolist(), len(records)]):
        yield months[start], records[start:stop]


def seal(owner: Session, bank_id: int, records: Records, level: int) -> None:
    """Write records, sorted by minute, as one segment."""
    values = {
        "fmt": FORMAT,
        "bank_id": bank_id,
        "m_lo": int(records["minute"][0]),
        "m_hi": int(records["minute"][-1]),
        "n": len(records),
        "level": level,
        "data": to_columns(records),
    }
    owner.execute(_INSERT, values)


def merge(owner: Session, bank_id: int, within: Minutes, few: int) -> bool:
    """Make one of the small segments within a stretch of time, once they are `few`; say whether one was made.

    Its big one joins them if they add a tenth to it.
    """
    since, until = within
    sealed = owner.execute(_SEALED, {"bank_id": bank_id, "since": since, "until": until}).all()
    *small, big = sorted(sealed, key=lambda one: one.n)
    merged = [*small, big] if sum(one.n for one in small) >= BIG_ONE_FROM * big.n else small
    if len(small) < few or not merged[1:]:
        return False
    taken = owner.execute(_UNSEAL, {"bank_id": bank_id, "ids": [one.seg_id for one in merged]})
    records = netted(np.concatenate([from_columns(data, n) for n, data in taken]))
    if len(records):
        seal(owner, bank_id, records, MERGED)
    return True
