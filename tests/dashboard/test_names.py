"""Stored values have names for people in each language."""

from __future__ import annotations

import pytest

from dashboard.language import translator
from dashboard.names import value_name
from database.dimensions import DIMENSIONS


@pytest.mark.parametrize(
    ("dimension", "value", "en", "fr"),
    [
        ("channel", "atm", "cash machine", "distributeur"),
        ("payment_method", "prepaid_card", "prepaid card", "carte prépayée"),
        ("country", "ES", "Spain", "Espagne"),
        ("country", "Narnia", "Narnia", "Narnia"),
        ("country", "XX", "XX", "XX"),
        ("category", "grocery_pos", "grocery pos", "grocery pos"),
        ("state", "", "none given", "non renseigné"),
    ],
)
def test_a_value_is_named(dimension: str, value: str, en: str, fr: str) -> None:
    assert value_name(dimension, value, "en", translator("en")) == en
    assert value_name(dimension, value, "fr", translator("fr")) == fr


@pytest.mark.parametrize("dimension", ["channel", "payment_method", "transaction_type"])
def test_every_value_of_a_closed_dimension_has_a_french_name(dimension: str) -> None:
    for value in DIMENSIONS[dimension].choices or ():
        known = value_name(dimension, value, "fr", lambda _msgid: "known")
        assert known == "known", value
