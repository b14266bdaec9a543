"""What the outside must be told, written with the change that it tells of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import EMPTY_JSON, Base, Json, Updated


class OutboxMessage(Updated, Base):
    """One message to be sent at least once; claimed and finished by a periodic job."""

    __tablename__ = "outbox"

    outbox_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    bank_id: Mapped[int | None] = mapped_column(ForeignKey("banks.bank_id"))
    kind: Mapped[str]
    payload: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)
    available_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    claimed_until: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    last_error: Mapped[str | None]

    __table_args__ = (Index("ix_outbox_open", "available_at", postgresql_where=text("finished_at is null")),)
