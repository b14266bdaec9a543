"""Amounts as people write them: currency signs, thousands, decimal commas, accountants' brackets."""

from __future__ import annotations

from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

PLAIN: Final = r"^[+-]?(\d{1,18}(\.\d{0,18})?|\.\d{1,18})([eE][+-]?\d{1,2})?$"
SIGNS: Final = {
    "£": "GBP",
    "€": "EUR",
    "₹": "INR",
    "₽": "RUB",
    "₩": "KRW",
    "₺": "TRY",
    "₪": "ILS",
    "₴": "UAH",
}
_SIGN = "[$£€¥₹₽₩₺₪₴]"
_WORDS = r"^([-+(]?)\s*(?:[A-Z]{0,3}" + _SIGN + r"|[A-Z]{3}\b)\s*"
_LAST_WORDS = r"\s*(?:" + _SIGN + r"|\b[A-Z]{3})(\)?-?)$"
_GROUPED_BY_COMMA = r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$"
_WITH_COMMA = r"^[+-]?(\d{1,3}(\.\d{3})+|\d+)(,\d+)?$"
# What only a decimal comma explains, what only a decimal point does, and what may be either.
_SHOWS_COMMA = r",\d{1,2}$|,\d{4,}$|\.\d{3},|\.\d{3}\.\d{3}$"
_SHOWS_POINT = r"\.\d{1,2}$|\.\d{4,}$|,\d{3}\.|,\d{3},\d{3}$"
_SHOWS_NEITHER = r"^\D*\d{1,3},\d{3}$"


def plain_amounts(written: pa.Array, *, has_decimal_comma: bool) -> pa.Array:
    """Return amounts as plain numbers with a decimal point; what is no amount is null or stays as it is."""
    plain = pc.match_substring_regex(written, PLAIN)
    if not has_decimal_comma and pc.all(pc.or_kleene(plain, written.is_null())).as_py():
        return written
    bare = bare_amounts(written)
    if has_decimal_comma:
        commas = pc.match_substring_regex(bare, _WITH_COMMA)
        pointed = pc.replace_substring(pc.replace_substring(bare, ".", ""), ",", ".")
        return pc.if_else(commas, pointed, pa.scalar("?", pa.string()))
    grouped = pc.match_substring_regex(bare, _GROUPED_BY_COMMA)
    bare = pc.if_else(grouped, pc.replace_substring(bare, ",", ""), bare)
    return pc.if_else(plain, written, bare)


def bare_amounts(written: pa.Array) -> pa.Array:
    """Return amounts without currency, blanks and brackets; the minus stands in front."""
    bare = pc.replace_substring_regex(written, _WORDS, r"\1")
    bare = pc.replace_substring_regex(bare, _LAST_WORDS, r"\1")
    bare = pc.replace_substring_regex(bare, r"(\d)['\x{2019}\s\x{A0}\x{202F}](\d{3})", r"\1\2")
    bare = pc.replace_substring_regex(bare, r"(\d)['\x{2019}\s\x{A0}\x{202F}](\d{3})", r"\1\2")
    bare = pc.replace_substring_regex(bare, r"^\((.*)\)$", r"-\1")
    return pc.replace_substring_regex(bare, r"^([^-]*)-$", r"-\1")


def decimals_shown(written: pa.Array) -> set[str | None]:
    """Return "comma" or "point" for what amounts show to be their decimal sign; None for what fits both."""
    bare = bare_amounts(written)
    shown: set[str | None] = set()
    if pc.any(pc.match_substring_regex(bare, _SHOWS_COMMA)).as_py():
        shown.add("comma")
    if pc.any(pc.match_substring_regex(bare, _SHOWS_POINT)).as_py():
        shown.add("point")
    if not shown and pc.any(pc.match_substring_regex(bare, _SHOWS_NEITHER)).as_py():
        shown.add(None)
    return shown


def currency_shown(written: pa.Array) -> str | None:
    """Return the one currency that the amounts' signs stand for; a dollar may be of many countries."""
    found = {code for sign, code in SIGNS.items() if pc.any(pc.match_substring(written, sign)).as_py()}
    return found.pop() if len(found) == 1 else None
