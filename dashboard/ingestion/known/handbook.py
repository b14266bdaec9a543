"""The simulated payments of the Fraud Detection Handbook: customers, terminals, three ways to defraud."""

from __future__ import annotations

from dashboard.ingestion.known.parts import words_of
from dashboard.ingestion.layout import Layout
from models.messages import N_, Message
from models.transactions import FraudType

# The book's chapter 3: 1 is any amount over 220, 2 a terminal whose cards are copied for 28 days, 3 a
# customer whose card details are used by others for 14 days.
_TYPES = {"1": FraudType.OTHER, "2": FraudType.STOLEN_CARD, "3": FraudType.ACCOUNT_TAKEOVER}


def _reason(scenario: str) -> str | None:
    return f"scenario {scenario}" if scenario in _TYPES else None


HANDBOOK = Layout(
    slug="handbook",
    label=Message(N_("Fraud Detection Handbook")),
    columns={
        "transaction_id": "TRANSACTION_ID",
        "timestamp": "TX_DATETIME",
        "customer_id": "CUSTOMER_ID",
        "merchant_id": "TERMINAL_ID",
        "amount": "TX_AMOUNT",
        "is_fraud": "TX_FRAUD",
    },
    derived={
        "fraud_type": words_of("TX_FRAUD_SCENARIO", _TYPES.get),
        "fraud_reason": words_of("TX_FRAUD_SCENARIO", _reason),
    },
    constants={"transaction_type": "purchase", "payment_method": "credit_card", "channel": "pos"},
    takes_currency=True,
)
