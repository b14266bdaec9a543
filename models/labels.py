"""What was said about a payment, by whom and when: the truth that `transactions.is_fraud` projects."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Identity, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Big, Choice, Created, OfBank
from models.transactions import FraudType


class LabelSource(StrEnum):
    """Who says so."""

    IMPORT = "import"
    CHARGEBACK = "chargeback"
    ANALYST = "analyst"
    RULE = "rule"


class FraudLabel(OfBank, Created, Base):
    """One statement about one payment (append-only); `is_fraud` null withdraws what was said."""

    __tablename__ = "fraud_labels"

    label_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    transaction_id: Mapped[str]
    is_fraud: Mapped[bool | None]
    fraud_type: Mapped[FraudType | None] = mapped_column(Choice(FraudType))
    reason: Mapped[str | None]
    source: Mapped[LabelSource] = mapped_column(Choice(LabelSource))
    known_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())
    recorded_by: Mapped[Big | None] = mapped_column(ForeignKey("users.user_id", ondelete="SET NULL"))
    alert_event_id: Mapped[Big | None]
    dataset_id: Mapped[Big | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "dataset_id"],
            ["datasets.bank_id", "datasets.dataset_id"],
            ondelete="SET NULL (dataset_id)",
        ),
        Index(
            "ix_fraud_labels_dataset",
            "bank_id",
            "dataset_id",
            postgresql_where=text("dataset_id is not null"),
        ),
        ForeignKeyConstraint(
            ["bank_id", "transaction_id"],
            ["transactions.bank_id", "transactions.transaction_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["bank_id", "alert_event_id"],
            ["alert_events.bank_id", "alert_events.alert_event_id"],
            ondelete="SET NULL (alert_event_id)",
        ),
        Index("ix_fraud_labels_transaction", "bank_id", "transaction_id", text("recorded_at desc")),
        Index(
            "ix_fraud_labels_delays",
            "bank_id",
            "transaction_id",
            postgresql_include=["known_at"],
            postgresql_where=text("is_fraud and known_at is not null"),
        ),
        Index(
            "ix_fraud_labels_alert_event",
            "bank_id",
            "alert_event_id",
            postgresql_where=text("alert_event_id is not null"),
        ),
    )
