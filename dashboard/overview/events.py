"""Days of the banks' calendars that a time axis names, asked at most once a minute."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from time import monotonic
from typing import ClassVar, Final

from dashboard.periods import Span
from dashboard.view import BankFacts
from database.connection import read_only
from database.queries.events import newest_events
from models.banks import EventType

_KEPT_SECONDS: Final = 60
_MOST: Final = 5_000


@dataclass(frozen=True, slots=True)
class Event:
    """A day that has a name in a bank's calendar."""

    day: date
    name: str
    kind: EventType


class _Known:
    """The calendars by banks, with when they were asked for: they change slowly, pages ask often."""

    by_banks: ClassVar[dict[tuple[int, ...], tuple[float, tuple[Event, ...]]]] = {}


def forget() -> None:
    """Forget the calendars that this process keeps for a minute."""
    _Known.by_banks.clear()


def events_of(banks: Sequence[BankFacts], span: Span) -> tuple[Event, ...]:
    """Return what the banks' calendars have in a span, oldest first."""
    key = tuple(bank.bank_id for bank in banks)
    asked_at, known = _Known.by_banks.get(key, (-math.inf, ()))
    if monotonic() - asked_at > _KEPT_SECONDS:
        with read_only(banks=[bank.code for bank in banks]) as session:
            known = tuple(
                Event(day, name, EventType(kind)) for day, name, kind in newest_events(session, _MOST)
            )
        _Known.by_banks[key] = (monotonic(), known)
    return tuple(
        sorted(
            (event for event in known if span.first_day <= event.day <= span.last_day),
            key=lambda event: (event.day, event.name),
        )
    )
