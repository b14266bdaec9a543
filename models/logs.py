"""What happened: the system's log, and the audit of what people changed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Identity, Index, func
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from models.base import EMPTY_JSON, Base, Big, Choice, Created, Json


class LogCategory(StrEnum):
    """What a log entry is about."""

    DATABASE = "database"
    WEB = "web"
    INGEST = "ingest"
    SECURITY = "security"
    JOB = "job"
    MAIL = "mail"
    WEBHOOK = "webhook"


class SystemLog(Base):
    """One log entry; a partition a day, so that old days go at once."""

    __tablename__ = "system_logs"

    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), primary_key=True)
    log_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    service: Mapped[str]
    category: Mapped[LogCategory] = mapped_column(Choice(LogCategory))
    level: Mapped[str]
    logger: Mapped[str]
    message: Mapped[str]
    details: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)
    request_id: Mapped[str | None]
    user_id: Mapped[Big | None]
    bank_id: Mapped[int | None]
    transaction_id: Mapped[str | None]
    alert_id: Mapped[Big | None]
    path: Mapped[str | None]
    duration_ms: Mapped[float | None]
    exception: Mapped[str | None]

    __table_args__ = (
        Index(None, "service", "level", "created_at"),
        {"postgresql_partition_by": "RANGE (created_at)"},
    )


class AuditLog(Created, Base):
    """Who did what to what (insert only); values before and after stand in `details`."""

    __tablename__ = "audit_log"

    audit_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    user_id: Mapped[Big | None]
    bank_id: Mapped[int | None]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[str | None]
    reason: Mapped[str | None]
    details: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)
    request_id: Mapped[str | None]
    ip: Mapped[str | None] = mapped_column(INET)

    __table_args__ = (
        Index(None, "bank_id", "created_at"),
        Index(None, "user_id", "created_at"),
        Index(None, "object_type", "object_id"),
    )
