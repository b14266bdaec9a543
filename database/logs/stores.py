"""The registry of log stores and the one in use."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from database.config import DatabaseConfig
from database.logs.mongo import MongoLogStore
from database.logs.postgres import PostgresLogStore
from database.logs.store import LogStore

LOG_STORES: dict[str, Callable[[], LogStore]] = {
    PostgresLogStore.name: PostgresLogStore,
    MongoLogStore.name: MongoLogStore,
}


@lru_cache(maxsize=1)
def current_store() -> LogStore:
    """Give the store in use: MongoDB where MONGO_URL names one, else PostgreSQL."""
    return LOG_STORES[MongoLogStore.name if DatabaseConfig.from_env().mongo_url else PostgresLogStore.name]()
