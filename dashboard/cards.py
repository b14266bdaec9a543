"""Card numbers: recognised, masked for people, fingerprinted with a key for machines."""

from __future__ import annotations

import hashlib
import hmac
import re

# 128 bits of HMAC-SHA-256, as hexadecimal: no two of a bank's cards share one by chance.
FINGERPRINT_DIGITS = 32
_SEPARATORS = str.maketrans("", "", " -")
_LONG_NUMBER = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){11,18}(?![0-9])")
_FULL_NUMBER = 16
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def digits_of(text: str) -> str | None:
    """Return the 12 to 19 digits of a card number written with or without spaces, else None."""
    digits = text.strip().translate(_SEPARATORS)
    is_long_enough = 12 <= len(digits) <= 19  # noqa: PLR2004 - the lengths of ISO/IEC 7812
    return digits if is_long_enough and digits.isascii() and digits.isdigit() else None


def passes_luhn(digits: str) -> bool:
    """Say whether the last digit is the check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = sum(
        _DOUBLED[int(digit)] if place % 2 else int(digit) for place, digit in enumerate(reversed(digits))
    )
    return total % 10 == 0


def is_card_number(text: str) -> bool:
    """Say whether a text can only be taken for a card number: 12 to 19 digits that pass Luhn's test."""
    digits = digits_of(text)
    return digits is not None and passes_luhn(digits)


def fingerprint(number: str, key: bytes) -> str:
    """Return the keyed hash of a card number: the same card, the same 32 characters, never back."""
    digits = digits_of(number) or number.strip()
    return hmac.new(key, digits.encode(), hashlib.sha256).hexdigest()[:FINGERPRINT_DIGITS]


def mask(number: str) -> str:
    """Show first six and last four from 16 digits on, else the last four only; nothing of other texts."""
    digits = digits_of(number)
    if digits is None:
        return "*" * len(number.strip())
    shown = 6 if len(digits) >= _FULL_NUMBER else 0
    return digits[:shown] + "*" * (len(digits) - shown - 4) + digits[-4:]


def hide_numbers(text: str) -> str:
    """Mask whatever in a text looks like a card number, checked or not."""
    return _LONG_NUMBER.sub(lambda found: mask(found.group()), text)
