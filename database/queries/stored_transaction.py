"""A payment as every list of payments gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from models.transactions import (
    AnomalyType,
    Channel,
    Decision,
    FraudType,
    PaymentMethod,
    TimeOfDay,
    TransactionType,
)


@dataclass(frozen=True, slots=True)
class StoredTransaction:
    """A payment with all that is known about it; `amount_base` is None where no exchange rate is known."""

    bank_id: int
    transaction_id: str
    ingest_seq: int
    dataset_id: int | None
    timestamp: datetime
    local_date: date
    hour_of_day: int
    day_of_week: int
    is_weekend: bool
    is_holiday: bool | None
    time_of_day_category: TimeOfDay
    customer_id: str | None
    merchant_id: str | None
    card_fingerprint: str | None
    card_masked: str | None
    device_id: str | None
    device_type: str | None
    ip_address: str | None
    amount: Decimal
    currency: str
    exchange_rate: Decimal | None
    amount_base: Decimal | None
    transaction_type: TransactionType
    payment_method: PaymentMethod
    channel: Channel
    category: str | None
    city: str | None
    state: str | None
    country: str | None
    zip_code: str | None
    latitude: float | None
    longitude: float | None
    is_fraud: bool | None
    fraud_type: FraudType | None
    fraud_reason: str | None
    fraud_score: float | None
    model_name: str | None
    model_version: str | None
    decision: Decision | None
    is_anomaly: bool | None
    anomaly_type: AnomalyType | None
    anomaly_score: float | None
    transactions_last_hour: int | None
    transactions_last_day: int | None
    amount_last_hour: Decimal | None
    amount_last_day: Decimal | None
    distance_from_home: float | None
    distance_from_last: float | None
    time_since_last_transaction: float | None
    merchant_risk_score: float | None
    customer_risk_score: float | None

    @property
    def cursor(self) -> Cursor:
        """The place behind this row in a list that begins with the newest."""
        return Cursor(self.timestamp, self.transaction_id, self.bank_id)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of a newest-first list ended."""

    timestamp: datetime
    transaction_id: str
    bank_id: int
