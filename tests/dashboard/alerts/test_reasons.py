"""Reasons: one sentence with the customer's normal, in both languages, from what is stored as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dashboard.alerts import reasons
from dashboard.alerts.reasons import SENTENCES, WITHOUT_NORMAL, sentence
from dashboard.language import catalogue
from dashboard.scoring.baseline import WEIGHTS
from models.transactions import VOLUME_TYPES, TransactionType

PARAMS: dict[str, Any] = {
    "amount": "1234.5000",
    "currency": "USD",
    "base_currency": "EUR",
    "usual_e2": 4234.0,
    "usual_alike_e2": 5600.0,
    "category": "grocery_pos",
    "country": "NA",
    "last_hour": 4.0,
    "last_day": 11.0,
    "per_day": 1.44,
    "km": 5401.3,
    "home_km": 5405.0,
    "usual_km": 4.2,
    "seconds": 5400.0,
    "part": "night",
    "share": 0.0123,
    "payments": 77.0,
    "score": 0.4321,
}
ENGLISH = {
    "amount": "US$1,234, where this customer usually spends about €42.",
    "amount_in_category": "US$1,234 for grocery pos, where this customer usually spends about €56 on it.",
    "payments_last_hour": "4 payments in the hour before, where this customer makes about 1.4 a day.",
    "payments_last_day": "11 payments in the day before, where this customer makes about 1.4 a day.",
    "speed": "5,401 km from the payment 1 h before, where this customer usually pays 4.2 km from home.",
    "distance_from_home": "5,405 km from home, where this customer usually pays 4.2 km from it.",
    "new_merchant": "First payment to this merchant among 77 of this customer in 90 days.",
    "new_category": "First payment for grocery pos among 77 of this customer in 90 days.",
    "new_country": "First payment in Namibia among 77 of this customer in 90 days.",
    "new_device": "First payment from this device among 77 of this customer in 90 days.",
    "part_of_day": "Paid at night, where only 1.23 % of this customer's payments are made.",
    "score": "Scored 0.43, with 77 payments of this customer in 90 days to compare with.",
}


def told(code: str, locale: str, **changed: Any) -> str:
    kept = {name: PARAMS[name] for name in reasons._PARAMETERS[code]}  # noqa: SLF001 - what is stored
    as_stored = json.loads(json.dumps({**kept, **changed}))
    return sentence(code, as_stored, locale).replace("\u00a0", " ").replace("\u202f", " ")


def test_whatever_contributes_has_its_sentence() -> None:
    assert set(SENTENCES) == {*WEIGHTS, reasons.BY_SCORE} == set(ENGLISH)


@pytest.mark.parametrize("code", ENGLISH)
def test_a_reason_is_one_sentence_with_the_normal(code: str) -> None:
    assert told(code, "en").replace("$1,234", "$1,234") in {ENGLISH[code], ENGLISH[code].replace("US$", "$")}


@pytest.mark.parametrize("code", ENGLISH)
def test_a_reason_reads_in_french(code: str) -> None:
    french = told(code, "fr")
    assert SENTENCES[code] in catalogue("fr")
    assert french.endswith(".")
    assert "{" not in french
    assert french != told(code, "en")


@pytest.mark.parametrize("code", WITHOUT_NORMAL)
def test_without_a_known_normal_the_sentence_claims_none(code: str) -> None:
    assert "usually" not in told(code, "en", usual_km=None)
    assert "habitude" not in told(code, "fr", usual_km=None)


@pytest.mark.parametrize("kind", TransactionType)
@pytest.mark.parametrize("code", ENGLISH)
def test_only_money_that_leaves_the_payer_is_called_spending(code: str, kind: TransactionType) -> None:
    english, french = told(code, "en", transaction_type=kind), told(code, "fr", transaction_type=kind)
    if kind in VOLUME_TYPES:
        assert english == told(code, "en")
    else:
        assert "spend" not in english
        assert "dépense" not in french
    came_in = kind in {"refund", "cash_in"} and code in {"amount", "amount_in_category", "part_of_day"}
    assert ("eceived" in english) is ("eçu" in french) is came_in


@pytest.mark.parametrize(
    ("code", "params", "english", "french"),
    [
        ("payments_last_hour", {"last_hour": 1.0, "per_day": 0.5}, "One payment in the hour", "Un paiement"),
        ("payments_last_hour", {"last_hour": 3.0, "per_day": 0.5}, "3 payments in the hour", "3 paiements"),
        ("payments_last_day", {"last_day": 1.0, "per_day": 0.5}, "One payment in the day", "Un paiement"),
        ("score", {"score": 0.9, "payments": 1.0}, "with one payment of", "avec un seul paiement"),
        ("score", {"score": 0.9, "payments": None}, "with no payment of", "sans aucun paiement"),
        ("score", {"score": 0.9, "payments": 2.0}, "with 2 payments of", "2 paiements"),
    ],
)
def test_one_payment_is_not_said_as_several(
    code: str, params: dict[str, float | None], english: str, french: str
) -> None:
    assert english in sentence(code, params, "en")
    assert french in sentence(code, params, "fr")
