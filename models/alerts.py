"""Alerts: what asks for a decision, how it may move, and every step that it took."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from models.base import EMPTY_JSON, Base, Big, Choice, Created, Json, OfBank, Score, Updated
from models.errors import ConflictError
from models.messages import N_


class Severity(StrEnum):
    """How much is at stake, from least to most."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class AlertStatus(StrEnum):
    """Where an alert stands."""

    NEW = "new"
    IN_REVIEW = "in_review"
    ESCALATED = "escalated"
    SNOOZED = "snoozed"
    CONFIRMED_FRAUD = "confirmed_fraud"
    FALSE_POSITIVE = "false_positive"


_DECIDED = frozenset({AlertStatus.CONFIRMED_FRAUD, AlertStatus.FALSE_POSITIVE})
_ANY_BUT_NEW = frozenset(AlertStatus) - {AlertStatus.NEW}

TRANSITIONS: dict[AlertStatus, frozenset[AlertStatus]] = {
    AlertStatus.NEW: _ANY_BUT_NEW,
    AlertStatus.IN_REVIEW: frozenset(AlertStatus) - {AlertStatus.IN_REVIEW},
    AlertStatus.ESCALATED: _DECIDED | {AlertStatus.IN_REVIEW, AlertStatus.SNOOZED},
    AlertStatus.SNOOZED: frozenset(AlertStatus) - {AlertStatus.SNOOZED},
    AlertStatus.CONFIRMED_FRAUD: frozenset({AlertStatus.IN_REVIEW}),
    AlertStatus.FALSE_POSITIVE: frozenset({AlertStatus.IN_REVIEW}),
}


class Alert(OfBank, Updated, Base):
    """A question to an analyst; its version grows with every change."""

    __tablename__ = "alerts"

    alert_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    transaction_id: Mapped[str]
    customer_id: Mapped[str | None]
    severity: Mapped[Severity] = mapped_column(Choice(Severity))
    status: Mapped[AlertStatus] = mapped_column(Choice(AlertStatus), server_default="new")
    fraud_probability: Mapped[Score]
    expected_loss_e4: Mapped[Big]
    reason_code: Mapped[str]
    reason_params: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)
    assignee: Mapped[Big | None] = mapped_column(ForeignKey("users.user_id", ondelete="SET NULL"))
    claimed_by: Mapped[Big | None] = mapped_column(ForeignKey("users.user_id", ondelete="SET NULL"))
    claimed_until: Mapped[datetime | None]
    snoozed_until: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "transaction_id"],
            ["transactions.bank_id", "transactions.transaction_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["bank_id", "customer_id"],
            ["customers.bank_id", "customers.customer_id"],
            ondelete="SET NULL (customer_id)",
        ),
        CheckConstraint("version > 0", name="version"),
        Index("ix_alerts_transaction", "bank_id", "transaction_id"),
        Index("ix_alerts_customer", "bank_id", "customer_id", text("created_at desc")),
        Index("ix_alerts_status", "bank_id", "status", text("expected_loss_e4 desc")),
        Index("ix_alerts_created", "bank_id", text("created_at desc")),
        Index("ix_alerts_assignee", "bank_id", "assignee", postgresql_where=text("assignee is not null")),
    )

    def move_to(
        self,
        status: AlertStatus,
        *,
        by: int | None,
        at: datetime,
        reason: str | None = None,
        note: str | None = None,
        until: datetime | None = None,
    ) -> AlertEvent:
        """Change the status as the graph allows and return the event to be stored with it.

        `by` is a user's id, null for the product itself; `until` goes with a snooze only.
        A move that the graph does not know raises `ConflictError` and changes nothing.
        """
        before = AlertStatus(self.status)
        if status not in TRANSITIONS[before]:
            raise ConflictError(
                N_("An alert cannot go from {before} to {after}."), before=before.value, after=status.value
            )
        if (status is AlertStatus.SNOOZED) != (until is not None):
            raise ConflictError(N_("A snoozed alert, and no other, says until when it sleeps."))
        self.status = status
        self.version += 1
        self.snoozed_until = until
        self.closed_at = at if status in _DECIDED else None
        return AlertEvent(
            bank_id=self.bank_id,
            alert_id=self.alert_id,
            kind="status",
            from_status=before,
            to_status=status,
            reason=reason,
            note=note,
            by=by,
            at=at,
            payload={},
        )


class AlertTransaction(OfBank, Created, Base):
    """A payment that an alert is about; a payment is in at most one alert."""

    __tablename__ = "alert_transactions"

    transaction_id: Mapped[str] = mapped_column(primary_key=True)
    alert_id: Mapped[Big]

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "transaction_id"],
            ["transactions.bank_id", "transactions.transaction_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["bank_id", "alert_id"], ["alerts.bank_id", "alerts.alert_id"], ondelete="CASCADE"
        ),
        Index(None, "bank_id", "alert_id"),
    )


class AlertEvent(OfBank, Created, Base):
    """One step in an alert's life (append-only); an undo is a later event that names it."""

    __tablename__ = "alert_events"

    alert_event_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    alert_id: Mapped[Big]
    kind: Mapped[str]
    from_status: Mapped[AlertStatus | None] = mapped_column(Choice(AlertStatus))
    to_status: Mapped[AlertStatus | None] = mapped_column(Choice(AlertStatus))
    reason: Mapped[str | None]
    note: Mapped[str | None]
    by: Mapped[Big | None] = mapped_column(ForeignKey("users.user_id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(server_default=func.now())
    batch: Mapped[UUID | None]
    undoes: Mapped[Big | None]
    payload: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "alert_id"], ["alerts.bank_id", "alerts.alert_id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["bank_id", "undoes"],
            ["alert_events.bank_id", "alert_events.alert_event_id"],
            ondelete="SET NULL (undoes)",
        ),
        Index("ix_alert_events_alert", "bank_id", "alert_id", "at"),
        Index("ix_alert_events_by", "bank_id", "by", "at"),
        Index("ix_alert_events_batch", "bank_id", "batch", postgresql_where=text("batch is not null")),
        Index("ix_alert_events_undoes", "bank_id", "undoes", postgresql_where=text("undoes is not null")),
    )


class DecisionReason(Updated, Base):
    """A reason that analysts choose from when they move an alert to a status."""

    __tablename__ = "decision_reasons"

    reason_id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    status: Mapped[AlertStatus] = mapped_column(Choice(AlertStatus))
    code: Mapped[str]
    name: Mapped[str]
    position: Mapped[int] = mapped_column(server_default=text("0"))
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))

    __table_args__ = (UniqueConstraint("status", "code"),)
