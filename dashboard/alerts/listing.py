"""From a reader and an address to the list of alerts, its views with their counts, and sets to be frozen."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, Final

from dashboard.alerts.choice import AlertAddress
from dashboard.alerts.decisions import MOST_AT_ONCE
from dashboard.seen import Seen, seen
from dashboard.view import View
from database.connection import Session, read_only
from database.queries import alert_list
from database.queries.alert_list import AlertOrder, Choice, Group, ListedAlert, News, Place
from models.access import Permission, Person
from models.errors import ForbiddenError, UserError
from models.messages import N_, Message

BLOCK: Final = 100
"""Alerts that the list reads at a time."""


@dataclass(frozen=True, slots=True)
class AlertBlock:
    """Some alerts of a list; `after` is where it goes on, None at its end."""

    rows: tuple[ListedAlert, ...]
    after: str | None


@dataclass(frozen=True, slots=True)
class AlertListing:
    """The alert list of an address: `groups` count all alerts of the filter, chosen or not."""

    seen: Seen
    address: AlertAddress
    groups: tuple[Group, ...]
    first: AlertBlock
    news: News
    problems: tuple[Message, ...]
    query_ms: float


def alerts_of(person: Person, query: str, *, now: datetime) -> AlertListing:
    """Answer an address from one snapshot."""
    _refuse(person)
    began = perf_counter()
    address, unclear = AlertAddress.understood(query)
    with read_only(banks=person.banks) as session:
        found = seen(session, person, query, now=now)
        news = alert_list.news(session, now=now, known=0)
        if found.view is None:
            nothing = AlertBlock((), None)
            return AlertListing(found, address, (), nothing, news, (*found.problems, *unclear), 0.0)
        groups = alert_list.groups(session, replace(found.view.selection(), previous=None), now=now)
        first = _block(session, found.view, address.choice(person.user_id), now, None)
    took = (perf_counter() - began) * 1_000
    return AlertListing(found, address, groups, first, news, (*found.problems, *unclear), took)


def more_alerts(person: Person, query: str, after: str, *, now: datetime) -> tuple[View | None, AlertBlock]:
    """Return the alerts of an address behind a place."""
    _refuse(person)
    address, _ = AlertAddress.understood(query)
    with read_only(banks=person.banks) as session:
        found = seen(session, person, query, now=now)
        if found.view is None:
            return None, AlertBlock((), None)
        place = _read_place(after, address.order)
        return found.view, _block(session, found.view, address.choice(person.user_id), now, place)


def frozen(person: Person, query: str, *, now: datetime) -> tuple[tuple[int, int], ...]:
    """Return number and version of the first alerts of an address, as they are now."""
    _refuse(person)
    address, _ = AlertAddress.understood(query)
    with read_only(banks=person.banks) as session:
        found = seen(session, person, query, now=now)
        if found.view is None:
            return ()
        choice = address.choice(person.user_id)
        return alert_list.versions(session, found.view.selection(), choice, now=now, limit=MOST_AT_ONCE)


def news_of(person: Person, known: int, *, now: datetime) -> News:
    """Count the open alerts of a person's banks."""
    with read_only(banks=person.banks) as session:
        return alert_list.news(session, now=now, known=known)


def counted(groups: tuple[Group, ...], choice: Choice) -> tuple[int, int]:
    """Return how many alerts a choice has, and what is likely lost in them, in ten-thousandths."""
    chosen = [each for each in groups if _is_chosen(each, choice)]
    return sum(each.count for each in chosen), sum(each.expected_loss_e4 for each in chosen)


def _is_chosen(group: Group, choice: Choice) -> bool:
    standing = choice.standing in {alert_list.Standing.ALL, group.standing}
    return (
        (group.status in choice.statuses if choice.statuses else standing)
        and (not choice.severities or group.severity in choice.severities)
        and (not choice.assignees or (group.assignee or alert_list.NOBODY) in choice.assignees)
    )


def _block(session: Session, view: View, choice: Choice, now: datetime, after: Place | None) -> AlertBlock:
    rows = alert_list.alert_rows(session, view.selection(), choice, now=now, limit=BLOCK, after=after)
    last = alert_list.place_of(rows[-1], choice.order) if len(rows) == BLOCK else None
    return AlertBlock(rows, _written(last) if last else None)


def _written(place: Place) -> str:
    value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
    return json.dumps([value, place.alert_id])


def _read_place(text: str, order: AlertOrder) -> Place:
    try:
        value, alert_id = json.loads(text)
        return Place(_value(value, order), int(alert_id) % 2**62)
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise UserError(N_("This place in the list does not exist. Load the page again.")) from error


def _value(value: Any, order: AlertOrder) -> datetime | float:
    if order is AlertOrder.NEWEST:
        return datetime.fromisoformat(value).astimezone(UTC)
    if order is AlertOrder.SCORE:
        return min(max(float(value), -1.0), 2.0)
    if type(value) is not int or abs(value) > 2**62:
        raise TypeError(value)
    return value


def _refuse(person: Person) -> None:
    if not person.may(Permission.DECIDE_ALERTS):
        raise ForbiddenError(N_("Your role does not allow this."))
