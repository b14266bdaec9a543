"""Values that are kept for a while where no Redis is at hand."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Updated


class CacheEntry(Updated, Base):
    """A value by its key until it expires."""

    __tablename__ = "cache_entries"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]
    expires_at: Mapped[datetime]

    __table_args__ = (Index(None, "expires_at"),)
