"""Card numbers are masked and fingerprinted, and never shown whole."""

from __future__ import annotations

import pytest

from dashboard.cards import digits_of, fingerprint, hide_numbers, is_card_number, mask, passes_luhn

KEY = b"k" * 32


@pytest.mark.parametrize("number", ["4111111111111111", "378282246310005", "6011111111111117"])
def test_known_test_cards_pass_luhn(number: str) -> None:
    assert passes_luhn(number)
    assert is_card_number(number)


def test_a_changed_digit_fails_luhn() -> None:
    assert not passes_luhn("4111111111111112")
    assert not is_card_number("4111111111111112")


@pytest.mark.parametrize(
    "text", ["C123", "12345678901", "1" * 20, "", "41111111111x1111", "٤١١١١١١١١١١١١١١١"]
)
def test_other_ids_are_not_card_numbers(text: str) -> None:
    assert digits_of(text) is None
    assert not is_card_number(text)


def test_sixteen_digits_show_six_and_four() -> None:
    assert mask("4111 1111 1111 1111") == "411111******1111"


def test_fewer_than_sixteen_digits_show_the_last_four_only() -> None:
    assert mask("378282246310005") == "***********0005"


def test_the_fingerprint_ignores_how_the_number_was_written() -> None:
    assert fingerprint("4111-1111-1111-1111", KEY) == fingerprint(" 4111111111111111 ", KEY)


def test_another_key_gives_another_fingerprint() -> None:
    assert fingerprint("4111111111111111", KEY) != fingerprint("4111111111111111", b"x" * 32)


def test_a_fingerprint_is_never_taken_for_a_card_number() -> None:
    assert len(fingerprint("4111111111111111", KEY)) == 32
    assert not is_card_number(fingerprint("4111111111111111", KEY))


def test_card_numbers_inside_a_text_are_hidden() -> None:
    hidden = hide_numbers("a,4111111111111111,b 3782-8224-6310-005;12345")
    assert hidden == "a,411111******1111,b ***********0005;12345"


def test_what_is_not_a_card_number_shows_nothing() -> None:
    assert mask("C123") == "****"
