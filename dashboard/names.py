"""What a stored value is called for people: channels, payment methods, types, countries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from babel import Locale

from models.messages import N_
from models.transactions import Channel, PaymentMethod, TransactionType

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
}


def value_name(dimension: str, value: str, locale: str, say: Callable[..., str]) -> str:
    """Write a stored value of a dimension for people; `""` is a row that has none."""
    if not value:
        return say(NONE_GIVEN)
    if dimension == "country":
        return country_name(value, locale)
    known = _NAMES.get(dimension, {}).get(value)
    return value.replace("_", " ") if known is None else say(known)


@lru_cache(maxsize=2_048)
def country_name(code: str, locale: str) -> str:
    """Write a country by its two letters; what is not one is left as it stands."""
    return Locale.parse(locale.replace("-", "_")).territories.get(code, code) if len(code) == 2 else code  # noqa: PLR2004 - ISO 3166-1 alpha-2
