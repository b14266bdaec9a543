"""What a reader asks of the segments: banks, a range of time, filters, and whose money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

Bounds = tuple[int | None, int | None]
Period = tuple[datetime, datetime]

PARTIES = ("customer", "merchant")

MISSING = ""
"""The filter value that stands for "the row has none"."""


@dataclass(frozen=True, slots=True)
class Words:
    """Text to look for: a row's own id, its customer's or merchant's id, or the beginning of a name.

    `key` is the text as `search_key` columns hold names; names of people count only where `sees_people`.
    """

    text: str
    key: str
    sees_people: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of `bank_ids` with since ≤ timestamp < until that pass every filter.

    `include` and `exclude` map a dimension's slug to values (`MISSING` = the row has none): values of one
    dimension are joined by or, dimensions by and. `amount_e4` and `score_e4` are inclusive bounds in
    ten-thousandths; the amount is native money where `currency` is set (then only rows of that currency
    count) and base money where it is not (then a row without a rate is outside, and counted beside).
    `groups` are banks whose sums are wanted by themselves too, each bank in at most one of them.
    Beside a record's dimensions, `include` and `exclude` take those of `DERIVED`; hours are the zone's.
    """

    bank_ids: tuple[int, ...]
    since: datetime
    until: datetime
    previous: Period | None = None
    zone: str = "UTC"
    currency: str | None = None
    include: Mapping[str, frozenset[str]] = field(default_factory=dict)
    exclude: Mapping[str, frozenset[str]] = field(default_factory=dict)
    amount_e4: Bounds | None = None
    score_e4: Bounds | None = None
    customer_id: str | None = None
    merchant_id: str | None = None
    words: Words | None = None
    groups: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse bounds that segments cannot answer exactly."""
        for moment in (self.since, self.until, *(self.previous or ())):
            if moment.tzinfo is None or moment.second or moment.microsecond:
                raise ValueError(f"{moment!r} is not a whole minute with a zone")


def minute_of(moment: datetime) -> int:
    """Return whole minutes since 1970 in UTC, the unit of time in a record."""
    return int(moment.astimezone(UTC).timestamp()) // 60


def party_clauses(words: Words) -> Iterator[tuple[str, str]]:
    """Return what a text asks of each kind of party, in SQL over `p`, `:text` and `:key`."""
    for party in PARTIES:
        by_name = (
            " or p.search_key ^@ :key" if words.key and (party == "merchant" or words.sees_people) else ""
        )
        yield party, f"(p.{party}_id = :text{by_name})"
