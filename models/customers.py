"""The people who pay, as their bank knows them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

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


class AccountStatus(StrEnum):
    """What state a customer's account is in."""

    ACTIVE = "active"
    DORMANT = "dormant"
    FROZEN = "frozen"
    CLOSED = "closed"


class Customer(OfBank, Updated, Base):
    """A customer; totals and risk are folded by the worker, never in the ingesting commit."""

    __tablename__ = "customers"

    customer_id: Mapped[str] = mapped_column(primary_key=True)
    # Dense: the fold's arrays are sized by it, so only absent keys may be inserted.
    customer_no: Mapped[int] = mapped_column(Identity(always=True))
    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    search_key: Mapped[str | None]
    email: Mapped[str | None]
    email_key: Mapped[str | None]
    phone: Mapped[str | None]
    date_of_birth: Mapped[date | None]
    age: Mapped[int | None]
    gender: Mapped[str | None]
    occupation: Mapped[str | None]
    income_level: Mapped[str | None]
    street: Mapped[str | None]
    city: Mapped[str | None]
    state: Mapped[str | None]
    country: Mapped[str | None]
    zip_code: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    account_created: Mapped[datetime | None]
    account_status: Mapped[AccountStatus] = mapped_column(Choice(AccountStatus), server_default="active")
    credit_score: Mapped[int | None]
    avg_transaction_amount: Mapped[Decimal] = mapped_column(server_default=text("0"))
    transaction_count: Mapped[int] = mapped_column(server_default=text("0"))
    total_spent: Mapped[Decimal] = mapped_column(server_default=text("0"))
    fraud_history_count: Mapped[int] = mapped_column(server_default=text("0"))
    first_seen_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    risk_score: Mapped[Score | None]
    risk_category: Mapped[RiskCategory | None] = mapped_column(Choice(RiskCategory))
    dataset_id: Mapped[Big | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "dataset_id"],
            ["datasets.bank_id", "datasets.dataset_id"],
            ondelete="SET NULL (dataset_id)",
        ),
        Index(
            "ix_customers_dataset", "bank_id", "dataset_id", postgresql_where=text("dataset_id is not null")
        ),
        UniqueConstraint("customer_no"),
        UniqueConstraint("bank_id", "email_key"),
        CheckConstraint(f"length(customer_id) between 1 and {ID_LENGTH}", name="customer_id"),
        Index(None, "bank_id", "risk_score"),
        Index(
            "ix_customers_search", "bank_id", "search_key", postgresql_where=text("search_key is not null")
        ),
    )
