"""How quickly labels come in for some banks, asked at most once a minute."""

from __future__ import annotations

from datetime import UTC

from dashboard.asked_once import asked_once
from dashboard.statistics.maturity import Maturity
from database.connection import Session
from database.queries.labels import label_delays


@asked_once
def maturity_of(session: Session, bank_ids: tuple[int, ...]) -> Maturity | None:
    """Return how complete labels of some banks are by age; None where they have no dates."""
    delays = label_delays(session, bank_ids)
    return Maturity(delays.until.astimezone(UTC), delays.delays) if delays else None
