"""The real migrations, forward and back, on databases that hold rows."""

from __future__ import annotations

import pytest

from database.migration_files import FOLDER, read_migrations
from database.migrations import rollback, run_all_migrations
from models import Base
from tests.migrations.catalog import contents, dump, rows, tables, within
from tests.migrations.filling import fill
from tests.servers import Database

MIGRATIONS = read_migrations()
VERSIONS = [migration.version for migration in MIGRATIONS]

pytestmark = pytest.mark.committed


def test_every_file_of_the_folder_is_a_migration_or_its_way_back() -> None:
    known = {script.path for migration in MIGRATIONS for script in (migration.up, migration.down)}
    assert set(FOLDER.glob("*.sql")) == known


@pytest.mark.every_postgres
def test_down_and_up_again_give_back_the_schema_and_leave_other_tables_alone(
    empty_database: Database, postgres_version: int
) -> None:
    url = empty_database.owner_url
    run_all_migrations(url, target=VERSIONS[0])
    rollback(1, url)
    dumps = {0: dump(empty_database, postgres_version)}
    for version in VERSIONS:
        run_all_migrations(url, target=version)
        dumps[version] = dump(empty_database, postgres_version)
    fill(url)
    filled = contents(url)
    assert all(filled.values()), "every table holds a row"

    for before in [*reversed(VERSIONS[:-1]), 0]:
        assert len(rollback(1, url)) == 1
        assert dump(empty_database, postgres_version) == dumps[before]
        left = contents(url)
        assert left == within(filled, left)
    assert tables(url) == ["schema_migrations"]

    for version in VERSIONS:
        run_all_migrations(url, target=version)
        assert dump(empty_database, postgres_version) == dumps[version]
    assert set(tables(url)) == set(Base.metadata.tables)


@pytest.mark.every_postgres
def test_one_step_back_and_forth_keeps_the_rows_of_all_other_tables(empty_database: Database) -> None:
    url = empty_database.owner_url
    run_all_migrations(url)
    fill(url)
    filled = contents(url)
    steps = len([version for version in VERSIONS if version >= 12])
    undone = rollback(steps, url)
    kept = contents(url)
    assert run_all_migrations(url) == list(reversed(undone))
    emptied = {name for name, found in contents(url).items() if not found}
    assert emptied == set(filled) - set(kept) > {"system_logs", "audit_log", "outbox", "cache_entries"}
    assert within(contents(url), kept) == kept


def test_partitions_are_made_ahead_once_and_take_over_what_the_default_caught(
    empty_database: Database,
) -> None:
    url = empty_database.owner_url
    run_all_migrations(url)
    assert rows(url, "select create_daily_partitions('system_logs')") == [(0,)]
    for days in (0, 3, 20):
        rows(
            url,
            "insert into system_logs (created_at, service, category, level, logger, message)"
            " values (now() + %s * interval '1 day', 'vigie', 'web', 'INFO', 'x', %s)",
            days,
            str(days),
        )
    by_default = "select message from system_logs_default"
    assert rows(url, by_default) == [("20",)]
    assert rows(url, "select create_daily_partitions('system_logs', 21)") == [(7,)]
    assert rows(url, by_default) == []
    assert rows(url, "select message from system_logs order by created_at") == [("0",), ("3",), ("20",)]


def test_partitions_have_no_grants_and_log_ids_go_on_over_days(empty_database: Database) -> None:
    url = empty_database.owner_url
    run_all_migrations(url)
    granted = "select relname from pg_class where relispartition and relacl is not null"
    assert rows(url, granted) == []
    insert = (
        "insert into system_logs (created_at, service, category, level, logger, message)"
        " values (now() + %s * interval '1 day', 'vigie', 'web', 'INFO', 'x', 'm') returning log_id"
    )
    assert [rows(url, insert, days)[0][0] for days in (0, 1, 40)] == [1, 2, 3]
