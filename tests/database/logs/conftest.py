"""A MongoDB for the log stores: MONGO_TEST_URL's, else the engine of `python -m tests.mongo_engine`."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pymongo import MongoClient

from database.config import DatabaseConfig
from tests import mongo_engine
from tests.conftest import missing

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def _engine() -> Iterator[Callable[[], str]]:
    started: list[tuple[Any, str]] = []

    def address() -> str:
        if named := os.environ.get("MONGO_TEST_URL"):
            return named
        if not mongo_engine.is_installed():
            missing(mongo_engine.HOW)
        if not started:
            engine = mongo_engine.running()
            started.append((engine, engine.__enter__()))
        return started[0][1]

    yield address
    for engine, _ in started:
        engine.__exit__(None, None, None)


@pytest.fixture
def mongo(_engine: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[DatabaseConfig]:
    """Settings that name a database of this test's own on a real engine."""
    url, name = _engine(), f"vigie_test_{os.getpid()}_{next(_numbers)}"
    monkeypatch.setenv("MONGO_URL", url)
    monkeypatch.setenv("MONGO_DB_NAME", name)
    yield DatabaseConfig.from_env()
    with MongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=5_000) as client:
        client.drop_database(name)
