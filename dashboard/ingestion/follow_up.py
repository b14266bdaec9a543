"""What follows an import or its undo: rows are enriched and scored by a job, and may open alerts."""

from __future__ import annotations

from typing import Any, Final

from dashboard.ingestion.options import AlertsMode
from database.connection import get_db_session
from database.queries import jobs
from database.queue import enqueue

ENRICH: Final = "enrich"


def enrich_later(
    bank: str, dataset_id: int | None, alerts: AlertsMode, *, created_by: int | None = None
) -> int:
    """Queue the enrichment of a bank's new rows and give its run's number."""
    parameters: dict[str, Any] = {"bank": bank, "dataset_id": dataset_id, "alerts": alerts.value}
    with get_db_session() as session:
        job_id = jobs.create(session, ENRICH, parameters, created_by=created_by)
        # Not by `submit`: its registry loads every job's libraries, for which an import has no room.
        enqueue(session, job_id, lock=f"{ENRICH} {bank}")
    return job_id
