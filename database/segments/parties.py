"""What each customer or merchant of a selection has paid, and how much of it was fraud."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from sqlalchemy.orm import Session

from database.segments import kernel
from database.segments.kernel import Ints
from database.segments.reading import check_bound, minutes_of, parts_of, snapshot_of
from database.segments.selection import Selection

Party = Literal["customer", "merchant"]


@dataclass(frozen=True, slots=True)
class PartyCounts:
    """Parallel arrays, one place per party that has a row; money in ten-thousandths, of volume rows.

    `number` is the party's customer_no or merchant_no; rows without a party are in none.
    """

    number: Ints
    rows: Ints
    labelled: Ints
    frauds: Ints
    volume_e4: Ints
    fraud_volume_e4: Ints


def by_party(session: Session, selection: Selection, party: Party) -> PartyCounts:
    """Count a selection by its customers or merchants, in one pass over its records."""
    period = minutes_of((selection.since, selection.until))
    snapshot = snapshot_of(session, replace(selection, previous=None), [period])
    column = f"{party}_no"
    highest = max((int(run.columns[column].max(initial=0)) for run in snapshot.runs), default=0)
    counts = np.zeros((highest + 1, kernel.PARTY_COUNTS), np.int64)
    bound = 0.0
    for part in parts_of(snapshot, period):
        bound += kernel.count_parties(part.rows, part.column(column), part.chosen, snapshot.money, counts)
    check_bound(bound)
    held = np.flatnonzero(counts[:, 0] > 0)
    held = held[held > 0]
    return PartyCounts(held, *counts[held].T)
