"""Text or typed columns of a stranger's file turned into ours, whole arrays at once, bad cells marked."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from models.messages import N_, Message

Mask = npt.NDArray[np.bool_]
LONGEST_ID = 128
LONGEST_TEXT = 200
_ANY_BYTES = pc.CastOptions(target_type=pa.string(), allow_invalid_utf8=True)
_SHORTENED = r"^\d([.,]\d+)?[eE]\+\d{1,2}$"
_FLAGS = {
    **dict.fromkeys(("1", "true", "t", "yes", "y", "1.0"), True),
    **dict.fromkeys(("0", "false", "f", "no", "n", "0.0"), False),
}


@dataclass(frozen=True, slots=True)
class Converted:
    """A column of ours; where `bad` is true the cell could not be taken, for this reason."""

    values: pa.Array
    bad: Mask
    reason: Message
    skipped: int = 0
    doubled: int = 0


def as_text(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Return any flat column as text without blanks around it; empty text is missing."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_floating(array.type):
        array = _whole_floats(array)
    text = pc.utf8_trim_whitespace(_valid_text(pc.cast(array, options=_ANY_BYTES)))
    return pc.if_else(pc.equal(pc.binary_length(text), 0), pa.scalar(None, pa.string()), text)


def _whole_floats(array: pa.Array) -> pa.Array:
    """Return numbers without a fraction as whole ones: a missing id turned its column into floats."""
    array = pc.if_else(pc.is_nan(array), pa.scalar(None, array.type), array)
    whole = pc.all(pc.equal(pc.floor(array), array)).as_py() and pc.max(pc.abs(array)).as_py() < 2**53
    return array.cast(pa.int64()) if whole else array


def _valid_text(array: pa.Array) -> pa.Array:
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        # Bytes that are no text become a character that `bad_text` refuses.
        texts = [None if value is None else value.decode(errors="replace") for value in _raw(array)]
        return pa.array([None if text is None else text.replace("�", "\0") for text in texts], pa.string())
    return array


def _raw(array: pa.Array) -> list[bytes | None]:
    values: list[bytes | None] = array.cast(pa.binary()).to_pylist()
    return values


def _has_nul(text: pa.Array) -> bool:
    data = text.buffers()[2]
    return data is not None and bool((np.frombuffer(data, dtype=np.uint8) == 0).any())


def bad_text(text: pa.Array, longest: int) -> Mask:
    """Say which texts are too long or hold a character that cannot be stored."""
    bad = mask_of(pc.greater(pc.utf8_length(text), longest))
    if _has_nul(text):
        bad |= np.array([value is not None and "\0" in value for value in text.to_pylist()], np.bool_)
    return bad


def identifier(column: pa.ChunkedArray) -> Converted:
    """Take ids as they are written; one that a spreadsheet shortened could be anybody's."""
    text = as_text(column)
    reason = Message(N_("longer than {most} characters or not text"), {"most": LONGEST_ID})
    bad = bad_text(text, LONGEST_ID)
    shortened = mask_of(pc.match_substring_regex(text, _SHORTENED))
    if shortened.any():
        reason = Message(N_("a number that a spreadsheet shortened: its last digits are lost"))
        bad |= shortened
    return Converted(text, bad, reason)


def text(column: pa.ChunkedArray) -> Converted:
    """Take words as they are written."""
    values = as_text(column)
    reason = Message(N_("longer than {most} characters or not text"), {"most": LONGEST_TEXT})
    return Converted(values, bad_text(values, LONGEST_TEXT), reason)


def translated(
    column: pa.Array | pa.ChunkedArray,
    translate: Callable[[str], str | bool | date | None],
    kind: pa.DataType,
    reason: Message,
) -> Converted:
    """Translate each distinct text once; None means that the cell is bad."""
    codes = as_text(column).dictionary_encode()
    words = codes.dictionary.to_pylist()
    found = [None if "\0" in word or len(word) > LONGEST_TEXT else translate(word) for word in words]
    indices = codes.indices
    bad_words = np.array([word is None for word in found], dtype=np.bool_)
    values = pa.array(found, kind).take(indices)
    places = np.asarray(indices.fill_null(0))
    bad = (
        bad_words[places] & ~mask_of(indices.is_null()) if bad_words.any() else np.zeros(len(codes), np.bool_)
    )
    return Converted(values, bad, reason)


def flag(column: pa.ChunkedArray) -> Converted:
    """Take yes or no in any of their usual spellings."""
    if pa.types.is_boolean(column.type):
        values = column.combine_chunks()
        return Converted(values, np.zeros(len(values), np.bool_), Message(""))
    reason = Message(N_("neither yes nor no"))
    return translated(column, lambda word: _FLAGS.get(word.casefold()), pa.bool_(), reason)


def choice(column: pa.ChunkedArray, known: frozenset[str], other: str | None) -> Converted:
    """Take one of the known words, in any case; another word is `other`, or bad where there is none."""

    def find(word: str) -> str | None:
        plain = word.casefold().replace(" ", "_").replace("-", "_")
        return plain if plain in known else other

    return translated(
        column, find, pa.string(), Message(N_("not one of {known}"), {"known": ", ".join(sorted(known))})
    )


def currency(column: pa.ChunkedArray) -> Converted:
    """Take three letters."""
    return translated(
        column,
        lambda word: word.upper() if len(word) == 3 and word.isascii() and word.isalpha() else None,  # noqa: PLR2004 - ISO 4217
        pa.string(),
        Message(N_("not a currency of three letters")),
    )


def address(column: pa.ChunkedArray) -> Converted:
    """Take IPv4 and IPv6 addresses."""

    def find(word: str) -> str | None:
        try:
            return str(ipaddress.ip_address(word))
        except ValueError:
            return None

    return translated(column, find, pa.string(), Message(N_("not an IP address")))


def mask_of(array: pa.Array | pa.ChunkedArray) -> Mask:
    """Return a boolean array as NumPy's, null as false."""
    mask: Mask = np.asarray(array.fill_null(False))  # noqa: FBT003 - Arrow takes it by position
    return mask.copy() if not mask.flags.writeable else mask
