"""What follows an import or its undo: jobs enrich and score rows, raise alerts and look for anomalies."""

from __future__ import annotations

from typing import Any, Final

from dashboard.ingestion.options import AlertsMode
from database.connection import get_db_session
from database.queries import jobs
from database.queue import enqueue
from models.jobs import JobStatus

ENRICH: Final = "enrich"
DETECT: Final = "detect"


def enrich_later(
    bank: str, dataset_id: int | None, alerts: AlertsMode, *, created_by: int | None = None
) -> int:
    """Queue the enrichment of a bank's new rows, and the detectors, and give the first run's number."""
    parameters: dict[str, Any] = {"bank": bank, "dataset_id": dataset_id, "alerts": alerts.value}
    with get_db_session() as session:
        job_id = jobs.create(session, ENRICH, parameters, created_by=created_by)
        # Not by `submit`: its registry loads every job's libraries, for which an import has no room.
        enqueue(session, job_id, lock=f"{ENRICH} {bank}")
        # One run of the detectors that has not begun looks at everything.
        waiting = (run for run in jobs.newest(session, kind=DETECT) if run.status is JobStatus.QUEUED)
        if not any(run.parameters.get("bank") == bank for run in waiting):
            found_id = jobs.create(session, DETECT, {"bank": bank}, created_by=created_by)
            enqueue(session, found_id, lock=f"{ENRICH} {bank}")
    return job_id
