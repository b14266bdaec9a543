"""Runs as people see them: each with its bank, its dataset and its counts; whose they are is asked here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.access import Permission, Person
from models.errors import NotFoundError
from models.jobs import JobStatus
from models.messages import N_, Message


@dataclass(frozen=True, slots=True)
class SeenRun:
    """One run; `bank` is a code, counts are null where a run reads no rows."""

    job_id: int
    kind: str
    status: JobStatus
    bank: str | None
    subject: str | None
    done: int
    total: int
    message: Message | None
    parameters: Mapping[str, Any]
    result: Mapping[str, Any]
    log_tail: str
    attempts: int
    cancel_requested: bool
    by: str | None
    created_at: datetime
    started_at: datetime | None
    updated_at: datetime
    finished_at: datetime | None
    rows_read: int | None
    rows_accepted: int | None
    rows_duplicate: int | None
    rows_conflict: int | None
    rows_rejected: int | None
    rejects_file: str | None

    @property
    def is_open(self) -> bool:
        """Whether it waits or works."""
        return self.status in {JobStatus.QUEUED, JobStatus.RUNNING}


# `jobs` is under no policy: a run is seen by the people of its bank, whoever began it, and, where it is of no
# bank, by who began it and by who may look after the data.
_SEEN = """
select j.job_id, j.kind, j.status, j.parameters ->> 'bank' as bank,
       coalesce(d.name, j.parameters ->> 'name') as subject,
       j.progress_done as done, j.progress_total as total, j.message_code, j.message_params,
       j.parameters, j.result, j.log_tail, j.attempts, j.cancel_requested, u.full_name as by,
       j.created_at, j.started_at, j.updated_at, j.finished_at,
       w.rows_read, w.rows_accepted, w.rows_duplicate, w.rows_conflict, w.rows_rejected, w.rejects_file
from jobs j
left join dataset_jobs w on w.job_id = j.job_id
left join datasets d on d.bank_id = w.bank_id and d.dataset_id = w.dataset_id
left join users u on u.user_id = j.created_by
where (j.parameters ->> 'bank' = any(:banks)
       or (j.parameters ->> 'bank' is null and (:looks_after or j.created_by = :user_id)))
"""
_NEWEST = text(f"{_SEEN} order by j.created_at desc, j.job_id desc limit :limit")
_ONE = text(f"{_SEEN} and j.job_id = :job_id")


def newest(session: Session, person: Person, *, limit: int = 25) -> list[SeenRun]:
    """Return the latest runs that a person may see; the session is on that person's banks."""
    found = session.execute(_NEWEST, {**_whose(person), "limit": limit}).mappings()
    return list(_runs(dict(row) for row in found))


def one(session: Session, person: Person, job_id: int) -> SeenRun:
    """Return a run that a person may see; another one is not there."""
    found = session.execute(_ONE, {**_whose(person), "job_id": job_id}).mappings()
    for run in _runs(dict(row) for row in found):
        return run
    raise NotFoundError(N_("There is no run {job_id}."), job_id=job_id)


def _whose(person: Person) -> dict[str, Any]:
    return {
        "banks": list(person.banks),
        "user_id": person.user_id,
        "looks_after": person.may(Permission.MANAGE_DATA),
    }


def _runs(rows: Iterator[dict[str, Any]]) -> Iterator[SeenRun]:
    for row in rows:
        code, params = row.pop("message_code"), row.pop("message_params")
        status = JobStatus(row.pop("status"))
        yield SeenRun(status=status, message=None if code is None else Message(code, params or {}), **row)
