"""The card payments of the Université libre de Bruxelles: seconds from the first, components V1 to V28."""

from __future__ import annotations

from datetime import date

from dashboard.ingestion.known.parts import since_base
from dashboard.ingestion.layout import Layout
from models.messages import N_, Message

# Nobody is named in it, and whole rows repeat: each is called by its number.
ULB = Layout(
    slug="ulb",
    label=Message(N_("ULB credit cards")),
    columns={"amount": "Amount", "is_fraud": "Class"},
    derived={"timestamp": since_base("Time", 1)},
    constants={"currency": "EUR", "transaction_type": "purchase", "payment_method": "credit_card"},
    is_numbered=True,
    base_date=date(2013, 9, 1),
    marks=frozenset({"V1", "V28"}),
)
