"""From a reader and an address to the Overview: which banks, which rows, one read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.filters import Filters
from dashboard.overview.build import Overview, overview
from dashboard.overview.maturity import maturity_of
from dashboard.view import BankFacts, choose_banks, look
from database.connection import read_only
from database.queries.banks import newest_own, visible_banks
from database.segments import extent
from models.access import Permission, Person
from models.messages import Message


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page can draw for an address; `overview` is None for a reader without any bank."""

    filters: Filters
    banks: tuple[BankFacts, ...]
    overview: Overview | None
    problems: tuple[Message, ...]
    now: datetime


def ask(person: Person, query: str, *, now: datetime) -> Answer:
    """Answer an address, from one snapshot; what cannot be meant in it is left out and said."""
    filters, problems = Filters.understood(query)
    with read_only(banks=person.banks) as session:
        visible = tuple(visible_banks(session, person))
        default = None if filters.banks or not visible else newest_own(session)
        chosen, refused = choose_banks(filters.banks, visible, default)
        found = None
        if chosen:
            view = look(
                filters,
                chosen,
                extent(session, [bank.bank_id for bank in chosen]),
                now,
                sees_people=person.may(Permission.VIEW_CUSTOMERS),
            )
            found = overview(session, view, maturity_of(chosen))
    return Answer(filters, visible, found, (*problems, *refused), now)
