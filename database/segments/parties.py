"""What each customer or merchant of a selection has paid, and how much of it was fraud."""

from __future__ import annotations

import numpy as np

from database.segments.kernel import Parties
from database.segments.record import FRAUD, GENUINE
from database.segments.sums import PartyCounts


def counts_of(parties: Parties) -> PartyCounts:
    """Return the parties that have a row, from the table that a pass has filled."""
    rows = parties.rows.sum(axis=1, dtype=np.int64)
    held = np.flatnonzero(rows > 0)
    held = held[held > 0]
    by_label = parties.rows[held].astype(np.int64)
    return PartyCounts(
        held,
        rows[held],
        by_label[:, GENUINE] + by_label[:, FRAUD],
        by_label[:, FRAUD],
        parties.fraud_e4[held],
    )
