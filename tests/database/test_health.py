"""What the database says of itself when it is up, empty or down."""

from __future__ import annotations

import psycopg2
import pytest

from database import connection
from database.connection import get_db_session
from database.health import database_stats, health_check
from tests.factories import make_bank
from tests.servers import Database


def test_a_database_that_is_up_tells_its_versions(committed: Database) -> None:
    health = health_check()
    assert (health.is_up, health.reason) == (True, None)
    assert health.server_version is not None
    assert health.server_version.startswith("18")
    assert health.schema_version is not None
    assert health.schema_version >= 30
    assert 0 < health.latency_ms < 10_000


def test_a_database_without_a_schema_is_up(empty_database: Database) -> None:
    health = health_check()
    assert (health.is_up, health.schema_version) == (True, None)


def test_a_database_that_is_down_is_an_answer_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("database.reach.CONNECT_BACK_OFF_S", 0)
    monkeypatch.setenv("DATABASE_URL", "postgresql://vigie_app:secret@127.0.0.1:1/vigie")
    connection.dispose()
    health = health_check()
    connection.dispose()
    assert not health.is_up
    assert health.reason == "The database does not answer. It was asked 3 times; the log says why."


def test_no_database_at_all_is_an_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    connection.dispose()
    health = health_check()
    assert (health.is_up, bool(health.reason)) == (False, True)


def test_sizes_name_every_table_once_with_its_rows(committed: Database) -> None:
    with get_db_session() as session:
        for _ in range(7):
            make_bank(session)
    with psycopg2.connect(committed.superuser_url) as administrator, administrator.cursor() as cursor:
        cursor.execute("analyze banks")
    administrator.close()
    stats = database_stats()
    names = [table.name for table in stats.tables]
    assert len(names) == len(set(names))
    assert {"banks", "transactions", "system_logs", "schema_migrations"} <= set(names)
    assert not [name for name in names if name.startswith("system_logs_")]
    (banks,) = [table for table in stats.tables if table.name == "banks"]
    assert banks.rows == 7
    assert stats.bytes > sum(table.bytes for table in stats.tables) > banks.bytes > 0
    assert 1 <= stats.connections <= stats.max_connections
