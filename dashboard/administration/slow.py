"""Statements that were slow, from the log: each with the page and filter that caused it and its plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from database.logs.entries import LogEntry, LogQuery
from database.logs.store import LogStore
from models.errors import UserError

MOST_READ: Final = 1_000
MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class SlowQuery:
    """One statement: how often it was slow, and its slowest time with where that was."""

    statement: str
    times: int
    longest_ms: float
    last_at: datetime
    page: str | None
    filter: str | None
    user_id: int | None
    plan: str | None


def slow_queries(store: LogStore, *, since: datetime, until: datetime) -> tuple[SlowQuery, ...]:
    """Return the statements that took the longest altogether; a store that is silent knows none."""
    query = LogQuery(
        since, until, categories=frozenset({"database"}), levels=frozenset({"WARNING"}), text="slow query"
    )
    try:
        page = store.search(query, limit=MOST_READ)
    except UserError:
        return ()
    return tuple(summed(stored.entry for stored in page.entries))


def summed(entries: Iterable[LogEntry]) -> list[SlowQuery]:
    """Put the entries of one statement together, those with the most time in all first."""
    found: dict[str, list[LogEntry]] = {}
    for entry in entries:
        statement = entry.details.get("statement")
        if isinstance(statement, str) and entry.duration_ms is not None:
            found.setdefault(statement, []).append(entry)
    spent = {statement: sum(entry.duration_ms or 0 for entry in each) for statement, each in found.items()}
    most = sorted(found, key=lambda statement: -spent[statement])[:MOST_SHOWN]
    return [_one(statement, found[statement]) for statement in most]


def _one(statement: str, entries: list[LogEntry]) -> SlowQuery:
    slowest = max(entries, key=lambda entry: entry.duration_ms or 0)
    plans = [entry.details["plan"] for entry in entries if isinstance(entry.details.get("plan"), str)]
    asked = slowest.details.get("filter")
    return SlowQuery(
        statement,
        len(entries),
        slowest.duration_ms or 0,
        max(entry.created_at for entry in entries),
        slowest.path,
        asked if isinstance(asked, str) else None,
        slowest.user_id,
        plans[0] if plans else None,
    )
