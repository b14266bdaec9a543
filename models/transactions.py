"""A payment and everything that is known about it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKeyConstraint,
    Identity,
    Index,
    text,
)
from sqlalchemy.dialects.postgresql import INET
from sqlalchemy.orm import Mapped, mapped_column

from models.base import ID_LENGTH, Base, Big, Choice, OfBank, Rate, Score, Updated


class TransactionType(StrEnum):
    """Which way the money goes."""

    PURCHASE = "purchase"
    CASH_OUT = "cash_out"
    CASH_IN = "cash_in"
    TRANSFER = "transfer"
    PAYMENT = "payment"
    DEBIT = "debit"
    REFUND = "refund"
    VERIFICATION = "verification"
    OTHER = "other"


VOLUME_TYPES = frozenset(
    {
        TransactionType.PURCHASE,
        TransactionType.PAYMENT,
        TransactionType.DEBIT,
        TransactionType.TRANSFER,
        TransactionType.CASH_OUT,
    }
)
"""Money that leaves the payer: what volume and rates by amount are made of."""


class PaymentMethod(StrEnum):
    """What was paid with."""

    CREDIT_CARD = "credit_card"
    DEBIT_CARD = "debit_card"
    PREPAID_CARD = "prepaid_card"
    BANK_TRANSFER = "bank_transfer"
    WALLET = "wallet"
    CASH = "cash"
    OTHER = "other"


class Channel(StrEnum):
    """Where it was paid."""

    POS = "pos"
    ONLINE = "online"
    ATM = "atm"
    MOBILE = "mobile"
    BRANCH = "branch"
    OTHER = "other"


class TimeOfDay(StrEnum):
    """Quarter of the day in the bank's zone: from 0, 6, 12 and 18 o'clock."""

    NIGHT = "night"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class FraudType(StrEnum):
    """How a fraud was done."""

    CARD_TESTING = "card_testing"
    ACCOUNT_TAKEOVER = "account_takeover"
    STOLEN_CARD = "stolen_card"
    MULE = "mule"
    MERCHANT_BUST_OUT = "merchant_bust_out"
    FRIENDLY = "friendly"
    OTHER = "other"
    UNKNOWN = "unknown"


class AnomalyType(StrEnum):
    """What is unusual about an anomaly."""

    AMOUNT = "amount"
    VELOCITY = "velocity"
    LOCATION = "location"
    TIME = "time"
    DEVICE = "device"
    MERCHANT = "merchant"
    SEQUENCE = "sequence"
    OTHER = "other"


class Decision(StrEnum):
    """What was answered when the payment was scored."""

    APPROVE = "approve"
    REVIEW = "review"
    BLOCK = "block"


class Transaction(OfBank, Updated, Base):
    """One payment, under its bank's own id."""

    __tablename__ = "transactions"

    transaction_id: Mapped[str] = mapped_column(primary_key=True)
    # Increases with gaps, and not in the order of commits: a name for segments, nothing more.
    ingest_seq: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    dataset_id: Mapped[Big | None]
    content_hash: Mapped[bytes]

    customer_id: Mapped[str | None]
    merchant_id: Mapped[str | None]
    card_fingerprint: Mapped[str | None]
    card_masked: Mapped[str | None]
    device_id: Mapped[str | None]
    device_type: Mapped[str | None]
    ip_address: Mapped[str | None] = mapped_column(INET)
    email_fingerprint: Mapped[str | None]

    amount: Mapped[Decimal]
    amount_e4: Mapped[Big] = mapped_column(Computed("(amount * 10000)::bigint", persisted=True))
    currency: Mapped[str]
    exchange_rate: Mapped[Rate | None]
    amount_base: Mapped[Decimal | None]
    amount_base_e4: Mapped[Big | None] = mapped_column(
        Computed("(amount_base * 10000)::bigint", persisted=True)
    )

    transaction_type: Mapped[TransactionType] = mapped_column(Choice(TransactionType))
    payment_method: Mapped[PaymentMethod] = mapped_column(Choice(PaymentMethod))
    channel: Mapped[Channel] = mapped_column(Choice(Channel))
    category: Mapped[str | None]

    city: Mapped[str | None]
    state: Mapped[str | None]
    country: Mapped[str | None]
    zip_code: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]

    timestamp: Mapped[datetime]
    local_date: Mapped[date]
    hour_of_day: Mapped[int]
    day_of_week: Mapped[int]
    day_of_month: Mapped[int]
    month: Mapped[int]
    is_weekend: Mapped[bool]
    is_holiday: Mapped[bool | None]
    time_of_day_category: Mapped[TimeOfDay] = mapped_column(Choice(TimeOfDay))

    is_fraud: Mapped[bool | None]
    fraud_type: Mapped[FraudType | None] = mapped_column(Choice(FraudType))
    fraud_reason: Mapped[str | None]

    fraud_score: Mapped[Score | None]
    model_name: Mapped[str | None]
    model_version: Mapped[str | None]
    decision: Mapped[Decision | None] = mapped_column(Choice(Decision))
    # Null for nearly all rows, so that scoring them changes no indexed column and touches no index.
    flagged_score: Mapped[float | None] = mapped_column(
        Computed("case when decision in ('review', 'block') then fraud_score end", persisted=True)
    )

    is_anomaly: Mapped[bool | None]
    anomaly_type: Mapped[AnomalyType | None] = mapped_column(Choice(AnomalyType))
    anomaly_score: Mapped[Score | None]

    transactions_last_hour: Mapped[int | None]
    transactions_last_day: Mapped[int | None]
    amount_last_hour: Mapped[Decimal | None]
    amount_last_day: Mapped[Decimal | None]
    distance_from_home: Mapped[float | None]
    distance_from_last: Mapped[float | None]
    time_since_last_transaction: Mapped[float | None]
    merchant_risk_score: Mapped[Score | None]
    customer_risk_score: Mapped[Score | None]
    enriched_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "dataset_id"],
            ["datasets.bank_id", "datasets.dataset_id"],
            ondelete="SET NULL (dataset_id)",
        ),
        ForeignKeyConstraint(["bank_id", "customer_id"], ["customers.bank_id", "customers.customer_id"]),
        ForeignKeyConstraint(["bank_id", "merchant_id"], ["merchants.bank_id", "merchants.merchant_id"]),
        CheckConstraint(f"length(transaction_id) between 1 and {ID_LENGTH}", name="transaction_id"),
        CheckConstraint("amount > 0 or (amount = 0 and transaction_type = 'verification')", name="amount"),
        CheckConstraint("length(currency) = 3", name="currency"),
        Index("ix_transactions_ingest_seq", "ingest_seq"),
        Index("ix_transactions_dataset", "dataset_id", postgresql_using="brin"),
        Index("ix_transactions_customer", "bank_id", "customer_id", text('"timestamp" desc')),
        Index("ix_transactions_merchant", "bank_id", "merchant_id", text('"timestamp" desc')),
        Index("ix_transactions_time", "bank_id", "timestamp"),
        Index("ix_transactions_fraud", "bank_id", "timestamp", postgresql_where=text("is_fraud")),
        Index("ix_transactions_amount_base", "bank_id", text("amount_base_e4 desc nulls last")),
        Index("ix_transactions_amount", "bank_id", "currency", text("amount_e4 desc")),
        Index(
            "ix_transactions_flagged",
            "bank_id",
            "flagged_score",
            postgresql_where=text("flagged_score is not null"),
        ),
        Index(
            "ix_transactions_burst",
            "bank_id",
            text("transactions_last_hour desc"),
            postgresql_where=text("transactions_last_hour >= 5"),
        ),
        Index(
            "ix_transactions_card",
            "bank_id",
            "card_fingerprint",
            text('"timestamp" desc'),
            postgresql_where=text("card_fingerprint is not null"),
        ),
        Index(
            "ix_transactions_device",
            "bank_id",
            "device_id",
            text('"timestamp" desc'),
            postgresql_where=text("device_id is not null"),
        ),
        Index(
            "ix_transactions_ip",
            "bank_id",
            "ip_address",
            text('"timestamp" desc'),
            postgresql_where=text("ip_address is not null"),
        ),
        # Room for the row as enrichment and scoring write it anew, on its own page.
        {"postgresql_with": {"fillfactor": 45}},
    )
