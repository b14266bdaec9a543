"""What a layout is: which columns of a file are our fields, and what it says once for all rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pyarrow as pa

from dashboard.ingestion.terms import Terms
from dashboard.ingestion.values import Converted
from models.messages import Message

Translate = Callable[[str], str | None]
Columns = Mapping[str, pa.ChunkedArray]
ROW_NUMBER = "@row"
"""In the place of a column: rows without an id are told apart by their number and content."""
NONE = "@none"
"""In the place of a column: the field is left out."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A field that is made of several columns, or in a way of its own."""

    columns: tuple[str, ...]
    make: Callable[[Columns, Terms], Converted]


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read a file with these columns.

    `columns` says which column fills a field, `derived` which fields are made of columns, `constants` the
    fields that are the same in every row, and `translations` how the distinct words of a field become ours.
    Fields of `cards` are card numbers whatever their digits say. Fields of `optional` may have no column.
    Without `transaction_id` a row is called by its number and its content. A layout with `takes_currency`
    names none: rows are in the bank's base currency. `marks` are columns that such a file has, though they
    are not read; `features` are columns that are kept on request.
    """

    slug: str
    label: Message
    columns: Mapping[str, str]
    derived: Mapping[str, Derived] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    translations: Mapping[str, Translate] = field(default_factory=dict)
    cards: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset({"is_fraud", "fraud_type", "fraud_reason"})
    has_label_dates: bool = False
    is_numbered: bool = False
    takes_currency: bool = False
    base_date: date | None = None
    quote: str | None = None
    second_time: str | None = None
    marks: frozenset[str] = frozenset()
    features: tuple[str, ...] = ()

    def fits(self, header: Sequence[str]) -> bool:
        """Say whether a file with this header is of this layout; other columns do not matter."""
        return self.needed <= set(header)

    @property
    def needed(self) -> set[str]:
        """Return the columns that a file of this layout has."""
        plain = {column for name, column in self.columns.items() if name not in self.optional}
        return (
            plain
            | self.marks
            | {
                column
                for name, made in self.derived.items()
                if name not in self.optional
                for column in made.columns
            }
        )

    @property
    def fills(self) -> frozenset[str]:
        """Return the fields that rows of this layout have."""
        own = {"transaction_id"} if self.is_numbered else set()
        return frozenset({*self.columns, *self.derived, *self.constants, *own})

    @property
    def read(self) -> tuple[str, ...]:
        """Return the columns that are read, each once."""
        made = (column for each in self.derived.values() for column in each.columns)
        return tuple(dict.fromkeys((*self.columns.values(), *made, *self.features)))

    def blamed(self, name: str) -> str:
        """Return what a reject calls the place of a field in the file."""
        if name in self.columns:
            return self.columns[name]
        return " ".join(self.derived[name].columns) if name in self.derived else name


def settled(layout: Layout, base_currency: str) -> Layout:
    """Return the layout with the bank's currency, where neither the file nor the layout names one."""
    if "currency" in layout.fills:
        return layout
    return replace(layout, constants={**layout.constants, "currency": base_currency})
