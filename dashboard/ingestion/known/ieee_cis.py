"""IEEE-CIS "train_transaction" of Vesta's online payments: seconds from a base date, no merchants."""

from __future__ import annotations

from datetime import date

from dashboard.ingestion.known.parts import joined_id, since_base
from dashboard.ingestion.layout import Layout
from models.messages import N_, Message

_METHODS = {"credit": "credit_card", "charge card": "credit_card", "debit": "debit_card"}
_CARD = ("card1", "card2", "card3", "card4", "card5", "card6")

IEEE_CIS = Layout(
    slug="ieee-cis",
    label=Message(N_("IEEE-CIS online payments")),
    columns={
        "transaction_id": "TransactionID",
        "amount": "TransactionAmt",
        "category": "ProductCD",
        "payment_method": "card6",
        "zip_code": "addr1",
        "is_fraud": "isFraud",
    },
    derived={
        "timestamp": since_base("TransactionDT", 1),
        # Who pays is only known by the card, and the card only by what is printed on it.
        "customer_id": joined_id(_CARD),
    },
    constants={"currency": "USD", "transaction_type": "purchase", "channel": "online"},
    translations={"payment_method": lambda word: _METHODS.get(word.lower(), "other")},
    base_date=date(2017, 11, 30),
)
