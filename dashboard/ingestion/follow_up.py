"""What follows an import or its undo: jobs enrich and score rows, raise alerts and look for anomalies."""

from __future__ import annotations

from typing import Any, Final

from dashboard.ingestion.options import AlertsMode
from database.connection import Session
from database.queries import jobs
from database.queue import enqueue
from models.datasets import DatasetKind
from models.jobs import JobStatus

ENRICH: Final = "enrich"
DETECT: Final = "detect"
OPENED: Final = "opened"
"""Under this a run keeps how many rows it stored, or changed the past of, in the commits that did it."""


def follow(session: Session, job_id: int) -> int | None:
    """Queue what follows the run of an import or undo, however it ends; give the enrichment's number.

    It is called in the transaction that ends the run: then neither is lost without the other, and no commit
    that brings rows waits for the queue. None when the run left nothing to enrich.
    """
    run = jobs.by_id(session, job_id)
    if not run.result.get(OPENED):
        return None
    given = run.parameters
    if given.get("kind", DatasetKind.TRANSACTIONS) == DatasetKind.TRANSACTIONS and "alerts" in given:
        mode, dataset_id = AlertsMode(given["alerts"]), run.result.get("dataset_id")
    else:
        # Rows that were there before: what their past was has changed, not what was thought of them.
        mode, dataset_id = AlertsMode.NONE, None
    return enrich_later(session, given["bank"], dataset_id, mode, created_by=run.created_by)


def enrich_later(
    session: Session, bank: str, dataset_id: int | None, alerts: AlertsMode, *, created_by: int | None = None
) -> int:
    """Queue the enrichment of a bank's new rows, and the detectors, and give the first run's number."""
    parameters: dict[str, Any] = {"bank": bank, "dataset_id": dataset_id, "alerts": alerts.value}
    job_id = jobs.create(session, ENRICH, parameters, created_by=created_by)
    # Not by `submit`: its registry loads every job's libraries, for which an import has no room.
    enqueue(session, job_id, lock=f"{ENRICH} {bank}")
    # One run of the detectors that has not begun looks at everything.
    waiting = (run for run in jobs.newest(session, kind=DETECT) if run.status is JobStatus.QUEUED)
    if not any(run.parameters.get("bank") == bank for run in waiting):
        found_id = jobs.create(session, DETECT, {"bank": bank}, created_by=created_by)
        enqueue(session, found_id, lock=f"{ENRICH} {bank}")
    return job_id
