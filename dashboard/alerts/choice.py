"""Which alerts an address means, beside the filter that all pages share: state, severity, person, order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final, Self
from urllib.parse import parse_qsl, urlencode

from dashboard.filters import LONGEST_QUERY, MOST_VALUES, OF_ONE_PAGE
from database.queries.alert_list import NOBODY, AlertOrder, Choice, Standing
from models.alerts import AlertStatus, Severity
from models.errors import UserError
from models.messages import N_, Message

__all__ = ["ME", "NO_ONE", "AlertAddress", "AlertOrder", "Standing", "joined"]

ME: Final = "me"
NO_ONE: Final = "none"
_LARGEST: Final = 2**31


@dataclass(frozen=True, slots=True)
class AlertAddress:
    """The part of an address that the alert list alone understands."""

    standing: Standing = Standing.OPEN
    statuses: frozenset[AlertStatus] = frozenset()
    severities: frozenset[Severity] = frozenset()
    assignees: frozenset[str] = frozenset()
    order: AlertOrder = AlertOrder.LOSS

    @classmethod
    def understood(cls, query: str) -> tuple[Self, tuple[Message, ...]]:
        """Read what can be understood of an address, and say what cannot; other keys are not its business."""
        found, problems = cls(), []
        for key, values in _split(query).items():
            try:
                found = replace(found, **_READERS[key](values))
            except UserError as error:
                problems.append(error.message)
        return found, tuple(problems)

    def to_query(self) -> str:
        """Write the part of the address that reads as this; what stands at its default is left out."""
        pairs: list[tuple[str, str]] = [("status", each) for each in sorted(self.statuses)]
        if not self.statuses and self.standing is not Standing.OPEN:
            pairs.append(("status", self.standing))
        pairs += [("severity", each) for each in sorted(self.severities)]
        pairs += [("assignee", each) for each in sorted(self.assignees)]
        pairs += [("sort", self.order)] if self.order is not AlertOrder.LOSS else []
        return urlencode(pairs)

    def choice(self, user_id: int) -> Choice:
        """Return what it means for one reader."""
        numbers = {ME: user_id, NO_ONE: NOBODY}
        return Choice(
            self.standing,
            self.statuses,
            self.severities,
            frozenset(numbers[each] if each in numbers else int(each) for each in self.assignees),
            self.order,
        )


def joined(*parts: str) -> str:
    """Return one query from its parts."""
    return "&".join(part for part in parts if part)


def _split(query: str) -> dict[str, list[str]]:
    """Return the values of our keys; an address that nobody can read has none, which the filter says."""
    try:
        pairs = parse_qsl(
            query.removeprefix("?")[: LONGEST_QUERY + 1], errors="strict", max_num_fields=MOST_VALUES
        )
    except (ValueError, UnicodeDecodeError):
        return {}
    values: dict[str, list[str]] = {}
    for key, value in pairs:
        if key in OF_ONE_PAGE:
            values.setdefault(key, []).append(value)
    return values


def _known(key: str, values: Iterable[str], choices: type[StrEnum]) -> frozenset[Any]:
    for value in values:
        if value not in set(choices):
            raise UserError(N_("“{value}” is not a value of “{key}”."), value=value[:64], key=key)
    return frozenset(choices(value) for value in values)


def _status(values: list[str]) -> dict[str, Any]:
    if len(values) == 1 and values[0] in set(Standing) - {Standing.SNOOZED}:
        return {"standing": Standing(values[0])}
    return {"statuses": _known("status", values, AlertStatus)}


def _severity(values: list[str]) -> dict[str, Any]:
    return {"severities": _known("severity", values, Severity)}


def _assignee(values: list[str]) -> dict[str, Any]:
    for value in values:
        is_number = value.isascii() and value.isdecimal() and 0 < int(value[:12]) < _LARGEST
        if value not in {ME, NO_ONE} and not is_number:
            raise UserError(N_("“{value}” is not a value of “{key}”."), value=value[:64], key="assignee")
    return {"assignees": frozenset(values)}


def _sort(values: list[str]) -> dict[str, Any]:
    return {"order": next(iter(_known("sort", values[-1:], AlertOrder)))}


_READERS: Final[dict[str, Callable[[list[str]], dict[str, Any]]]] = {
    "status": _status,
    "severity": _severity,
    "assignee": _assignee,
    "sort": _sort,
}
