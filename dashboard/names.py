"""What a stored value is called for people, and how a name is searched for."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

from babel import Locale

from dashboard.formatting import weekdays
from database.dimensions import WEEKDAYS
from models.customers import AccountStatus
from models.messages import N_
from models.risk import RiskCategory
from models.transactions import AnomalyType, Channel, Decision, FraudType, PaymentMethod, TransactionType

NONE_GIVEN = N_("none given")

_NAMES: Mapping[str, Mapping[str, str]] = {
    "channel": {
        Channel.POS: N_("point of sale"),
        Channel.ONLINE: N_("online"),
        Channel.ATM: N_("cash machine"),
        Channel.MOBILE: N_("mobile"),
        Channel.BRANCH: N_("branch"),
        Channel.OTHER: N_("other"),
    },
    "payment_method": {
        PaymentMethod.CREDIT_CARD: N_("credit card"),
        PaymentMethod.DEBIT_CARD: N_("debit card"),
        PaymentMethod.PREPAID_CARD: N_("prepaid card"),
        PaymentMethod.BANK_TRANSFER: N_("bank transfer"),
        PaymentMethod.WALLET: N_("wallet"),
        PaymentMethod.CASH: N_("cash"),
        PaymentMethod.OTHER: N_("other"),
    },
    "transaction_type": {
        TransactionType.PURCHASE: N_("purchase"),
        TransactionType.CASH_OUT: N_("cash withdrawal"),
        TransactionType.CASH_IN: N_("cash deposit"),
        TransactionType.TRANSFER: N_("transfer"),
        TransactionType.PAYMENT: N_("payment"),
        TransactionType.DEBIT: N_("debit"),
        TransactionType.REFUND: N_("refund"),
        TransactionType.VERIFICATION: N_("verification"),
        TransactionType.OTHER: N_("other"),
    },
    "label": {"fraud": N_("fraud"), "genuine": N_("genuine")},
    "fraud_type": {
        FraudType.CARD_TESTING: N_("card testing"),
        FraudType.ACCOUNT_TAKEOVER: N_("account takeover"),
        FraudType.STOLEN_CARD: N_("stolen card"),
        FraudType.MULE: N_("money mule"),
        FraudType.MERCHANT_BUST_OUT: N_("merchant bust-out"),
        FraudType.FRIENDLY: N_("friendly fraud"),
        FraudType.OTHER: N_("other"),
        FraudType.UNKNOWN: N_("unknown"),
    },
    "decision": {
        Decision.APPROVE: N_("approve"),
        Decision.REVIEW: N_("review"),
        Decision.BLOCK: N_("block"),
    },
    "anomaly": {"yes": N_("yes"), "no": N_("no")},
    "anomaly_type": {
        AnomalyType.AMOUNT: N_("amount"),
        AnomalyType.VELOCITY: N_("velocity"),
        AnomalyType.LOCATION: N_("place"),
        AnomalyType.TIME: N_("time"),
        AnomalyType.DEVICE: N_("device"),
        AnomalyType.MERCHANT: N_("merchant"),
        AnomalyType.SEQUENCE: N_("sequence"),
        AnomalyType.OTHER: N_("other"),
    },
    "account_status": {
        AccountStatus.ACTIVE: N_("active"),
        AccountStatus.DORMANT: N_("dormant"),
        AccountStatus.FROZEN: N_("frozen"),
        AccountStatus.CLOSED: N_("closed"),
    },
    "risk": {
        RiskCategory.LOW: N_("low"),
        RiskCategory.MEDIUM: N_("medium"),
        RiskCategory.HIGH: N_("high"),
    },
}
_NONE_OF = {"label": N_("unknown"), "anomaly": N_("not analysed"), "decision": N_("none taken")}


def value_name(dimension: str, value: str, locale: str, say: Callable[..., str]) -> str:
    """Write a stored value of a dimension for people; `""` is a row that has none."""
    if not value:
        return say(_NONE_OF.get(dimension, NONE_GIVEN))
    if dimension == "hour":
        return hour_name(value, locale)
    if dimension == "country":
        return country_name(value, locale)
    known = _NAMES.get(dimension, {}).get(value)
    return value.replace("_", " ") if known is None else say(known)


_SHORT_COUNTRIES = {"HK": "Hong Kong", "MO": "Macao"}
"""Places whose full names no axis has room for."""


@lru_cache(maxsize=2_048)
def country_name(code: str, locale: str) -> str:
    """Write a country by its two letters; what is not one is left as it stands."""
    if code in _SHORT_COUNTRIES:
        return _SHORT_COUNTRIES[code]
    return Locale.parse(locale.replace("-", "_")).territories.get(code, code) if len(code) == 2 else code  # noqa: PLR2004 - ISO 3166-1 alpha-2


def hour_name(value: str, locale: str) -> str:
    """Write an hour of the week for people: mon-14 is Monday from 14:00."""
    day, _, hour = value.partition("-")
    return f"{weekdays(locale)[WEEKDAYS.index(day)]} {hour}:00"


def search_key(name: str) -> str:
    """Return a name as it is searched for: without case and accents."""
    letters = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().strip()
