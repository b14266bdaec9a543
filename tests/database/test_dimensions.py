from __future__ import annotations

import numpy as np

from database.dimensions import DIMENSIONS, SLICED
from database.segments.record import RECORD
from models.transactions import AnomalyType, Channel, Decision, FraudType, PaymentMethod, TransactionType


def test_every_dimension_is_a_field_that_has_room_for_its_codes() -> None:
    for slug, dimension in DIMENSIONS.items():
        highest = len(dimension.choices) if dimension.choices else 65_535
        assert highest <= np.iinfo(RECORD[slug]).max


def test_the_codes_of_choices_never_change() -> None:
    """Records hold these places: a new choice goes to the end of its enum."""
    assert [*TransactionType][:9] == [
        "purchase",
        "cash_out",
        "cash_in",
        "transfer",
        "payment",
        "debit",
        "refund",
        "verification",
        "other",
    ]
    assert [*PaymentMethod][:7] == [
        "credit_card",
        "debit_card",
        "prepaid_card",
        "bank_transfer",
        "wallet",
        "cash",
        "other",
    ]
    assert [*Channel][:6] == ["pos", "online", "atm", "mobile", "branch", "other"]
    assert [*FraudType][:4] == ["card_testing", "account_takeover", "stolen_card", "mule"]
    assert [*FraudType][4:8] == ["merchant_bust_out", "friendly", "other", "unknown"]
    assert [*AnomalyType][:4] == ["amount", "velocity", "location", "time"]
    assert [*AnomalyType][4:8] == ["device", "merchant", "sequence", "other"]
    assert [*Decision][:3] == ["approve", "review", "block"]
    assert DIMENSIONS["label"].choices == ("genuine", "fraud")
    assert DIMENSIONS["anomaly"].choices == ("no", "yes")


def test_the_slices_of_a_fold() -> None:
    assert SLICED == ("category", "channel", "country", "state", "payment_method", "transaction_type")
