"""Where rows came from, so that an import can be told, resumed and undone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Big, Choice, OfBank, Updated


class DatasetKind(StrEnum):
    """What a dataset's rows are."""

    TRANSACTIONS = "transactions"
    CUSTOMERS = "customers"
    MERCHANTS = "merchants"
    LABELS = "labels"
    RATES = "rates"
    PRODUCTS = "products"
    SALES = "sales"
    EVENTS = "events"


class DatasetOrigin(StrEnum):
    """Who made a dataset's rows."""

    IMPORT = "import"
    GENERATED = "generated"
    SHIPPED = "shipped"
    API = "api"


class Dataset(OfBank, Updated, Base):
    """Rows that arrived together; the same file in the same bank is the same dataset."""

    __tablename__ = "datasets"

    dataset_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str]
    kind: Mapped[DatasetKind] = mapped_column(Choice(DatasetKind))
    origin: Mapped[DatasetOrigin] = mapped_column(Choice(DatasetOrigin))
    file_name: Mapped[str | None]
    file_sha256: Mapped[str | None]
    layout: Mapped[str | None]
    rows: Mapped[Big] = mapped_column(server_default=text("0"))
    first_at: Mapped[datetime | None]
    last_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"))
    created_by: Mapped[Big | None] = mapped_column(ForeignKey("users.user_id", ondelete="SET NULL"))

    __table_args__ = (
        Index(
            "uq_datasets_file",
            "bank_id",
            "kind",
            "file_sha256",
            unique=True,
            postgresql_where=text("file_sha256 is not null"),
        ),
        Index(None, "created_by"),
    )


class DatasetJob(OfBank, Updated, Base):
    """What a generation, an import or an undo did to a dataset; rows_read is where a resume goes on."""

    __tablename__ = "dataset_jobs"

    job_id: Mapped[Big] = mapped_column(ForeignKey("jobs.job_id", ondelete="CASCADE"), primary_key=True)
    dataset_id: Mapped[Big]
    rows_read: Mapped[Big] = mapped_column(server_default=text("0"))
    rows_accepted: Mapped[Big] = mapped_column(server_default=text("0"))
    rows_duplicate: Mapped[Big] = mapped_column(server_default=text("0"))
    rows_conflict: Mapped[Big] = mapped_column(server_default=text("0"))
    rows_rejected: Mapped[Big] = mapped_column(server_default=text("0"))
    bytes_read: Mapped[Big] = mapped_column(server_default=text("0"))
    bytes_total: Mapped[Big] = mapped_column(server_default=text("0"))
    rejects_file: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "dataset_id"], ["datasets.bank_id", "datasets.dataset_id"], ondelete="CASCADE"
        ),
        Index(None, "bank_id", "dataset_id"),
        Index(None, "job_id"),
    )
