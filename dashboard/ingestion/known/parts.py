"""What several layouts make of their columns: offsets from a base date, joined columns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.ingestion.layout import Columns, Derived
from dashboard.ingestion.moments import moment, offset
from dashboard.ingestion.terms import Terms
from dashboard.ingestion.values import Converted, as_text, identifier
from models.messages import N_, Message

_NO_REASON = Message(N_("missing"))


def since_base(column: str, unit_s: int) -> Derived:
    """Make times of numbers that count units of so many seconds from midnight of the base date."""
    return Derived((column,), lambda columns, terms: offset(columns[column], terms, unit_s))


def joined_id(columns: tuple[str, ...], mark: str = "-") -> Derived:
    """Make an id of several columns; missing parts are left empty, and a row without any has none."""

    def make(given: Columns, _terms: Terms) -> Converted:
        parts = [as_text(given[column]) for column in columns]
        joined = pc.binary_join_element_wise(*parts, mark, null_handling="replace", null_replacement="")
        is_empty = pc.equal(pc.utf8_trim(joined, mark), "")
        return identifier(pa.chunked_array([pc.if_else(is_empty, pa.scalar(None, pa.string()), joined)]))

    return Derived(columns, make)


def joined_time(columns: tuple[str, ...]) -> Derived:
    """Make times of a date and a time, or of year, month, day and perhaps a time or its parts."""

    def make(given: Columns, terms: Terms) -> Converted:
        parts = [as_text(given[column]) for column in columns]
        return moment(pa.chunked_array([_written(parts)]), terms.zone, terms.dates)

    return Derived(columns, make)


def _written(parts: list[pa.Array]) -> pa.Array:
    if len(parts) < 3:  # noqa: PLR2004 - a date and a time
        return pc.binary_join_element_wise(*parts, " ")
    day = pc.binary_join_element_wise(parts[0], *(pc.utf8_lpad(part, 2, "0") for part in parts[1:3]), "-")
    if len(parts) == 3:  # noqa: PLR2004 - year, month, day
        return day
    if len(parts) == 4:  # noqa: PLR2004 - and a time
        return pc.binary_join_element_wise(day, pc.utf8_lpad(parts[3], 5, "0"), " ")
    clock = pc.binary_join_element_wise(*(pc.utf8_lpad(part, 2, "0") for part in parts[3:]), ":")
    return pc.binary_join_element_wise(day, clock, " ")


def words_of(column: str, translate: Callable[[str], str | None]) -> Derived:
    """Make a field of the distinct words of a column that also fills another field."""

    def make(given: Columns, _terms: Terms) -> Converted:
        codes = as_text(given[column]).dictionary_encode()
        words = [translate(word) for word in codes.dictionary.to_pylist()]
        values = pa.array(words, pa.string()).take(codes.indices)
        return Converted(values, np.zeros(len(values), np.bool_), _NO_REASON)

    return Derived((column,), make)
