"""What follows an import or its undo: jobs enrich and score rows, raise alerts and look for anomalies."""

from __future__ import annotations

from dashboard.ingestion.options import AlertsMode
from database.connection import get_db_session
from database.queries import jobs
from models.jobs import JobStatus

ENRICH, DETECT = "enrich", "detect"


def enrich_later(
    bank: str, dataset_id: int | None, alerts: AlertsMode, *, created_by: int | None = None
) -> int:
    """Queue the enrichment of a bank's new rows, and the detectors, and give the first run's number."""
    # The registry knows this package's jobs, so that it can only be asked when it is complete.
    from dashboard.jobs.submit import submit

    parameters = {"bank": bank, "dataset_id": dataset_id, "alerts": alerts.value}
    with get_db_session() as session:
        job_id = submit(session, ENRICH, parameters, created_by=created_by)
        # One run of the detectors that has not begun looks at everything.
        waiting = (run for run in jobs.newest(session, kind=DETECT) if run.status is JobStatus.QUEUED)
        if not any(run.parameters.get("bank") == bank for run in waiting):
            submit(session, DETECT, {"bank": bank}, created_by=created_by)
        return job_id
