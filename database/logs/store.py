"""What every store of logs can do; `tests/database/logs/test_store_contract.py` holds each to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from database.logs.entries import Bucket, LevelCount, LogEntry, LogPage, LogQuery, StoreState
from models.messages import N_

LARGEST_NUMBER: Final = 2**63
UNKNOWN_PAGE: Final = N_("This page of the log is not known. Begin again at the newest entries.")


class LogStore(Protocol):
    """Append, search, count and purge log entries; each call is complete in itself."""

    name: str

    def write(self, entries: Sequence[LogEntry]) -> None:
        """Append all entries; after a failure the same call again stores each of them once."""

    def search(self, query: LogQuery, *, limit: int = 100, cursor: str | None = None) -> LogPage:
        """Give up to `limit` entries, newest first; `cursor` is a page's `next_cursor`.

        Entries written meanwhile never make a page repeat or skip an entry. What is no cursor of this
        store raises a `UserError`.
        """

    def counts(self, query: LogQuery, *, bucket: Bucket) -> list[LevelCount]:
        """Count the entries per bucket (UTC) and level, oldest bucket first, no empty ones."""

    def purge(self, before: datetime) -> int:
        """Delete the entries older than `before` and say how many they were."""

    def state(self) -> StoreState:
        """Say how much is stored, and from when to when."""
