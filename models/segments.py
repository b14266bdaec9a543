"""The packed copy of all payments that pages read: codes, sealed segments and the open tail."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Big, Created, OfBank

WHOLE_RECORDS = "octet_length(data) = n * 56"


class Code(Created, Base):
    """The number that stands for a value of a kind inside the records."""

    __tablename__ = "codes"

    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[int]

    __table_args__ = (UniqueConstraint("kind", "code"),)


class Segment(OfBank, Created, Base):
    """Sealed records of one bank between two UTC minutes; immutable, so that a cached copy is right."""

    __tablename__ = "segments"

    seg_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    seg_uid: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    fmt: Mapped[int] = mapped_column(server_default=text("2"))
    m_lo: Mapped[int]
    m_hi: Mapped[int]
    n: Mapped[int]
    level: Mapped[int]
    data: Mapped[bytes]

    __table_args__ = (
        UniqueConstraint("seg_uid"),
        CheckConstraint(WHOLE_RECORDS, name="data"),
        Index(None, "bank_id", "m_hi"),
    )


class SegmentTail(Created, Base):
    """Records not yet in a segment: written with the rows they stand for, taken away by the fold."""

    __tablename__ = "segment_tail"

    tail_id: Mapped[Big] = mapped_column(Identity(always=True))
    bank_id: Mapped[int]
    n: Mapped[int]
    data: Mapped[bytes]

    # No key, index or foreign key on purpose: every commit that writes payments writes here.
    __mapper_args__ = {"primary_key": ["bank_id", "tail_id"]}  # noqa: RUF012 - SQLAlchemy's own attribute
    __table_args__ = (
        CheckConstraint(WHOLE_RECORDS, name="data"),
        {
            "postgresql_with": {
                "autovacuum_vacuum_scale_factor": 0,
                "autovacuum_vacuum_threshold": 5000,
            }
        },
    )
