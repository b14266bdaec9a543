"""Datasets and their runs: found by file, begun, advanced in the transaction that stores the rows, ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from models.datasets import Dataset, DatasetJob, DatasetKind, DatasetOrigin
from models.jobs import Job, JobStatus


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the records that a run read."""

    read: int = 0
    accepted: int = 0
    duplicate: int = 0
    conflict: int = 0
    rejected: int = 0
    bytes_read: int = 0

    def __add__(self, other: Counts) -> Counts:
        """Add records; bytes are a place in the file, of which the later one holds."""
        return Counts(
            self.read + other.read,
            self.accepted + other.accepted,
            self.duplicate + other.duplicate,
            self.conflict + other.conflict,
            self.rejected + other.rejected,
            max(self.bytes_read, other.bytes_read),
        )


@dataclass(frozen=True, slots=True)
class Run:
    """A run of a job over a dataset; `attempt` tells it from one that took it over."""

    dataset_id: int
    job_id: int
    attempt: int
    status: JobStatus
    parameters: Mapping[str, Any]
    result: Mapping[str, Any]
    counts: Counts
    rejects_file: str | None


@dataclass(frozen=True, slots=True)
class StoredDataset:
    """A dataset as lists of them show it."""

    dataset_id: int
    name: str
    kind: DatasetKind
    origin: DatasetOrigin
    layout: str | None
    rows: int
    first_at: datetime | None
    last_at: datetime | None
    is_demo: bool
    created_at: datetime


def create(
    session: Session,
    bank_id: int,
    name: str,
    *,
    origin: DatasetOrigin,
    kind: DatasetKind = DatasetKind.TRANSACTIONS,
    file_name: str | None = None,
    file_sha256: str | None = None,
    layout: str | None = None,
    is_demo: bool = False,
    created_by: int | None = None,
) -> int:
    """Record a dataset without rows and give its number."""
    values = {
        "bank_id": bank_id,
        "name": name,
        "kind": kind,
        "origin": origin,
        "file_name": file_name,
        "file_sha256": file_sha256,
        "layout": layout,
        "is_demo": is_demo,
        "created_by": created_by,
    }
    return session.execute(insert(Dataset).values(values).returning(Dataset.dataset_id)).scalar_one()


def of_bank(session: Session, bank_id: int) -> list[StoredDataset]:
    """Return a bank's datasets, the newest first."""
    columns = (
        Dataset.dataset_id,
        Dataset.name,
        Dataset.kind,
        Dataset.origin,
        Dataset.layout,
        Dataset.rows,
        Dataset.first_at,
        Dataset.last_at,
        Dataset.is_demo,
        Dataset.created_at,
    )
    found = session.execute(
        select(*columns).where(Dataset.bank_id == bank_id).order_by(Dataset.dataset_id.desc())
    )
    return [StoredDataset(*tuple(row)) for row in found]


def of_file(session: Session, bank_id: int, kind: DatasetKind, sha256: str) -> int | None:
    """Return the dataset that this file made in the bank; others who ask wait for this transaction."""
    key = f"{bank_id} {kind} {sha256}"
    session.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": key})
    return session.execute(
        select(Dataset.dataset_id).where(
            Dataset.bank_id == bank_id, Dataset.kind == kind, Dataset.file_sha256 == sha256
        )
    ).scalar()


def hold(session: Session, bank_id: int, sha256: str) -> bool:
    """Keep a file to this session until its transaction ends; False where another one holds it.

    A process that dies lets go at once, so the same command after a crash need not wait.
    """
    statement = text("select pg_try_advisory_xact_lock(hashtextextended(:key, 1))")
    return bool(session.execute(statement, {"key": f"{bank_id} {sha256}"}).scalar())


def name_of(session: Session, bank_id: int, dataset_id: int) -> str | None:
    """Return a dataset's name."""
    return session.execute(
        select(Dataset.name).where(Dataset.bank_id == bank_id, Dataset.dataset_id == dataset_id)
    ).scalar()


def newest_run(session: Session, bank_id: int, dataset_id: int) -> Run | None:
    """Return the latest run over a dataset."""
    return _run(session, DatasetJob.bank_id == bank_id, DatasetJob.dataset_id == dataset_id)


def run_of_job(session: Session, bank_id: int, job_id: int) -> Run | None:
    """Return the run of a job, if it has begun on a dataset."""
    return _run(session, DatasetJob.bank_id == bank_id, DatasetJob.job_id == job_id)


def _run(session: Session, *which: Any) -> Run | None:
    row = session.execute(
        select(DatasetJob, Job.attempts, Job.status, Job.parameters, Job.result)
        .join(Job, Job.job_id == DatasetJob.job_id)
        .where(*which)
        .order_by(DatasetJob.job_id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    work = row.DatasetJob
    counts = Counts(
        work.rows_read,
        work.rows_accepted,
        work.rows_duplicate,
        work.rows_conflict,
        work.rows_rejected,
        work.bytes_read,
    )
    return Run(
        work.dataset_id,
        work.job_id,
        row.attempts,
        row.status,
        row.parameters,
        row.result,
        counts,
        work.rejects_file,
    )


def begin_run(session: Session, bank_id: int, dataset_id: int, job_id: int, *, bytes_total: int) -> None:
    """Attach a job to a dataset."""
    session.execute(
        insert(DatasetJob).values(
            bank_id=bank_id, dataset_id=dataset_id, job_id=job_id, bytes_total=bytes_total
        )
    )


_ADVANCE_JOB = text("""
    update jobs set progress_done = :done, progress_total = :total, updated_at = now(),
        result = result || cast(:kept as jsonb)
    where job_id = :job_id and attempts = :attempt and status = 'running' returning cancel_requested
""")


def advance(
    session: Session,
    bank_id: int,
    run: Run,
    counts: Counts,
    *,
    bytes_total: int,
    kept: Mapping[str, Any],
    rejects_file: str | None,
) -> bool | None:
    """Write how far a run is, in the transaction that stores its rows, and say whether to cancel it.

    `counts` are those of the whole run, `kept` joins the job's result: where a resume goes on.
    None when the run was ended or taken over by somebody else: then nothing may be committed.
    """
    asked = session.execute(
        _ADVANCE_JOB,
        {
            "job_id": run.job_id,
            "attempt": run.attempt,
            "done": counts.bytes_read,
            "total": bytes_total,
            "kept": json.dumps(kept),
        },
    ).scalar()
    if asked is None:
        return None
    session.execute(
        update(DatasetJob)
        .where(DatasetJob.bank_id == bank_id, DatasetJob.job_id == run.job_id)
        .values(
            rows_read=counts.read,
            rows_accepted=counts.accepted,
            rows_duplicate=counts.duplicate,
            rows_conflict=counts.conflict,
            rows_rejected=counts.rejected,
            bytes_read=counts.bytes_read,
            rejects_file=rejects_file,
            updated_at=func.now(),
        )
    )
    return bool(asked)


def add_rows(
    session: Session,
    bank_id: int,
    dataset_id: int,
    rows: int,
    first_at: datetime | None,
    last_at: datetime | None,
) -> None:
    """Count rows that joined a dataset, with the moments of the first and the last of them."""
    session.execute(
        update(Dataset)
        .where(Dataset.bank_id == bank_id, Dataset.dataset_id == dataset_id)
        .values(
            rows=Dataset.rows + rows,
            first_at=func.least(Dataset.first_at, first_at),
            last_at=func.greatest(Dataset.last_at, last_at),
            updated_at=func.now(),
        )
    )


def keep(session: Session, job_id: int, kept: Mapping[str, Any]) -> None:
    """Join something to a job's result."""
    session.execute(
        text("update jobs set result = result || cast(:kept as jsonb) where job_id = :job_id"),
        {"kept": json.dumps(kept), "job_id": job_id},
    )


def known_hashes(session: Session, bank_id: int, ids: list[str]) -> dict[str, bytes]:
    """Return the content hashes of those of these payments that the bank has."""
    found = session.execute(
        text(
            "select transaction_id, content_hash from transactions"
            " where bank_id = :bank_id and transaction_id = any(:ids)"
        ),
        {"bank_id": bank_id, "ids": ids},
    )
    return {identity: bytes(content) for identity, content in found}
