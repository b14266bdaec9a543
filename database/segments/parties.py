"""What each customer or merchant of a selection has paid, and how much of it was fraud."""

from __future__ import annotations

import numpy as np

from database.segments.kernel import Parties
from database.segments.record import FRAUD, GENUINE, UNKNOWN
from database.segments.sums import PartyCounts


def counts_of(parties: Parties) -> PartyCounts:
    """Return the parties that have a row, from the table that a pass has filled."""
    unknown, genuine, fraud = (parties.rows[:, label] for label in (UNKNOWN, GENUINE, FRAUD))
    labelled = genuine + fraud
    rows = labelled + unknown
    held = np.flatnonzero(rows > 0)
    held = held[held > 0]
    return PartyCounts(
        held,
        rows[held].astype(np.int64),
        labelled[held].astype(np.int64),
        fraud[held].astype(np.int64),
        parties.fraud_e4[held],
    )
