"""Runs of jobs: their rows, their progress, and how they end."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.orm import Session

from models.errors import NotFoundError
from models.jobs import Job, JobStatus
from models.messages import N_, Message

LOG_TAIL_CHARACTERS = 4_000
OPEN = (JobStatus.QUEUED, JobStatus.RUNNING)


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run as its page shows it; `progress_total` is 0 while nobody knows it."""

    job_id: int
    kind: str
    status: JobStatus
    progress_done: int
    progress_total: int
    message: Message | None
    parameters: Mapping[str, Any]
    result: Mapping[str, Any]
    log_tail: str
    attempts: int
    cancel_requested: bool
    created_by: int | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


def create(
    session: Session,
    kind: str,
    parameters: Mapping[str, Any],
    *,
    created_by: int | None = None,
    status: JobStatus = JobStatus.QUEUED,
) -> int:
    """Record a run that is queued, or one that this process begins at once (`status` running)."""
    begun = {"started_at": func.now(), "attempts": 1} if status is JobStatus.RUNNING else {}
    values = {
        "kind": kind,
        "parameters": dict(parameters),
        "created_by": created_by,
        "status": status,
        **begun,
    }
    return session.execute(insert(Job).values(values).returning(Job.job_id)).scalar_one()


def count_open(session: Session, user_id: int, but: Collection[str]) -> int:
    """Count a person's runs that wait or work, but for some kinds."""
    own = (Job.created_by == user_id, Job.status.in_(OPEN), Job.kind.not_in(but))
    return session.scalars(select(func.count()).select_from(Job).where(*own)).one()


def begin(session: Session, job_id: int) -> JobRun | None:
    """Take a queued run, or one whose worker died, into work; None if it has ended or was cancelled."""
    took = session.execute(
        update(Job)
        .where(Job.job_id == job_id, Job.status.in_(OPEN), Job.cancel_requested.is_(False))
        .values(
            status=JobStatus.RUNNING,
            attempts=Job.attempts + 1,
            started_at=func.coalesce(Job.started_at, func.now()),
            updated_at=func.now(),
        )
        .returning(Job.job_id)
    ).scalar()
    return None if took is None else by_id(session, job_id)


def report(session: Session, job_id: int, *, done: int, total: int, message: Message | None = None) -> bool:
    """Write how far the run is and say whether somebody asked to cancel it."""
    said = {} if message is None else {"message_code": message.msgid, "message_params": dict(message.params)}
    values = {"progress_done": done, "progress_total": total, "updated_at": func.now(), **said}
    asked = session.execute(
        update(Job).where(Job.job_id == job_id).values(values).returning(Job.cancel_requested)
    ).scalar()
    return bool(asked)


def finish(
    session: Session,
    job_id: int,
    status: JobStatus,
    *,
    result: Mapping[str, Any] | None = None,
    message: Message | None = None,
    log: str = "",
) -> bool:
    """End an open run; False if it had ended already, so that it ends once."""
    said = {} if message is None else {"message_code": message.msgid, "message_params": dict(message.params)}
    found = {} if result is None else {"result": dict(result)}
    ended = session.execute(
        update(Job)
        .where(Job.job_id == job_id, Job.status.in_(OPEN))
        .values(
            status=status,
            finished_at=func.now(),
            updated_at=func.now(),
            log_tail=func.right(Job.log_tail + log, LOG_TAIL_CHARACTERS),
            **said,
            **found,
        )
        .returning(Job.job_id)
    )
    return ended.scalar() is not None


def request_cancel(session: Session, job_id: int) -> JobStatus:
    """Ask a run to end: a queued one is cancelled at once, a running one at its next report."""
    status = session.execute(select(Job.status).where(Job.job_id == job_id).with_for_update()).scalar()
    if status is None:
        raise NotFoundError(N_("There is no run {job_id}."), job_id=job_id)
    if status is JobStatus.QUEUED:
        finish(session, job_id, JobStatus.CANCELLED)
        return JobStatus.CANCELLED
    session.execute(
        update(Job)
        .where(Job.job_id == job_id, Job.status == JobStatus.RUNNING)
        .values(cancel_requested=True, updated_at=func.now())
    )
    return status


def by_id(session: Session, job_id: int) -> JobRun:
    """The run, or a sentence that there is none."""
    row = session.execute(select(*_COLUMNS).where(Job.job_id == job_id)).one_or_none()
    if row is None:
        raise NotFoundError(N_("There is no run {job_id}."), job_id=job_id)
    return _run_of(row)


def newest(session: Session, *, kind: str | None = None, limit: int = 50) -> list[JobRun]:
    """The latest runs first, of one kind if it is named."""
    statement = select(*_COLUMNS).order_by(Job.created_at.desc(), Job.job_id.desc()).limit(limit)
    if kind is not None:
        statement = statement.where(Job.kind == kind)
    return [_run_of(row) for row in session.execute(statement)]


_COLUMNS = (
    Job.job_id,
    Job.kind,
    Job.status,
    Job.progress_done,
    Job.progress_total,
    Job.message_code,
    Job.message_params,
    Job.parameters,
    Job.result,
    Job.log_tail,
    Job.attempts,
    Job.cancel_requested,
    Job.created_by,
    Job.created_at,
    Job.started_at,
    Job.finished_at,
)


def _run_of(row: Row[*tuple[Any, ...]]) -> JobRun:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    code, params = values.pop("message_code"), values.pop("message_params")
    return JobRun(message=None if code is None else Message(code, params or {}), **values)
