"""An import as a job of the queue's worker, which writes how the run ended."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dashboard.ingestion.options import ImportOptions, Progress
from dashboard.ingestion.plan import alone, claim, plan_import
from dashboard.ingestion.run import complete, said, work
from dashboard.jobs.control import Control
from database.connection import get_db_session
from models.jobs import JobStatus


def import_lock(parameters: Mapping[str, Any]) -> str:
    """Imports into one bank run one after the other."""
    return f"import {parameters['bank']}"


def run_import(control: Control) -> Mapping[str, Any]:
    """Import the file of the job's parameters and return what came of it."""
    options = ImportOptions.from_parameters(control.parameters)
    plan = plan_import(Path(control.parameters["path"]), options)

    def report(progress: Progress) -> None:
        control.report(progress.counts.bytes_read, progress.bytes_total)

    with alone(plan):
        with get_db_session([options.bank]) as session:
            run, terms = claim(session, plan, control.job_id)
        is_complete = run.status is JobStatus.SUCCEEDED
        result = complete(plan, run) if is_complete else work(plan, run, terms, report)
    message = said(result)
    control.report(plan.source.size, plan.source.size, message)
    return {
        "dataset_id": result.dataset_id,
        **message.params,
        "rejects_file": result.rejects_file and result.rejects_file.name,
        "skipped_hours": result.skipped_hours,
        "doubled_hours": result.doubled_hours,
        "notes": [{"msgid": note.msgid, "params": dict(note.params)} for note in plan.notes],
    }
