"""What is asked of alerts and what became of it: the words that decisions, undo and their requests share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.alerts import AlertStatus
from models.messages import Message


@dataclass(frozen=True, slots=True)
class Looked:
    """An alert as somebody looked at it: `version` is what they saw."""

    alert_id: int
    version: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Where alerts shall go; `reason` is a code of `REASONS`, `until` goes with a snooze alone."""

    status: AlertStatus
    reason: str | None = None
    note: str | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A change that is stored: the step that an undo names, and the alert's version after it."""

    alert_id: int
    event_id: int
    version: int
    status: AlertStatus


@dataclass(frozen=True, slots=True)
class Left:
    """An alert that stayed as it was, and why."""

    alert_id: int
    why: Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a change of several alerts; `batch` takes them back together."""

    done: tuple[Done, ...]
    left: tuple[Left, ...]
    batch: UUID | None = None
