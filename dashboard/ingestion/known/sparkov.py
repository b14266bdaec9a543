"""Sparkov's simulated card payments, also known as Kaggle's "fraudTrain" and "fraudTest"."""

from __future__ import annotations

from dashboard.ingestion.layout import Layout
from models.messages import N_, Message


def _channel_of_category(category: str) -> str:
    if category.endswith("_net"):
        return "online"
    return "pos" if category.endswith("_pos") else "other"


SPARKOV = Layout(
    slug="sparkov",
    label=Message(N_("Sparkov card transactions")),
    columns={
        "timestamp": "trans_date_trans_time",
        "customer_id": "cc_num",
        "merchant_id": "merchant",
        "merchant_name": "merchant",
        "merchant_category": "category",
        "category": "category",
        "channel": "category",
        "amount": "amt",
        "transaction_id": "trans_num",
        "city": "city",
        "state": "state",
        "zip_code": "zip",
        # The place of the payment: it differs on every row of a merchant.
        "latitude": "merch_lat",
        "longitude": "merch_long",
        "is_fraud": "is_fraud",
        "customer_first_name": "first",
        "customer_last_name": "last",
        "customer_gender": "gender",
        "customer_street": "street",
        "customer_city": "city",
        "customer_state": "state",
        "customer_zip_code": "zip",
        "customer_latitude": "lat",
        "customer_longitude": "long",
        "customer_occupation": "job",
        "customer_date_of_birth": "dob",
    },
    constants={
        "currency": "USD",
        "country": "US",
        "customer_country": "US",
        "transaction_type": "purchase",
        "payment_method": "credit_card",
    },
    translations={
        "channel": _channel_of_category,
        # The prefix says nothing of the label: every name has it.
        "merchant_name": lambda name: name.removeprefix("fraud_"),
    },
    cards=frozenset({"customer_id"}),
    # It runs seven years behind the time that is read.
    second_time="unix_time",
)
