"""Which migrations a database has had."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Created


class SchemaMigration(Created, Base):
    """A migration that was applied, with the checksum that its file must keep."""

    __tablename__ = "schema_migrations"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    checksum: Mapped[str]
    duration_ms: Mapped[int]
