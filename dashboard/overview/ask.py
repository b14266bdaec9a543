"""From a reader and an address to the Overview: which banks, which rows, one read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import ClassVar

from dashboard.filters import Filters
from dashboard.overview.build import Overview, overview
from dashboard.statistics.maturity import Maturity
from dashboard.view import BankFacts, choose_banks, look
from database.connection import read_only
from database.queries.banks import newest_own, visible_banks
from database.queries.labels import label_delays
from database.segments import extent
from models.access import Permission, Person
from models.messages import Message

_KEPT_SECONDS = 60


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
            found = overview(session, view, _maturity(chosen))
    return Answer(filters, visible, found, (*problems, *refused), now)


class _Known:
    """The label delays by banks, with when they were asked for: they change slowly, pages ask often."""

    by_banks: ClassVar[dict[tuple[int, ...], tuple[float, Maturity | None]]] = {}


def forget() -> None:
    """Forget the label delays that this process keeps for a minute."""
    _Known.by_banks.clear()


def _maturity(banks: Sequence[BankFacts]) -> Maturity | None:
    key = tuple(bank.bank_id for bank in banks)
    asked_at, known = _Known.by_banks.get(key, (-math.inf, None))
    if monotonic() - asked_at > _KEPT_SECONDS:
        with read_only(banks=[bank.code for bank in banks]) as session:
            delays = label_delays(session)
        known = Maturity(delays.until.astimezone(UTC), delays.delays) if delays else None
        _Known.by_banks[key] = (monotonic(), known)
    return known
