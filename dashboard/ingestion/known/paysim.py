"""PaySim's simulated mobile money: hours from a base date, clients and merchants, no ids of rows."""

from __future__ import annotations

from datetime import date

from dashboard.ingestion.known.parts import since_base, words_of
from dashboard.ingestion.layout import Layout
from models.messages import N_, Message

PAYSIM = Layout(
    slug="paysim",
    label=Message(N_("PaySim mobile money")),
    columns={
        "transaction_type": "type",
        "category": "type",
        "amount": "amount",
        "customer_id": "nameOrig",
        "is_fraud": "isFraud",
    },
    derived={
        "timestamp": since_base("step", 3_600),
        # The other side is a merchant where its name begins with M, else another client.
        "merchant_id": words_of("nameDest", lambda name: name if name.startswith("M") else None),
    },
    constants={"payment_method": "wallet", "channel": "mobile"},
    translations={"category": lambda kind: kind.lower().replace("-", "_")},
    is_numbered=True,
    takes_currency=True,
    base_date=date(2017, 1, 1),
)
