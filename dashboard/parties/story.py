"""The story of one customer or merchant: who it is, what is usual for it, what happened, and who is near."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dashboard.overview.events import Event, events_of
from dashboard.parties.behaviour import MOST_WEEKS, Habit, habits_of
from dashboard.periods import MINUTE, Span
from database.connection import Session, read_only
from database.queries import customers, merchants, party_pages, timelines
from database.queries.banks import BankSettings, visible_banks
from database.queries.customers import StoredCustomer
from database.queries.merchants import StoredMerchant
from database.queries.party_pages import Counterparty, Dot, Facts, Party, PlaceCount, Reach, SharedValue
from database.queries.timelines import Happening, Kind
from models.access import Permission, Person
from models.errors import ForbiddenError
from models.messages import N_

__all__ = [
    "RECENT",
    "Dot",
    "Facts",
    "Happening",
    "Kind",
    "SharedValue",
    "Story",
    "customer_story",
    "merchant_story",
]

RECENT: Final = timedelta(days=90)
_BEFORE_ALL: Final = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Story:
    """All that the page of a party tells; days count back from its last payment, `reach` None without one."""

    party: Party
    bank: BankSettings
    subject: StoredCustomer | StoredMerchant
    reach: Reach | None
    recent: Facts | None
    ever: Facts | None
    dots: tuple[Dot, ...]
    habits: tuple[Habit, ...]
    timeline: tuple[Happening, ...]
    places: tuple[PlaceCount, ...]
    counterparties: tuple[Counterparty, ...]
    shared: tuple[SharedValue, ...]
    open_alerts: tuple[int, ...]
    events: tuple[Event, ...]
    sees_people: bool

    @property
    def since(self) -> datetime | None:
        """Return after which moment a payment is recent."""
        return None if self.reach is None else self.reach.last - RECENT


def customer_story(person: Person, bank: str | None, customer_id: str) -> Story | None:
    """Return the story of a customer, for who may see people; None if there is none among theirs."""
    if not person.may(Permission.VIEW_CUSTOMERS):
        raise ForbiddenError(N_("Your role does not allow this."))
    with read_only(banks=person.banks) as session:
        found = customers.by_id(session, customer_id, bank=bank)
        if found is None:
            return None
        return _story(session, person, "customer", found, customer_id)


def merchant_story(person: Person, bank: str | None, merchant_id: str) -> Story | None:
    """Return the story of a merchant, its customers by name for who may see people; None without one."""
    with read_only(banks=person.banks) as session:
        found = merchants.by_id(session, merchant_id, bank=bank)
        if found is None:
            return None
        return _story(session, person, "merchant", found, merchant_id)


def _story(
    session: Session, person: Person, party: Party, subject: StoredCustomer | StoredMerchant, identity: str
) -> Story:
    bank_id = subject.bank_id
    own = next(each for each in visible_banks(session, person) if each.bank_id == bank_id)
    sees_people = person.may(Permission.VIEW_CUSTOMERS)
    sees_alerts = person.may(Permission.DECIDE_ALERTS)
    reach = party_pages.reach(session, bank_id, party, identity)
    if reach is None:
        nothing: tuple[()] = ()
        return Story(party, own, subject, None, None, None, *(nothing,) * 8, sees_people=sees_people)
    recent = (bank_id, party, identity, reach.last - RECENT, reach.last)
    lived = int((reach.last - reach.first) / timedelta(weeks=1))
    weeks = party_pages.weeks(session, bank_id, party, identity, reach.last, most=MOST_WEEKS)
    happened = timelines.timeline(session, bank_id, party, identity)
    hidden = frozenset() if sees_alerts else frozenset({Kind.ALERT, Kind.STEP})
    return Story(
        party=party,
        bank=own,
        subject=subject,
        reach=reach,
        recent=party_pages.facts(session, *recent),
        ever=party_pages.facts(session, bank_id, party, identity, reach.first - _BEFORE_ALL, reach.last),
        dots=party_pages.dots(session, *recent),
        habits=habits_of(weeks, lived),
        timeline=tuple(each for each in happened if each.kind not in hidden),
        places=party_pages.places(session, *recent),
        counterparties=party_pages.counterparties(session, *recent, sees_people=sees_people),
        shared=party_pages.shared(session, bank_id, identity, reach.last - RECENT, reach.last)
        if party == "customer"
        else (),
        open_alerts=party_pages.open_alerts(session, bank_id, party, identity) if sees_alerts else (),
        events=events_of(session, (bank_id,), Span(reach.last - RECENT, reach.last + MINUTE, own.time_zone)),
        sees_people=sees_people,
    )
