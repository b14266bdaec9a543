"""The registry of log stores and the one in use."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from database.logs.postgres import PostgresLogStore
from database.logs.store import LogStore

LOG_STORES: dict[str, Callable[[], LogStore]] = {PostgresLogStore.name: PostgresLogStore}


@lru_cache(maxsize=1)
def current_store() -> LogStore:
    """Give the store in use: PostgreSQL, until a MongoDB address is configured and its store exists."""
    return LOG_STORES[PostgresLogStore.name]()
