"""Finds what a person may see by the beginning of its id or name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from dashboard.names import search_key
from database.connection import read_only
from database.queries import search
from database.queries.search import Hit
from models.access import Permission, Person

SHORTEST: Final = 2
_LARGEST_NUMBER: Final = 2**62


class Kind(StrEnum):
    """What was found."""

    TRANSACTION = "transaction"
    CUSTOMER = "customer"
    MERCHANT = "merchant"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing found, and its address below the base path."""

    kind: Kind
    title: str
    detail: str
    href: str


def find(person: Person, text: str) -> tuple[Found, ...]:
    """Return what begins with a text among what this person may see."""
    wanted = text.strip()
    number = wanted.lstrip("Aa#")
    if len(wanted) < SHORTEST and not number.isdecimal():
        return ()
    with read_only(banks=person.banks) as session:
        key = search_key(wanted)
        hits = [(Kind.TRANSACTION, hit) for hit in search.transactions(session, wanted)]
        if person.may(Permission.VIEW_CUSTOMERS):
            hits += [(Kind.CUSTOMER, hit) for hit in search.customers(session, wanted, key)]
        hits += [(Kind.MERCHANT, hit) for hit in search.merchants(session, wanted, key)]
        if person.may(Permission.DECIDE_ALERTS) and number.isdecimal() and int(number) < _LARGEST_NUMBER:
            hits += [(Kind.ALERT, hit) for hit in search.alerts(session, int(number))]
    return tuple(_found(hits))


def _found(hits: list[tuple[Kind, Hit]]) -> Iterator[Found]:
    for kind, hit in hits:
        title = hit.identity if kind in {Kind.TRANSACTION, Kind.ALERT} else hit.name or hit.identity
        yield Found(
            kind,
            title,
            f"{hit.identity} · {hit.bank}" if title != hit.identity else hit.bank,
            _href(kind, hit),
        )


def _href(kind: Kind, hit: Hit) -> str:
    if kind is Kind.ALERT:
        return f"alert?{urlencode({'id': hit.identity.removeprefix('A')})}"
    return f"{kind}?{urlencode({'bank': hit.bank, 'id': hit.identity})}"
