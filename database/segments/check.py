"""Segments and tail compared with the rows they stand for, bank by bank and day by day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.segments.codes import KINDS, OTHER_CODE
from database.segments.kernel import Ints
from database.segments.pack import RECORDED_COLUMNS, rows_with_numbers, source_of
from database.segments.record import FIELDS, RECORD, Columns, columns_of, from_wire

_DAY = 24 * 60
_EPOCH = date(1970, 1, 1)
_WRAP = 1 << 64

_SUMMED = tuple(field for field in FIELDS if field != "sign")
# A sum of codes could hide an exchange between two rows of a day; together with the squares it cannot
# for three values (labels, answers), and hardly for more.
_SQUARED = tuple(field for field in _SUMMED if RECORD[field].itemsize < 4)  # noqa: PLR2004 - codes, not numbers
_WEIGHED = ("native_e4", "base_e4", "minute", "customer_no", "category", "channel")

_COMPARED: dict[str, tuple[str, ...]] = {
    "rows": (),
    **{field: (field,) for field in _SUMMED},
    **{f"{field}²": (field, field) for field in _SQUARED},
    **{f"label × {field}": ("label", field) for field in _WEIGHED},
}
"""What is compared by its name: sums over the day's rows of the product of these fields."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A sum that is not the same on both sides."""

    bank_id: int
    day: date
    what: str
    in_segments: int
    in_rows: int


@dataclass(frozen=True, slots=True)
class Differences:
    """What a check found; `others` counts the records whose value shares the code "other", by kind."""

    found: tuple[Difference, ...]
    rows: int
    days: int
    segments: int
    tail_records: int
    others: dict[str, int]

    @property
    def agree(self) -> bool:
        """Whether segments and tail are exactly the rows."""
        return not self.found


class _Totals:
    """Sums by bank and UTC day, modulo 2⁶⁴."""

    def __init__(self) -> None:
        self.of: dict[tuple[int, int], Ints] = {}
        self.others = dict.fromkeys(KINDS, 0)

    def add(self, bank_id: int, columns: Columns) -> None:
        """Add records, sorted by minute."""
        days = columns["minute"] // _DAY
        if not len(days):
            return
        starts = np.flatnonzero(np.r_[True, days[1:] != days[:-1]])
        sign = columns["sign"].astype(np.int64)
        sums = np.stack([np.add.reduceat(values, starts) for values in _products(columns, sign)], axis=1)
        for day, values in zip(days[starts].tolist(), sums, strict=True):
            self.of[bank_id, day] = self.of.get((bank_id, day), 0) + values
        for kind in KINDS:
            self.others[kind] += int(sign[columns[kind] == OTHER_CODE].sum())


def _products(columns: Columns, sign: Ints) -> Iterator[Ints]:
    for fields in _COMPARED.values():
        product = sign
        for field in fields:
            product = product * columns[field]
        yield product


def check(owner: Session) -> Differences:
    """Compare both sides in one snapshot: open the session with `owner_session(snapshot=True)`."""
    sealed, segments = _Totals(), 0
    for bank_id, columns in _segments(owner):
        sealed.add(bank_id, columns)
        segments += 1
    tail_records = 0
    for bank_id, data in owner.execute(text("select bank_id, data from segment_tail")):
        records = np.sort(from_wire(data), order="minute")
        sealed.add(bank_id, {name: records[name] for name in FIELDS})
        tail_records += len(records)
    rows = _row_totals(owner)
    keys = sorted(sealed.of.keys() | rows.keys())
    return Differences(
        found=tuple(difference for key in keys for difference in _compare(key, sealed.of, rows)),
        rows=sum(int(totals[0]) for totals in rows.values()),
        days=len(rows),
        segments=segments,
        tail_records=tail_records,
        others={kind: count for kind, count in sealed.others.items() if count},
    )


def _segments(owner: Session) -> Iterator[tuple[int, Columns]]:
    ids = owner.execute(text("select bank_id, seg_id from segments order by 1, 2")).all()
    one = text("select n, data from segments where bank_id = :bank_id and seg_id = :seg_id")
    for bank_id, seg_id in ids:
        n, data = owner.execute(one, {"bank_id": bank_id, "seg_id": seg_id}).one()
        yield bank_id, columns_of(data, n)


def _row_totals(owner: Session) -> dict[tuple[int, int], Ints]:
    fields = ", ".join(f"({source_of(field, '1')})::bigint as {field}" for field in _SUMMED)
    sums = ", ".join(
        f"sum({' * '.join(product)})" if product else "count(*)" for product in _COMPARED.values()
    )
    joined = rows_with_numbers(f"(select {RECORDED_COLUMNS} from transactions)")
    query = f"""
    select bank_id, floor(minute::float8 / {_DAY})::int, {sums}
    from (select t.bank_id, {fields} from {joined}) its group by 1, 2"""
    return {
        (bank_id, day): np.array([_wrapped(int(total)) for total in totals], np.int64)
        for bank_id, day, *totals in owner.execute(text(query))
    }


def _wrapped(total: int) -> int:
    return (total + _WRAP // 2) % _WRAP - _WRAP // 2


def _compare(
    key: tuple[int, int], sealed: dict[tuple[int, int], Ints], rows: dict[tuple[int, int], Ints]
) -> Iterator[Difference]:
    nothing = np.zeros(len(_COMPARED), np.int64)
    bank_id, day = key
    sides = zip(_COMPARED, sealed.get(key, nothing).tolist(), rows.get(key, nothing).tolist(), strict=True)
    for what, in_segments, in_rows in sides:
        if in_segments != in_rows:
            yield Difference(bank_id, _EPOCH + timedelta(days=day), what, in_segments, in_rows)
