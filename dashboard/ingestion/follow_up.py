"""What follows an import or its undo: rows are enriched and scored by a job, and may open alerts."""

from __future__ import annotations

from dashboard.ingestion.options import AlertsMode
from database.connection import get_db_session

ENRICH = "enrich"


def enrich_later(
    bank: str, dataset_id: int | None, alerts: AlertsMode, *, created_by: int | None = None
) -> int:
    """Queue the enrichment of a bank's new rows and give its run's number."""
    # The registry knows this package's jobs, so that it can only be asked when it is complete.
    from dashboard.jobs.submit import submit

    parameters = {"bank": bank, "dataset_id": dataset_id, "alerts": alerts.value}
    with get_db_session() as session:
        return submit(session, ENRICH, parameters, created_by=created_by)
