"""A runner that dies after any statement leaves a database that the next run completes."""

from __future__ import annotations

import random

import pytest

from database.migration_files import read_migrations
from database.migrations import run_all_migrations
from tests.migrations.catalog import rows, schema
from tests.proofs.kill_migrations import all_kills, prove, statements
from tests.servers import Database

SEED = 20
CI_SIZE = 5


def test_a_file_splits_at_the_semicolons_that_end_something() -> None:
    text = "select ';'; -- no; end\ncreate function f() as $$ a; b $$;\n/* ; */ select 1;\n"
    assert [part.strip() for part in statements(text)] == [
        "select ';';",
        "-- no; end\ncreate function f() as $$ a; b $$;",
        "/* ; */ select 1;",
    ]


def test_all_statements_are_counted() -> None:
    assert len(all_kills()) > 150
    for migration in read_migrations():
        assert "".join(statements(migration.up.sql)).strip() == migration.up.sql.strip()


@pytest.mark.proof
@pytest.mark.committed
@pytest.mark.every_postgres
def test_a_runner_killed_after_any_statement_is_completed_by_the_next(empty_database: Database) -> None:
    kills = random.Random(SEED).sample(all_kills(), CI_SIZE)
    survived = {str(kill): holds for kill, holds in prove(kills, empty_database)}
    assert survived == dict.fromkeys(survived, True)
    assert len(survived) == CI_SIZE


@pytest.mark.committed
def test_the_comparison_of_schemas_notices_a_missing_index(empty_database: Database) -> None:
    run_all_migrations(empty_database.owner_url)
    expected = schema(empty_database.owner_url)
    rows(empty_database.owner_url, "drop index ix_transactions_time")
    assert schema(empty_database.owner_url) != expected
