"""What people call the states, severities and reasons of alerts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from models.alerts import AlertStatus, Severity
from models.messages import N_
from models.transactions import FraudType

STATUS_NAMES: Final[Mapping[AlertStatus, str]] = {
    AlertStatus.NEW: N_("new"),
    AlertStatus.IN_REVIEW: N_("in review"),
    AlertStatus.ESCALATED: N_("escalated"),
    AlertStatus.SNOOZED: N_("snoozed"),
    AlertStatus.CONFIRMED_FRAUD: N_("confirmed fraud"),
    AlertStatus.FALSE_POSITIVE: N_("false positive"),
}
SEVERITY_NAMES: Final[Mapping[Severity, str]] = {
    Severity.LOW: N_("low"),
    Severity.MEDIUM: N_("medium"),
    Severity.HIGH: N_("high"),
    Severity.CRITICAL: N_("critical"),
}
MOVES: Final[Mapping[AlertStatus, str]] = {
    AlertStatus.CONFIRMED_FRAUD: N_("Fraud"),
    AlertStatus.FALSE_POSITIVE: N_("Genuine"),
    AlertStatus.ESCALATED: N_("Escalate"),
    AlertStatus.IN_REVIEW: N_("Review"),
    AlertStatus.SNOOZED: N_("Snooze"),
    AlertStatus.NEW: N_("Back to new"),
}
"""What a button that moves an alert says."""


CONTRIBUTIONS: Final[Mapping[str, str]] = {
    "amount": N_("amount"),
    "amount_in_category": N_("amount in this category"),
    "payments_last_hour": N_("payments in the hour before"),
    "payments_last_day": N_("payments in the day before"),
    "speed": N_("speed since the payment before"),
    "distance_from_home": N_("distance from home"),
    "new_merchant": N_("first time at this merchant"),
    "new_category": N_("first time in this category"),
    "new_country": N_("first time in this country"),
    "new_device": N_("first time from this device"),
    "part_of_day": N_("unusual part of the day"),
}
"""What adds to a score, in plain words."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an alert was decided so; `fraud_type` is what the label says of a fraud."""

    code: str
    name: str
    fraud_type: FraudType | None = None


REASONS: Final[Mapping[AlertStatus, tuple[Reason, ...]]] = {
    AlertStatus.CONFIRMED_FRAUD: (
        Reason("stolen_card", N_("Stolen card"), FraudType.STOLEN_CARD),
        Reason("account_takeover", N_("Account taken over"), FraudType.ACCOUNT_TAKEOVER),
        Reason("card_testing", N_("Cards being tested"), FraudType.CARD_TESTING),
        Reason("mule", N_("Money mule"), FraudType.MULE),
        Reason("merchant_bust_out", N_("Merchant bust-out"), FraudType.MERCHANT_BUST_OUT),
        Reason("friendly", N_("Friendly fraud"), FraudType.FRIENDLY),
        Reason("other_fraud", N_("Another kind of fraud"), FraudType.OTHER),
    ),
    AlertStatus.FALSE_POSITIVE: (
        Reason("customer_confirmed", N_("The customer confirmed it")),
        Reason("usual_for_customer", N_("Usual for this customer")),
        Reason("travel", N_("The customer travels")),
        Reason("known_merchant", N_("Known merchant or subscription")),
        Reason("shared_device", N_("Device or card of the family")),
        Reason("other_genuine", N_("Another reason")),
    ),
}
"""What a decision is chosen from; the other moves need no reason."""


def reason_of(status: AlertStatus, code: str | None) -> Reason | None:
    """Return the reason with this code among those of a status."""
    return next((each for each in REASONS.get(status, ()) if each.code == code), None)


def reason_name(code: str) -> str | None:
    """Return what a stored reason is called, as a msgid."""
    return next((each.name for some in REASONS.values() for each in some if each.code == code), None)
