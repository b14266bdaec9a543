"""BankSim's simulated payments of a Spanish bank: days from a base date, values in single quotes."""

from __future__ import annotations

from datetime import date

from dashboard.ingestion.known.parts import since_base
from dashboard.ingestion.layout import Layout
from models.messages import N_, Message


def _category(word: str) -> str:
    return word.removeprefix("es_")


BANKSIM = Layout(
    slug="banksim",
    label=Message(N_("BankSim payments")),
    columns={
        "customer_id": "customer",
        "customer_gender": "gender",
        "customer_zip_code": "zipcodeOri",
        "merchant_id": "merchant",
        "zip_code": "zipMerchant",
        "category": "category",
        "merchant_category": "category",
        "amount": "amount",
        "is_fraud": "fraud",
    },
    derived={"timestamp": since_base("step", 86_400)},
    constants={
        "currency": "EUR",
        "country": "ES",
        "customer_country": "ES",
        "transaction_type": "purchase",
        "payment_method": "credit_card",
    },
    translations={"category": _category, "merchant_category": _category},
    is_numbered=True,
    # The paper says that the payments are of November 2012 to April 2013.
    base_date=date(2012, 11, 1),
    quote="'",
)
