"""What a reader sees of an address: which banks, what it means now, and what of it cannot be meant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from dashboard.filters import Filters
from dashboard.view import View, choose_banks, look
from database.connection import Session
from database.queries.banks import BankSettings, newest_own, visible_banks
from database.segments import extent
from models.access import Permission, Person
from models.messages import Message


@dataclass(frozen=True, slots=True)
class Seen:
    """An address as one reader sees it; `view` is None for who has no bank."""

    filters: Filters
    banks: tuple[BankSettings, ...]
    view: View | None
    problems: tuple[Message, ...]
    now: datetime


def seen(session: Session, person: Person, query: str, *, now: datetime) -> Seen:
    """Read an address for a person; `session` is open on the person's banks."""
    filters, problems = Filters.understood(query)
    visible = tuple(visible_banks(session, person))
    default = None if filters.banks or not visible else newest_own(session)
    chosen, refused = choose_banks(filters.banks, visible, default)
    view = None
    if chosen:
        reach = extent(session, [bank.bank_id for bank in chosen])
        view = look(filters, chosen, reach, now, sees_people=person.may(Permission.VIEW_CUSTOMERS))
    return Seen(filters, visible, view, (*problems, *refused), now)
