"""Days of the banks' calendars that a time axis names, asked at most once a minute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from dashboard.asked_once import asked_once
from dashboard.periods import Span
from database.connection import Session
from database.queries.events import newest_events
from models.banks import EventType

_MOST: Final = 5_000


@dataclass(frozen=True, slots=True)
class Event:
    """A day that has a name in a bank's calendar."""

    day: date
    name: str
    kind: EventType


@asked_once
def calendar_of(session: Session, bank_ids: tuple[int, ...]) -> tuple[Event, ...]:
    """Return what the calendars of some banks have, the newest days first."""
    return tuple(
        Event(day, name, EventType(kind)) for day, name, kind in newest_events(session, bank_ids, _MOST)
    )


def events_of(session: Session, bank_ids: tuple[int, ...], span: Span) -> tuple[Event, ...]:
    """Return what the banks' calendars have in a span, oldest first."""
    return tuple(
        sorted(
            (e for e in calendar_of(session, bank_ids) if span.first_day <= e.day <= span.last_day),
            key=lambda event: (event.day, event.name),
        )
    )
