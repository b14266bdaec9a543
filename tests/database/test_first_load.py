"""A first load sets indexes and foreign keys aside, and whatever happens they come back as they were."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import psycopg2
import pytest
from psycopg2.errors import ForeignKeyViolation

from dashboard.world import store
from dashboard.world.world import WorldOptions
from database import first_load
from database.connection import execute_query, get_db_session, read_only
from database.first_load import is_set_aside, put_back, set_aside
from database.migration_files import FOLDER
from database.migrations import run_all_migrations
from database.owner import owner_session
from database.segments.check import check
from tests.factories import make_bank, make_transaction
from tests.migrations.catalog import dump, rows
from tests.servers import Database

INDEXES = "select relname from pg_class where relkind = 'i' and relname like '%%_transactions%%' order by 1"
ROWS = 4_000
OPTIONS = WorldOptions(until=date(2026, 7, 1), days=30, transactions=ROWS)
SEED = [sys.executable, "-c", "from tests.database.test_first_load import seed; seed()"]


def seed() -> None:
    """Store a world as the command does a large one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "WORTH_FROM", 1)
        store.store_world(OPTIONS)


@pytest.fixture
def before(committed: Database, postgres_version: int) -> str:
    """The schema as it was."""
    return dump(committed, postgres_version)


@contextmanager
def using(database: Database) -> Iterator[None]:
    """Somebody reads payments in a transaction that stays open."""
    with closing(psycopg2.connect(database.owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select count(*) from transactions")
        yield


def noted() -> bool:
    with read_only() as session:
        return is_set_aside(session)


def test_what_is_set_aside_comes_back_as_it_was(
    committed: Database, before: str, postgres_version: int
) -> None:
    assert set_aside()
    assert noted()
    left = [name for (name,) in rows(committed.owner_url, INDEXES)]
    assert "pk_transactions" in left
    assert not [name for name in left if name.startswith("ix_transactions")]
    assert put_back() > 15
    assert not noted()
    assert dump(committed, postgres_version) == before
    assert put_back() == 0


def test_tables_with_rows_keep_everything(committed: Database, before: str, postgres_version: int) -> None:
    with get_db_session() as session:
        bank = make_bank(session, "own")
    with get_db_session(["own"]) as session:
        make_transaction(session, bank, "t-1")
    assert not set_aside()
    assert dump(committed, postgres_version) == before


def test_tables_that_somebody_uses_keep_everything(
    committed: Database, before: str, postgres_version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_load, "_PATIENCE_S", 0.3)
    with using(committed):
        assert not set_aside()
    assert dump(committed, postgres_version) == before


def test_a_key_that_rows_break_is_refused_and_made_once_they_are_gone(
    committed: Database, before: str, postgres_version: int
) -> None:
    with get_db_session() as session:
        bank = make_bank(session, "own")
    set_aside()
    with get_db_session(["own"]) as session:
        make_transaction(session, bank, "t-1")
    rows(committed.owner_url, "update transactions set customer_id = 'nobody'")
    with pytest.raises(ForeignKeyViolation):
        put_back()
    assert noted()
    rows(committed.owner_url, "update transactions set customer_id = null")
    put_back()
    assert dump(committed, postgres_version) == before


def test_a_migration_finds_everything_in_its_place(committed: Database, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(FOLDER, tmp_path / "migrations"))
    (folder / "999_drop_an_index.sql").write_text("drop index ix_transactions_time;")
    (folder / "999_drop_an_index.down.sql").write_text(
        "create index ix_transactions_time on transactions (bank_id);"
    )
    set_aside()
    assert run_all_migrations(folder=folder) == ["999_drop_an_index"]
    assert not noted()


@pytest.mark.proof
def test_a_seeding_killed_anywhere_is_completed_by_the_next(
    committed: Database, before: str, postgres_version: int, tmp_path: Path
) -> None:
    environment = {**os.environ, **committed.environment, "VIGIE_HOME": str(tmp_path)}
    killed_when(lambda: stored() > 0, environment)
    assert noted()
    # While indexes are made, or as soon as they are.
    killed_when(lambda: stored() == ROWS, environment)
    seed()
    assert dump(committed, postgres_version) == before
    assert stored() == ROWS
    with owner_session(snapshot=True) as owner:
        assert check(owner).agree


def stored() -> int:
    (found,) = execute_query("select count(*) as rows from transactions", banks="all")
    return int(found["rows"])


def killed_when(is_reached: Callable[[], bool], environment: dict[str, str]) -> None:
    """Start the seeding and kill it once something is true."""
    with subprocess.Popen(SEED, env=environment, stderr=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None and not is_reached():
                time.sleep(0.02)
        finally:
            process.send_signal(signal.SIGKILL)
