"""The stored fields of a transaction in their groups, and how a raw value is written."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from dashboard import formatting as f
from dashboard.transactions.lines import moment
from models.messages import N_

GROUPS: Final[dict[str, tuple[str, ...]]] = {
    N_("Identity"): ("transaction_id", "dataset_id"),
    N_("Parties"): (
        "customer_id",
        "merchant_id",
        "card_masked",
        "device_id",
        "device_type",
        "ip_address",
    ),
    N_("Money"): ("amount", "currency", "exchange_rate", "amount_base"),
    N_("Kind"): ("transaction_type", "payment_method", "channel", "category"),
    N_("Place"): ("city", "state", "country", "zip_code", "latitude", "longitude"),
    N_("Time"): (
        "timestamp",
        "local_date",
        "hour_of_day",
        "day_of_week",
        "is_weekend",
        "is_holiday",
        "time_of_day_category",
    ),
    N_("Label"): ("is_fraud", "fraud_type", "fraud_reason"),
    N_("Score"): ("fraud_score", "model_name", "model_version", "decision"),
    N_("Anomaly"): ("is_anomaly", "anomaly_type", "anomaly_score"),
    N_("Before it"): (
        "transactions_last_hour",
        "transactions_last_day",
        "amount_last_hour",
        "amount_last_day",
        "distance_from_home",
        "distance_from_last",
        "time_since_last_transaction",
        "merchant_risk_score",
        "customer_risk_score",
    ),
}
"""Every field of a payment that people may see; keyed hashes are left out."""


def field_text(value: Any, zone: str, locale: str) -> str:
    """Write a stored value as it is."""
    if value is None:
        return f.NOTHING
    if isinstance(value, datetime):
        return " ".join(moment(value, zone, locale))
    if isinstance(value, date):
        return f.day(value, locale, year=True)
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return str(value)
