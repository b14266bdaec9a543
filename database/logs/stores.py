"""The registry of log stores and the one in use."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from database.config import DatabaseConfig
from database.logs.postgres import PostgresLogStore
from database.logs.store import LogStore

MONGODB: Final = "mongodb"


def _mongodb() -> LogStore:
    from database.logs.mongo import MongoLogStore  # pymongo is loaded where it is used

    return MongoLogStore()


LOG_STORES: dict[str, Callable[[], LogStore]] = {PostgresLogStore.name: PostgresLogStore, MONGODB: _mongodb}


@lru_cache(maxsize=1)
def current_store() -> LogStore:
    """Give the store in use: MongoDB where MONGO_URL names one, else PostgreSQL."""
    return LOG_STORES[MONGODB if DatabaseConfig.from_env().mongo_url else PostgresLogStore.name]()
