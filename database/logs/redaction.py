"""Keep secrets and whole card numbers out of every log entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

HIDDEN = "[hidden]"
_WORDS = (
    r"pass(?:word|wd|phrase)|pwd|token|secret|authorization|cookie|vigie_session"
    r"|(?:api|private|secret|fingerprint)[_-]?key"
)
_SECRET_KEY = re.compile(_WORDS, re.IGNORECASE)
# A name with such a word in it, what stands between it and its value, and the value: up to its closing quote,
# or to the next gap; `Bearer` and `Basic` only introduce it.
_SECRET_VALUE = re.compile(
    rf"""(?i)((?:{_WORDS})[\w-]*["']?\s{{0,3}}[=:]\s{{0,3}})"""
    r"""(?:"[^"]*"|'[^']*'|["']?(?:(?:bearer|basic)\s+)?[^\s"'&,;)}]+)"""
)
_COOKIES = re.compile(r"(?i)(\bcookie:[ \t]*)[^\r\n]+")
_URL_PASSWORD = re.compile(r"(\w://[^\s:/@]*:)[^\s\"'<>]+@")
# In an address what stands before a number or between its digits is written like `%3D`, or `%253D`.
_DIGITS = re.compile(
    r"(?:(?<![A-Za-z\d.%])|(?<=%(?!25)[\dA-Fa-f]{2})|(?<=%25[\dA-Fa-f]{2}))"
    r"(?:\d(?:[ +-]|%(?:25)?2[0BDbd])?){11,18}\d(?![A-Za-z\d])"
)
# PostgreSQL quotes the row that it refuses.
_ROW_VALUES = re.compile(r"(\bDETAIL:\s+)[^\0]*?(?=\n(?:HINT|CONTEXT|\n|\[SQL|The above|\(Background)|\Z)")
_TEXT_LIMIT = 8_000


def redact(text: str) -> str:
    """Give the text with secrets hidden and card numbers reduced to their last four digits."""
    text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:_TEXT_LIMIT]
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = _ROW_VALUES.sub(rf"\1{HIDDEN}", text)
    text = _URL_PASSWORD.sub(rf"\1{HIDDEN}@", text)
    text = _COOKIES.sub(rf"\1{HIDDEN}", text)
    text = _SECRET_VALUE.sub(rf"\1{HIDDEN}", text)
    return _DIGITS.sub(_shorten_card, text)


def redact_details(details: Mapping[str, Any]) -> dict[str, Any]:
    """Give the details as JSON values, with the values of secret keys hidden."""
    return {
        redact(str(key)): HIDDEN if _SECRET_KEY.search(str(key)) else _redact_value(value)
        for key, value in details.items()
    }


def _redact_value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return redact_details(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_redact_value(item) for item in value]
    if value is None or (isinstance(value, int) and redact(str(value)) == str(value)):
        return value
    if isinstance(value, float):
        # JSON knows neither NaN nor infinity.
        return value if value - value == 0 else str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return redact(str(value))


def _shorten_card(found: re.Match[str]) -> str:
    digits = re.sub(r"%(?:25)?..|\D", "", found.group())
    return f"[card …{digits[-4:]}]" if _passes_luhn(digits) else found.group()


def _passes_luhn(digits: str) -> bool:
    # ISO/IEC 7812-1, annex B.
    doubled = [int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0  # noqa: PLR2004 - the digits of 2d sum to 2d - 9
