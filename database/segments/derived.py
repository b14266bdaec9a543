"""What we filter by that is no field of a record: hours of the week, today's risk, and words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.dimensions import HOURS_OF_WEEK
from database.segments.clock import QUARTER, clock_of
from database.segments.kernel import Ints
from database.segments.masks import Mask
from database.segments.record import Columns
from database.segments.selection import MISSING, PARTIES, Selection, Words, party_clauses
from models.errors import UserError
from models.messages import N_

MOST_FOUND: Final = 20_000
"""Parties that one text may stand for; a shorter one says too little."""


class Derived(Protocol):
    """What records must pass."""

    def passing(self, columns: Columns, place: slice) -> Mask:
        """Return which records of a run's slice pass."""


@dataclass(frozen=True, slots=True)
class Either:
    """Records whose customer or merchant is among these."""

    customers: Mask
    merchants: Mask

    def passing(self, columns: Columns, place: slice) -> Mask:
        """Return which records pass; a party beyond its table is none of these."""
        tables = (("customer_no", self.customers), ("merchant_no", self.merchants))
        customers, merchants = (
            table[np.minimum(columns[name][place], len(table) - 1)] for name, table in tables
        )
        either: Mask = customers | merchants
        return either


@dataclass(frozen=True, slots=True)
class Risk:
    """Records by the categories of their parties; `known` has every party with one, for "has none"."""

    chosen: Either
    known: Either | None
    is_excluding: bool

    def passing(self, columns: Columns, place: slice) -> Mask:
        """Return which records pass."""
        found = self.chosen.passing(columns, place)
        if self.known is not None:
            found |= ~self.known.passing(columns, place)
        return ~found if self.is_excluding else found


@dataclass(frozen=True, slots=True)
class Hours:
    """Records by the hour of the week in a zone."""

    passes: Mask
    zone: str

    def passing(self, columns: Columns, place: slice) -> Mask:
        """Return which records pass."""
        minutes = columns["minute"][place]
        clock, _ = clock_of(self.zone, int(minutes[0]), int(minutes[-1]) + 1)
        found: Mask = self.passes[clock.hour[minutes // QUARTER - clock.first]]
        return found


@dataclass(frozen=True, slots=True)
class Found:
    """Records by what a text stands for: a party, or the row itself."""

    parties: Either
    sequence: Ints

    def passing(self, columns: Columns, place: slice) -> Mask:
        """Return which records pass."""
        found = self.parties.passing(columns, place)
        if len(self.sequence):
            found |= np.isin(columns["ingest_seq"][place], self.sequence)
        return found


def tests_of(session: Session, selection: Selection) -> tuple[Derived, ...]:
    """Return what the derived filters of a selection ask of its records."""
    tests: list[Derived] = []
    for given, is_excluding in ((selection.include, False), (selection.exclude, True)):
        if "hour" in given:
            among = np.array([hour in given["hour"] for hour in HOURS_OF_WEEK])
            tests.append(Hours(among ^ is_excluding, selection.zone))
        if "risk" in given:
            tests.append(_risk(session, selection.bank_ids, given["risk"], is_excluding=is_excluding))
    if selection.words is not None:
        tests.append(_found(session, selection.bank_ids, selection.words))
    return tuple(tests)


def _risk(
    session: Session, banks: tuple[int, ...], categories: frozenset[str], *, is_excluding: bool
) -> Risk:
    among = "p.risk_category = any(:values)"
    given = {"banks": list(banks), "values": sorted(categories - {MISSING})}
    known = None
    if MISSING in categories:
        known = Either(*(_table(session, party, "p.risk_category is not null", given) for party in PARTIES))
    chosen = Either(*(_table(session, party, among, given) for party in PARTIES))
    return Risk(chosen, known, is_excluding)


def _found(session: Session, banks: tuple[int, ...], words: Words) -> Found:
    given = {"banks": list(banks), "text": words.text, "key": words.key}
    tables = [_table(session, party, clause, given) for party, clause in party_clauses(words)]
    if sum(int(table.sum()) for table in tables) > MOST_FOUND:
        raise UserError(N_("“{text}” stands for too many. Write more of it."), text=words.text)
    own = text("select ingest_seq from transactions where bank_id = any(:banks) and transaction_id = :text")
    return Found(Either(*tables), np.array(session.scalars(own, given).all(), np.int64))


def _table(session: Session, party: str, clause: str, given: Mapping[str, object]) -> Mask:
    """Return which numbers of a party fulfil a clause; the last place stands for all beyond."""
    found = session.scalars(
        text(f"select {party}_no from {party}s p where p.bank_id = any(:banks) and {clause}"), dict(given)
    )
    numbers = np.array(found.all(), np.int64)
    table = np.zeros(int(numbers.max(initial=0)) + 2, np.bool_)
    table[numbers] = True
    return table
