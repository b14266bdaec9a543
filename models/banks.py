"""Banks, what their money is worth, and the days that are special to them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

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

from models.base import Base, Big, Choice, OfBank, Rate, Updated


class EventType(StrEnum):
    """What kind of day a calendar event makes."""

    HOLIDAY = "holiday"
    PROMOTION = "promotion"
    SEASONAL = "seasonal"
    CUSTOM = "custom"


class Bank(Updated, Base):
    """A bank: one business zone and one base currency, fixed once it has rows."""

    __tablename__ = "banks"

    bank_id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    country: Mapped[str | None]
    base_currency: Mapped[str]
    time_zone: Mapped[str] = mapped_column(server_default="UTC")
    high_value_threshold: Mapped[Decimal | None]
    severity_medium_from: Mapped[Decimal] = mapped_column(server_default=text("100"))
    severity_high_from: Mapped[Decimal] = mapped_column(server_default=text("500"))
    severity_critical_from: Mapped[Decimal] = mapped_column(server_default=text("2000"))
    is_demo: Mapped[bool] = mapped_column(server_default=text("false"))

    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("length(code) between 1 and 64", name="code"),
        CheckConstraint("length(base_currency) = 3", name="base_currency"),
        CheckConstraint(
            "0 < severity_medium_from and severity_medium_from < severity_high_from"
            " and severity_high_from < severity_critical_from",
            name="severity_limits",
        ),
    )


class ExchangeRate(Updated, Base):
    """What one unit of a currency was worth in base units on a day."""

    __tablename__ = "exchange_rates"

    rate_date: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    base_currency: Mapped[str] = mapped_column(primary_key=True)
    rate: Mapped[Rate]
    source: Mapped[str]

    __table_args__ = (CheckConstraint("rate > 0", name="rate"),)


class CalendarEvent(OfBank, Updated, Base):
    """A day that changes what people buy; holidays also mark the transactions of their day."""

    __tablename__ = "calendar_events"

    calendar_event_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event_name: Mapped[str]
    event_date: Mapped[date]
    type: Mapped[EventType] = mapped_column(Choice(EventType))
    description: Mapped[str | None]
    include_in_prediction: Mapped[bool] = mapped_column(server_default=text("true"))
    dataset_id: Mapped[Big | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "dataset_id"],
            ["datasets.bank_id", "datasets.dataset_id"],
            ondelete="SET NULL (dataset_id)",
        ),
        Index(
            "ix_calendar_events_dataset",
            "bank_id",
            "dataset_id",
            postgresql_where=text("dataset_id is not null"),
        ),
        UniqueConstraint("bank_id", "event_name", "event_date"),
        Index(None, "bank_id", "event_date"),
        Index(None, "bank_id", "type"),
    )
