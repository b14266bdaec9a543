"""A listed payment as the words and figures of a line, in the reader's language and the page's zone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from dashboard import formatting as f
from dashboard.names import value_name
from dashboard.transactions.ask import Block
from dashboard.view import View
from database.queries.rows import Beside, ListedTransaction

LABELS = {True: "fraud", False: "genuine", None: ""}
ANSWERS = {True: "yes", False: "no", None: ""}


def lines(block: Block, view: View, locale: str, say: Callable[..., str]) -> list[dict[str, Any]]:
    """Return every row of a block as a line."""
    codes = {bank.bank_id: bank for bank in view.banks}
    names = {bank_id: bank.code for bank_id, bank in codes.items()}
    bases = {bank_id: bank.base_currency for bank_id, bank in codes.items()}
    return [
        _line(row, block.beside, view.zone, locale, say)
        | {
            "bank": names[row.bank_id],
            "base": _base(row, bases[row.bank_id], locale),
        }
        for row in block.rows
    ]


def _line(
    row: ListedTransaction, names: Beside, zone: str, locale: str, say: Callable[..., str]
) -> dict[str, Any]:
    def name(dimension: str, value: str | None) -> str:
        return value_name(dimension, value, locale, say) if value else ""

    day, clock = moment(row.timestamp, zone, locale)
    customer = names.customers.get((row.bank_id, row.customer_id or ""))
    shop = names.merchants.get((row.bank_id, row.merchant_id or ""))
    return {
        "key": f"{row.bank_id}/{row.transaction_id}",
        "id": row.transaction_id,
        "day": day,
        "clock": clock,
        "customer": customer or row.customer_id or "",
        "customer_id": row.customer_id or "",
        "merchant": shop or row.merchant_id or "",
        "merchant_id": row.merchant_id or "",
        "category": name("category", row.category),
        "channel": name("channel", row.channel),
        "payment": name("payment_method", row.payment_method),
        "type": name("transaction_type", row.transaction_type),
        "country": row.country or "",
        "city": row.city or "",
        "amount": f.money_exact(row.amount, row.currency, locale),
        "score": None if row.fraud_score is None else round(row.fraud_score, 4),
        "scored": "" if row.fraud_score is None else f.number(row.fraud_score, 3, locale),
        "model": row.model_name or "",
        "decision": row.decision or "",
        "decided": name("decision", row.decision),
        "label": LABELS[row.is_fraud],
        "labelled": value_name("label", LABELS[row.is_fraud], locale, say),
        "fraud_type": name("fraud_type", row.fraud_type),
        "anomaly": value_name("anomaly", ANSWERS[row.is_anomaly], locale, say),
        "card": row.card_masked or "",
        "device": row.device_id or "",
        "alert": names.alerts.get((row.bank_id, row.transaction_id)),
    }


def _base(row: ListedTransaction, currency: str, locale: str) -> str:
    return "" if row.amount_base is None else f.money(row.amount_base, currency, locale)


def moment(value: datetime, zone: str, locale: str) -> tuple[str, str]:
    """Write the day and the time of day of a moment."""
    place = ZoneInfo(zone)
    day = format_datetime(value, "d MMM y", tzinfo=place, locale=locale)
    return day, value.astimezone(place).strftime("%H:%M:%S")
