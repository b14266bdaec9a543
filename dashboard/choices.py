"""What the rows of the chosen banks may be filtered by: each dimension with the values that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dashboard.filters import DIMENSION_KEYS
from dashboard.names import value_name
from dashboard.seen import seen
from database.connection import Session, read_only
from database.dimensions import FILTERED
from database.segments import MISSING, values
from models.access import Person
from models.messages import Message

MOST: Final = 400
_ELSEWHERE: Final = {"hour"}


@dataclass(frozen=True, slots=True)
class Group:
    """One dimension: its key in the address, its label, and its values with their names."""

    key: str
    label: Message
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """All dimensions, and the currency of amounts."""

    groups: tuple[Group, ...]
    currency: str | None


def choices(person: Person, query: str, *, now: datetime, locale: str, say: Callable[..., str]) -> Choices:
    """Return what may be chosen over the banks of an address."""
    with read_only(banks=person.banks) as session:
        view = seen(session, person, query, now=now).view
    if view is None:
        return Choices((), None)
    with read_only(banks=[bank.code for bank in view.banks]) as session:
        groups = tuple(
            Group(
                key,
                FILTERED[slug].label,
                tuple((value, value_name(slug, value, locale, say)) for value in _present(session, slug)),
            )
            for key, slug in DIMENSION_KEYS.items()
            if key not in _ELSEWHERE
        )
    return Choices(groups, view.currency)


def _present(session: Session, slug: str) -> list[str]:
    if slug == "risk":
        return [*(FILTERED[slug].choices or ()), MISSING]
    return values(session, slug)[:MOST]
