"""Ask for a job, and ask for its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboard.jobs.registry import JOB_KINDS
from database.connection import Session
from database.queries import jobs
from database.queue import enqueue
from models.errors import UserError
from models.messages import N_


def submit(
    session: Session, kind: str, parameters: Mapping[str, Any], *, created_by: int | None = None
) -> int:
    """Queue a run and give its number; it begins when the session's transaction has committed."""
    if kind not in JOB_KINDS:
        raise UserError(N_("There is no kind of job named {kind}."), kind=kind)
    job_id = jobs.create(session, kind, parameters, created_by=created_by)
    enqueue(session, job_id, lock=JOB_KINDS[kind].lock(parameters))
    return job_id
