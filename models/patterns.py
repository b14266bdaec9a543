"""Patterns that were found in payments, and the payments that show them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.alerts import Severity
from models.base import EMPTY_JSON, Base, Big, Choice, Created, Json, OfBank, Score, Updated


class _Pattern(OfBank, Updated):
    """What both kinds of pattern tell."""

    pattern_type: Mapped[str]
    pattern_key: Mapped[str | None]
    characteristics: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)
    severity: Mapped[Severity] = mapped_column(Choice(Severity))
    detection_count: Mapped[int] = mapped_column(server_default=text("1"))
    first_detected: Mapped[datetime]
    last_detected: Mapped[datetime]
    confidence_score: Mapped[Score]
    status: Mapped[str] = mapped_column(server_default="active")


class FraudPattern(_Pattern, Base):
    """A way of defrauding that was seen."""

    __tablename__ = "fraud_patterns"

    fraud_pattern_id: Mapped[int] = mapped_column(
        BigInteger, Identity(always=True), primary_key=True, sort_order=0
    )

    __table_args__ = (
        Index(None, "bank_id", "pattern_type"),
        Index("uq_fraud_patterns_key", "bank_id", "pattern_type", "pattern_key", unique=True),
    )


class AnomalyPattern(_Pattern, Base):
    """A way of being unusual that was seen."""

    __tablename__ = "anomaly_patterns"

    anomaly_pattern_id: Mapped[int] = mapped_column(
        BigInteger, Identity(always=True), primary_key=True, sort_order=0
    )

    __table_args__ = (
        Index(None, "bank_id", "pattern_type"),
        Index("uq_anomaly_patterns_key", "bank_id", "pattern_type", "pattern_key", unique=True),
    )


class PatternTransaction(OfBank, Created, Base):
    """A payment that shows a pattern of one of the two kinds."""

    __tablename__ = "pattern_transactions"

    pattern_transaction_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    fraud_pattern_id: Mapped[Big | None]
    anomaly_pattern_id: Mapped[Big | None]
    transaction_id: Mapped[str]

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "fraud_pattern_id"],
            ["fraud_patterns.bank_id", "fraud_patterns.fraud_pattern_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["bank_id", "anomaly_pattern_id"],
            ["anomaly_patterns.bank_id", "anomaly_patterns.anomaly_pattern_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["bank_id", "transaction_id"],
            ["transactions.bank_id", "transactions.transaction_id"],
            ondelete="CASCADE",
        ),
        UniqueConstraint(
            "bank_id", "fraud_pattern_id", "transaction_id", name="uq_pattern_transactions_fraud"
        ),
        UniqueConstraint(
            "bank_id", "anomaly_pattern_id", "transaction_id", name="uq_pattern_transactions_anomaly"
        ),
        CheckConstraint("num_nonnulls(fraud_pattern_id, anomaly_pattern_id) = 1", name="one_pattern"),
        Index(None, "bank_id", "transaction_id"),
    )
