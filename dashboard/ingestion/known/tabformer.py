"""IBM TabFormer's simulated card payments: times over four columns, money with its sign, Yes and No."""

from __future__ import annotations

from functools import lru_cache

from babel import Locale

from dashboard.ingestion.known.parts import joined_id, joined_time, words_of
from dashboard.ingestion.layout import Layout
from models.messages import N_, Message

_ZIP_DIGITS = 5
_STATE_LETTERS = 2
_CHANNELS = {"Online Transaction": "online", "Chip Transaction": "pos", "Swipe Transaction": "pos"}
# As the file calls them and the Unicode registry does not.
_OTHER_NAMES = {"Czech Republic": "CZ", "Hong Kong": "HK", "Macau": "MO", "Bosnia and Herzegovina": "BA"}


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    named = Locale("en").territories.items()
    return {**{name: code for code, name in named if len(code) == _STATE_LETTERS}, **_OTHER_NAMES}


def _is_state(word: str) -> bool:
    return len(word) == _STATE_LETTERS and word.isupper()


def _country(word: str) -> str:
    return "US" if _is_state(word) else _countries().get(word, word)


def _zip(word: str) -> str:
    """Give a US zip code back its digits: a number lost its leading zeros and gained a fraction."""
    whole = word.removesuffix(".0")
    return whole.zfill(_ZIP_DIGITS) if whole.isdigit() else whole


TABFORMER = Layout(
    slug="tabformer",
    label=Message(N_("IBM TabFormer card transactions")),
    columns={
        "customer_id": "User",
        "amount": "Amount",
        "channel": "Use Chip",
        "merchant_id": "Merchant Name",
        "city": "Merchant City",
        "state": "Merchant State",
        "zip_code": "Zip",
        "category": "MCC",
        "merchant_category": "MCC",
        "merchant_mcc_code": "MCC",
        "is_fraud": "Is Fraud?",
    },
    derived={
        "timestamp": joined_time(("Year", "Month", "Day", "Time")),
        "card_number": joined_id(("User", "Card")),
        "country": words_of("Merchant State", _country),
    },
    constants={"currency": "USD", "transaction_type": "purchase", "payment_method": "credit_card"},
    translations={
        "channel": lambda word: _CHANNELS.get(word, "other"),
        "state": lambda word: word if _is_state(word) else None,
        "zip_code": _zip,
    },
    is_numbered=True,
)
