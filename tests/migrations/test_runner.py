"""The runner on real servers: twice, at once, against locks, faults and the wrong role."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg2
import pytest

from database.migrations import history, rollback, run_all_migrations, run_migration, status
from models.errors import ConflictError, UserError
from tests.migrations.catalog import rows, schema, tables
from tests.migrations.conftest import Write
from tests.servers import Database

pytestmark = pytest.mark.committed

HISTORY = "select * from schema_migrations order by version"


@pytest.mark.every_postgres
def test_a_second_run_changes_nothing(empty_database: Database) -> None:
    url = empty_database.owner_url
    first = run_all_migrations(url)
    before = schema(url), rows(url, HISTORY)
    assert len(first) == len(before[1])
    assert run_all_migrations(url) == []
    assert (schema(url), rows(url, HISTORY)) == before


@pytest.mark.every_postgres
def test_of_many_runners_at_once_one_applies_and_the_others_wait(
    empty_database: Database, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    url = empty_database.owner_url
    caplog.set_level(logging.INFO, logger="vigie.migrations")
    folder = write("001_create_a", "create table a (b int); select pg_sleep(0.7);")
    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(lambda _: run_all_migrations(url, folder=folder), range(4)))
    assert sorted(applied) == [[], [], [], ["001_create_a"]]
    assert sum("waiting" in message for message in caplog.messages) == 3


@pytest.mark.every_postgres
def test_a_waiting_runner_does_not_block_an_index_that_is_built_concurrently(
    empty_database: Database, write: Write
) -> None:
    url = empty_database.owner_url
    write("001_create_a", "create table a (b int); insert into a select generate_series(1, 200000);")
    folder = write(
        "002_create_i",
        "-- migrate: no-transaction\ncreate index concurrently if not exists i on a (b);",
        "-- migrate: no-transaction\ndrop index concurrently if exists i;",
    )
    with ThreadPoolExecutor(3) as pool:
        applied = list(pool.map(lambda _: run_all_migrations(url, folder=folder), range(3)))
    assert sorted(applied) == [[], [], ["001_create_a", "002_create_i"]]
    assert rollback(1, url, folder=folder) == ["002_create_i"]
    assert rows(url, "select to_regclass('i')") == [(None,)]


@pytest.mark.every_postgres
def test_an_invalid_index_of_that_name_is_dropped_and_built_anew(
    empty_database: Database, write: Write
) -> None:
    url = empty_database.owner_url
    folder = write("001_create_a", "create table a (b int); insert into a values (1), (1);")
    run_all_migrations(url, folder=folder)
    write(
        "002_create_i",
        "-- migrate: no-transaction\ncreate unique index concurrently if not exists i on a (b);",
    )
    with pytest.raises(UserError, match=r"002_create_i.sql: could not create unique index"):
        run_all_migrations(url, folder=folder)
    valid = "select indisvalid from pg_index where indexrelid = 'i'::regclass"
    assert rows(url, valid) == [(False,)]
    rows(url, "delete from a")
    assert run_all_migrations(url, folder=folder) == ["002_create_i"]
    assert rows(url, valid) == [(True,)]


def test_an_index_built_before_a_kill_is_recorded_by_the_next_run(
    empty_database: Database, write: Write
) -> None:
    url = empty_database.owner_url
    folder = write("001_create_a", "create table a (b int);")
    run_all_migrations(url, folder=folder)
    rows(url, "create index i on a (b)")
    write("002_create_i", "-- migrate: no-transaction\ncreate index concurrently if not exists i on a (b);")
    assert run_all_migrations(url, folder=folder) == ["002_create_i"]


@pytest.mark.every_postgres
def test_a_table_in_use_ends_the_migration_with_a_sentence_and_keeps_nothing(
    empty_database: Database, write: Write
) -> None:
    url = empty_database.owner_url
    folder = write("001_create_a", "create table a (b int);")
    run_all_migrations(url, folder=folder)
    write("002_change_a", "create table c (d int); alter table a add e int;", "drop table c;")
    with closing(psycopg2.connect(url)) as reader, reader.cursor() as cursor:
        cursor.execute("select * from a")
        with pytest.raises(ConflictError, match=r"002_change_a.sql did not get its lock"):
            run_all_migrations(url, folder=folder, lock_timeout_ms=200)
    assert tables(url) == ["a", "schema_migrations"]
    assert run_all_migrations(url, folder=folder) == ["002_change_a"]


def test_a_fault_names_file_and_line_and_keeps_nothing_of_the_file(
    empty_database: Database, write: Write
) -> None:
    url = empty_database.owner_url
    write("001_create_a", "create table a (b int);")
    folder = write("002_create_c", "create table c (d int);\n\ncreate table e (f nonsense);\n")
    with pytest.raises(UserError, match=r'002_create_c.sql, line 3: type "nonsense" does not exist'):
        run_all_migrations(url, folder=folder)
    assert tables(url) == ["a", "schema_migrations"]


def test_an_edited_file_stops_every_further_step(empty_database: Database, write: Write) -> None:
    url = empty_database.owner_url
    folder = write("001_create_a", "create table a (b int);", "drop table a;")
    run_all_migrations(url, folder=folder)
    write("001_create_a", "create table a (b bigint);", "drop table a;")
    write("002_create_c", "create table c (d int);")
    for step in (run_all_migrations, lambda url, folder: rollback(1, url, folder=folder)):
        with pytest.raises(ConflictError, match="never edited"):
            step(url, folder=folder)
    assert tables(url) == ["a", "schema_migrations"]


def test_one_file_is_applied_when_its_turn_has_come(empty_database: Database, write: Write) -> None:
    url = empty_database.owner_url
    write("001_create_a", "create table a (b int);")
    folder = write("002_create_c", "create table c (d int);")
    with pytest.raises(ConflictError, match="has to wait for 001_create_a"):
        run_migration("002", url, folder=folder)
    assert run_migration("001_create_a.sql", url, folder=folder) == ["001_create_a"]
    assert run_migration("001_create_a.sql", url, folder=folder) == []
    assert run_migration("002", url, folder=folder) == ["002_create_c"]


def test_a_target_is_included_and_never_leads_back(empty_database: Database, write: Write) -> None:
    url = empty_database.owner_url
    for number in (1, 2, 3):
        folder = write(f"00{number}_create_t", f"create table t{number} (b int);", f"drop table t{number};")
    assert run_all_migrations(url, target=2, folder=folder) == ["001_create_t", "002_create_t"]
    assert [state.applied_at is None for state in status(url, folder=folder)] == [False, False, True]
    with pytest.raises(ConflictError, match="--rollback"):
        run_all_migrations(url, target=1, folder=folder)
    assert rollback(5, url, folder=folder) == ["002_create_t", "001_create_t"]
    assert history(url) == []


def test_asking_for_the_state_creates_nothing(empty_database: Database) -> None:
    url = empty_database.owner_url
    assert history(url) == []
    assert tables(url) == []


def test_a_superuser_migrates_in_the_name_of_the_owner(empty_database: Database) -> None:
    run_all_migrations(empty_database.superuser_url, target=1)
    owners = "select distinct tableowner from pg_tables where schemaname = 'public'"
    assert rows(empty_database.owner_url, owners) == [("vigie_owner",)]


def test_the_application_may_not_migrate(empty_database: Database) -> None:
    with pytest.raises(UserError, match="setup_roles"):
        run_all_migrations(empty_database.app_url)
