"""One log entry, and what may be asked of the entries that are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class LogLevel(StrEnum):
    """Levels as Python's logging names them, from least to most."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class Bucket(StrEnum):
    """The widths in which entries are counted over time, as `date_trunc` spells them."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """What was logged: `created_at` is aware UTC, `details` holds JSON values only."""

    created_at: datetime
    service: str
    category: str
    level: str
    logger: str
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    request_id: str | None = None
    user_id: int | None = None
    bank_id: int | None = None
    transaction_id: str | None = None
    alert_id: int | None = None
    path: str | None = None
    duration_ms: float | None = None
    exception: str | None = None


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry with the key that the store gave it; keys grow with time within a store."""

    key: str
    entry: LogEntry


@dataclass(frozen=True, slots=True)
class LogQuery:
    """Which entries: `since` is inclusive, `until` exclusive; `text` is matched anywhere, ignoring case."""

    since: datetime
    until: datetime
    services: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    text: str | None = None
    request_id: str | None = None
    user_id: int | None = None
    transaction_id: str | None = None
    alert_id: int | None = None
    path: str | None = None


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries newest first; `next_cursor` asks for the older ones, None at the end."""

    entries: tuple[StoredEntry, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many entries of one level fell into the bucket that begins at `start`."""

    start: datetime
    level: str
    count: int


@dataclass(frozen=True, slots=True)
class StoreState:
    """How much a store holds and from when to when; `entries` is an estimate, `bytes` None where unknown."""

    name: str
    entries: int
    oldest: datetime | None
    newest: datetime | None
    bytes: int | None = None
