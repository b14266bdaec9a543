"""Where the records of CSV text end: quoted line breaks stay inside, broken quotes are set apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Offsets = npt.NDArray[np.int64]
LONGEST_RECORD = 1 << 20
_NEWLINE, _RETURN, _QUOTE = b"\n"[0], b"\r"[0], b'"'[0]


@dataclass(frozen=True, slots=True)
class Records:
    """Records of a text by where each begins and ends (its line break included).

    `lines` counts the line breaks before each; `broken` says whose quotes never close. The text from
    `rest` on is not a whole record yet.
    """

    starts: Offsets
    ends: Offsets
    lines: Offsets
    broken: npt.NDArray[np.bool_]
    rest: int
    rest_line: int


def find_records(text: bytes, delimiter: str, *, is_last: bool) -> Records:
    """Find the records of a text that begins at a record's start; blank lines are none.

    `is_last` ends the last record at the text's end, with or without a line break.
    """
    content = np.frombuffer(text, dtype=np.uint8)
    ends = np.flatnonzero(content == _NEWLINE).astype(np.int64) + 1
    if is_last and text and text[-1] != _NEWLINE:
        ends = np.append(ends, len(text))
    starts = np.concatenate(([0], ends[:-1])).astype(np.int64) if ends.size else ends
    lines = np.arange(starts.size, dtype=np.int64)
    broken = np.zeros(starts.size, dtype=np.bool_)
    quotes = np.flatnonzero(content == _QUOTE)
    kept = starts.size
    if quotes.size:
        joined, broken, kept = _join_quoted(text, starts, ends, quotes, delimiter, is_last=is_last)
        starts, lines, ends = starts[joined[:, 0]], lines[joined[:, 0]], ends[joined[:, 1]]
    rest = int(ends[-1]) if ends.size else 0
    filled = _filled(content, starts, ends)
    return Records(starts[filled], ends[filled], lines[filled], broken[filled], rest, kept)


def _filled(content: npt.NDArray[np.uint8], starts: Offsets, ends: Offsets) -> npt.NDArray[np.bool_]:
    if not starts.size:
        return np.zeros(0, dtype=np.bool_)
    length = ends - starts
    first = content[starts]
    blank = (length == 1) & (first == _NEWLINE)
    filled: npt.NDArray[np.bool_] = ~(blank | ((length <= 2) & (first == _RETURN)))  # noqa: PLR2004 - "\r\n"
    return filled


def _join_quoted(
    text: bytes, starts: Offsets, ends: Offsets, quotes: Offsets, delimiter: str, *, is_last: bool
) -> tuple[Offsets, npt.NDArray[np.bool_], int]:
    """Return (first line, last line) of each record, whether it is broken, and how many lines are used.

    A record can only go on in the next line where a line holds an odd number of quotes.
    """
    counts = np.searchsorted(quotes, ends) - np.searchsorted(quotes, starts)
    odd = np.flatnonzero(counts % 2).tolist()
    whole = _whole_record(delimiter)
    spans: list[tuple[int, int]] = []
    broken_lines: list[int] = []
    used, place = starts.size, 0
    while place < len(odd):
        line = odd[place]
        place += 1
        if whole.fullmatch(text, int(starts[line]), int(ends[line])):
            continue
        closing = odd[place] if place < len(odd) else None
        if closing is not None and whole.fullmatch(text, int(starts[line]), int(ends[closing])):
            spans.append((line, closing))
            place += 1
        elif closing is None and not is_last and len(text) - int(starts[line]) < LONGEST_RECORD:
            used = line
        else:
            broken_lines.append(line)
    return _spans(used, spans, broken_lines)


def _spans(
    used: int, spans: list[tuple[int, int]], broken_lines: list[int]
) -> tuple[Offsets, npt.NDArray[np.bool_], int]:
    last = np.arange(used, dtype=np.int64)
    is_start = np.ones(used, dtype=np.bool_)
    broken = np.zeros(used, dtype=np.bool_)
    broken[broken_lines] = True
    for first, closing in spans:
        last[first] = closing
        is_start[first + 1 : closing + 1] = False
    first_lines = np.flatnonzero(is_start)
    return np.column_stack([first_lines, last[first_lines]]), broken[first_lines], used


@lru_cache(maxsize=8)
def _whole_record(delimiter: str) -> re.Pattern[bytes]:
    mark = re.escape(delimiter).encode()
    field = rb'(?:"[^"]*(?:""[^"]*)*"|[^"\n%b][^\n%b]*)?' % (mark, mark)
    return re.compile(rb"%b(?:%b%b)*\r?\n?" % (field, mark, field))


def is_whole(record: bytes, delimiter: str) -> bool:
    """Say whether the quotes of a record's text close as RFC 4180 wants it."""
    return _whole_record(delimiter).fullmatch(record) is not None
