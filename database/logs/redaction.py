"""Keep secrets and whole card numbers out of every log entry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

HIDDEN = "[hidden]"
_SECRET_KEY = re.compile(
    r"pass(word|wd|phrase)?|token|secret|authorization|cookie|api[_-]?key", re.IGNORECASE
)
_SECRET_VALUE = re.compile(
    r"(?i)\b(password|passwd|token|secret|authorization|api[_-]?key)(\"?\s*[=:]\s*\"?)([^\s\"&,;]+)"
)
_URL_PASSWORD = re.compile(r"(\w+://[^\s:/@]+:)[^\s@]+@")
_DIGITS = re.compile(r"(?<![\w.-])(?:\d[ -]?){11,18}\d(?![\w.-])")
_TEXT_LIMIT = 8_000


def redact(text: str) -> str:
    """Give the text with secrets hidden and card numbers reduced to their last four digits."""
    text = text.replace("\x00", "\N{REPLACEMENT CHARACTER}")[:_TEXT_LIMIT]
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = _URL_PASSWORD.sub(rf"\1{HIDDEN}@", text)
    text = _SECRET_VALUE.sub(rf"\1\2{HIDDEN}", text)
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
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        # JSON knows neither NaN nor infinity.
        return value if value - value == 0 else str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return redact(str(value))


def _shorten_card(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found.group())
    return f"[card …{digits[-4:]}]" if _passes_luhn(digits) else found.group()


def _passes_luhn(digits: str) -> bool:
    # ISO/IEC 7812-1, annex B.
    doubled = [int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0  # noqa: PLR2004 - the digits of 2d sum to 2d - 9
