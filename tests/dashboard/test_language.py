"""Text in two languages: the right one, filled, and English where nothing is known."""

from __future__ import annotations

import pytest

from dashboard.language import LANGUAGES, catalogue, language_of, translate, translator
from models.messages import Message


def test_english_is_its_own_msgid() -> None:
    assert translator("en")("Sign in") == "Sign in"
    assert catalogue("en") == {}


def test_french_is_read_from_every_catalogue() -> None:
    t = translator("fr")
    assert t("Sign in") == "Se connecter"
    assert len(catalogue("fr")) > 50


def test_parameters_are_filled_after_translation() -> None:
    assert translator("fr")("Reference {reference}", reference="7Q2") == "Référence 7Q2"


def test_a_message_within_a_message_is_translated_too() -> None:
    text = translator("fr")("{what}: {reason}", what=Message("Password"), reason="x")
    assert text == "Mot de passe: x"


def test_an_unknown_sentence_stays_english() -> None:
    assert translate(Message("Never written {n}", {"n": 3}), "fr") == "Never written 3"


@pytest.mark.parametrize(
    ("locale", "language"), [("fr-CA", "fr"), ("fr_FR", "fr"), ("FR", "fr"), ("de", "en"), ("", "en")]
)
def test_a_locale_has_a_language(locale: str, language: str) -> None:
    assert language_of(locale) == language
    assert language in LANGUAGES


def test_braces_in_a_value_are_not_filled() -> None:
    assert translator("en")("{name}", name="{secret}") == "{secret}"
