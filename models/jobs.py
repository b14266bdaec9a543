"""Every run of a job, as people see it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import EMPTY_JSON, Base, Big, Choice, Json, Updated


class JobStatus(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(Updated, Base):
    """One run: its progress, its word to people and how it ended."""

    __tablename__ = "jobs"

    job_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str]
    status: Mapped[JobStatus] = mapped_column(Choice(JobStatus), server_default="queued")
    progress_done: Mapped[Big] = mapped_column(server_default=text("0"))
    progress_total: Mapped[Big] = mapped_column(server_default=text("0"))
    message_code: Mapped[str | None]
    message_params: Mapped[Json | None]
    parameters: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)
    result: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)
    log_tail: Mapped[str] = mapped_column(server_default="")
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    created_by: Mapped[Big | None] = mapped_column(ForeignKey("users.user_id", ondelete="SET NULL"))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]

    __table_args__ = (
        Index(None, "created_at"),
        Index(None, "kind", "created_at"),
        Index("ix_jobs_open", "status", postgresql_where=text("finished_at is null")),
        Index(None, "created_by"),
    )
