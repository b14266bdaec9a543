"""How the amounts of a selection are spread, finer than its panels tell: quantiles and bands, exactly."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy.orm import Session

from database.segments.kernel import Ints
from database.segments.record import FRAUD, GENUINE, UNKNOWN
from database.segments.selection import Selection
from database.segments.snapshot import Part, Snapshot, minutes_of, parts_of, snapshot_of
from database.segments.sums import Bucket


@dataclass(frozen=True, slots=True)
class _Amounts:
    """The known amounts of volume rows, with the sign and the label of each record."""

    e4: Ints
    sign: Ints
    label: Ints


def quantile(session: Session, selection: Selection, share: float) -> int | None:
    """Return the smallest amount (ten-thousandths) that at least `share` of the volume rows do not exceed.

    The same as PostgreSQL's `percentile_disc`; None where no row has an amount.
    """
    parts = list(_amounts(session, selection))
    if not parts:
        return None
    e4, sign = (np.concatenate([getattr(part, name) for part in parts]) for name in ("e4", "sign"))
    rows = int(sign.sum())
    if rows <= 0:
        return None
    place = max(math.ceil(share * rows), 1)
    if len(e4) == rows:
        return int(np.partition(e4, place - 1)[place - 1])
    order = np.argsort(e4, kind="stable")
    return int(e4[order][np.searchsorted(_settled(e4[order], sign[order]), place)])


def bands(session: Session, selection: Selection, edges_e4: Sequence[int]) -> list[Bucket]:
    """Count volume rows with lower ≤ amount < upper for each two neighbours of the rising edges, by label."""
    edges = np.array(edges_e4, np.int64)
    counts = np.zeros((len(edges) + 1, UNKNOWN + FRAUD + 1), np.int64)
    for part in _amounts(session, selection):
        np.add.at(counts, (np.searchsorted(edges, part.e4, side="right"), part.label), part.sign)
    inner = counts[1:-1]
    columns = (edges[:-1], *(inner[:, label] for label in (GENUINE, FRAUD, UNKNOWN)))
    return [Bucket(*values) for values in zip(*(column.tolist() for column in columns), strict=True)]


def _settled(e4: Ints, sign: Ints) -> Ints:
    """Return how many rows there are up to each place; of one amount, what is taken back counts at once."""
    rows = np.cumsum(sign)
    ends = np.searchsorted(e4, e4, side="right") - 1
    settled: Ints = rows[ends]
    return settled


def _amounts(session: Session, selection: Selection) -> Iterator[_Amounts]:
    period = minutes_of((selection.since, selection.until))
    snapshot = snapshot_of(session, replace(selection, previous=None), [period])
    for part in parts_of(snapshot, period):
        found = _known(part, snapshot)
        if len(found.e4):
            yield found


def _known(part: Part, snapshot: Snapshot) -> _Amounts:
    rows, money = part.rows, snapshot.money
    is_known = money.is_volume[rows.transaction_type & 15].astype(np.bool_) & (
        (rows.flags & money.unknown) == 0
    )
    places = np.flatnonzero(is_known)
    if not part.chosen.is_all:
        places = np.intersect1d(places, part.chosen.places, assume_unique=True)
    return _Amounts(
        rows.amount[places].astype(np.int64),
        rows.sign[places].astype(np.int64),
        (rows.label[places] & 3).astype(np.int64),
    )
