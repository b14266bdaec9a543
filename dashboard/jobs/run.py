"""One run of a job, from its row to its end; however it ends, the row says so once."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.jobs.control import JobCancelledError
from dashboard.jobs.registry import JOB_KINDS
from database import context
from database.connection import get_db_session
from database.queries import jobs
from models.errors import UserError
from models.jobs import JobStatus
from models.messages import N_, Message

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RowControl:
    """A run's view of itself through its row in `jobs`."""

    job_id: int
    parameters: Mapping[str, Any]

    def report(self, done: int, total: int, message: Message | None = None) -> None:
        """Write how far the run is; raises `JobCancelledError` when somebody asked to cancel it."""
        with get_db_session() as session:
            asked = jobs.report(session, self.job_id, done=done, total=total, message=message)
        if asked:
            raise JobCancelledError(N_("Cancelled after {done} of {total}."), done=done, total=total)


def run_job(job_id: int) -> JobStatus | None:
    """Run the job to its end and give its status; None if there was nothing left to run."""
    with get_db_session() as session:
        run = jobs.begin(session, job_id)
    if run is None:
        logger.info("Run %d has nothing left to do", job_id)
        return None
    with context.acting(page=f"job {run.kind} {job_id}"):
        end = _attempt(run)
        with get_db_session() as session:
            if run.kind in JOB_KINDS:
                JOB_KINDS[run.kind].then(session, job_id)
            jobs.finish(session, job_id, end.status, result=end.result, message=end.message, log=end.log)
        logger.info("Run %d (%s) %s", job_id, run.kind, end.status, extra={"category": "job"})
    return end.status


@dataclass(frozen=True, slots=True)
class End:
    """How a run ended."""

    status: JobStatus
    result: Mapping[str, Any] | None = None
    message: Message | None = None
    log: str = ""


def _attempt(run: jobs.JobRun) -> End:
    kind = JOB_KINDS.get(run.kind)
    if kind is None:
        unknown = Message(N_("There is no kind of job named {kind}."), {"kind": run.kind})
        return End(JobStatus.FAILED, message=unknown)
    try:
        return End(JobStatus.SUCCEEDED, result=kind.run(RowControl(run.job_id, run.parameters)))
    except JobCancelledError as cancelled:
        return End(JobStatus.CANCELLED, message=cancelled.message)
    except UserError as mistake:
        return End(JobStatus.FAILED, message=mistake.message, log=f"{mistake}\n")
    except Exception:
        # The row names the place to look, the log holds the traceback.
        logger.exception("Run %d (%s) failed", run.job_id, run.kind, extra={"category": "job"})
        sentence = N_("Failed for a reason that the log explains under run {job_id}.")
        return End(JobStatus.FAILED, message=Message(sentence, {"job_id": run.job_id}))
