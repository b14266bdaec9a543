"""From a reader and an address to the Overview: which banks, which rows, one read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.overview.build import Overview, overview
from dashboard.overview.maturity import maturity_of
from dashboard.seen import Seen, seen
from database.connection import read_only
from models.access import Person
from models.messages import Message


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page can draw for an address; `overview` is None for a reader without any bank."""

    seen: Seen
    overview: Overview | None

    @property
    def problems(self) -> tuple[Message, ...]:
        """Return what of the address cannot be meant."""
        return self.seen.problems


def ask(person: Person, query: str, *, now: datetime) -> Answer:
    """Answer an address, from one snapshot; what cannot be meant in it is left out and said."""
    with read_only(banks=person.banks) as session:
        asked = seen(session, person, query, now=now)
        if asked.view is None:
            return Answer(asked, None)
        return Answer(asked, overview(session, asked.view, maturity_of(session, asked.view.bank_ids)))
