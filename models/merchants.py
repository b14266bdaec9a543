"""The shops that are paid, as the bank knows them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import ID_LENGTH, Base, Big, Choice, OfBank, Score, Updated
from models.risk import RiskCategory


class Merchant(OfBank, Updated, Base):
    """A merchant; totals and risk are folded by the worker, never in the ingesting commit."""

    __tablename__ = "merchants"

    merchant_id: Mapped[str] = mapped_column(primary_key=True)
    # Dense: the fold's arrays are sized by it, so only absent keys may be inserted.
    merchant_no: Mapped[int] = mapped_column(Identity(always=True))
    name: Mapped[str]
    search_key: Mapped[str]
    category: Mapped[str]
    mcc_code: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    country: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    risk_score: Mapped[Score | None]
    risk_category: Mapped[RiskCategory | None] = mapped_column(Choice(RiskCategory))
    fraud_report_count: Mapped[int] = mapped_column(server_default=text("0"))
    total_transactions: Mapped[int] = mapped_column(server_default=text("0"))
    total_revenue: Mapped[Decimal] = mapped_column(server_default=text("0"))
    avg_transaction_amount: Mapped[Decimal] = mapped_column(server_default=text("0"))
    first_seen_at: Mapped[datetime | None]
    dataset_id: Mapped[Big | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "dataset_id"],
            ["datasets.bank_id", "datasets.dataset_id"],
            ondelete="SET NULL (dataset_id)",
        ),
        Index(
            "ix_merchants_dataset", "bank_id", "dataset_id", postgresql_where=text("dataset_id is not null")
        ),
        UniqueConstraint("merchant_no"),
        CheckConstraint(f"length(merchant_id) between 1 and {ID_LENGTH}", name="merchant_id"),
        Index(None, "bank_id", "category"),
        Index(None, "bank_id", "risk_score"),
        Index(None, "bank_id", "search_key"),
    )
