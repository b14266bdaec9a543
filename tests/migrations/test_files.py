"""Which files make a history, and which history fits them."""

from __future__ import annotations

from pathlib import Path

import pytest

from database.migration_files import Script, check_history, find, read_migrations
from models.errors import ConflictError, NotFoundError, UserError
from tests.migrations.conftest import Write


def test_files_are_read_in_the_order_of_their_numbers(write: Write) -> None:
    for stem in ("010_create_b", "002_create_a", "1000_create_c"):
        folder = write(stem, "select 1;")
    assert [migration.version for migration in read_migrations(folder)] == [2, 10, 1000]


def test_a_migration_without_a_way_back_is_refused(write: Write) -> None:
    folder = write("001_create_a", "select 1;")
    (folder / "001_create_a.down.sql").unlink()
    with pytest.raises(UserError, match="no way back"):
        read_migrations(folder)


def test_two_migrations_of_one_number_are_refused(write: Write) -> None:
    write("001_create_a", "select 1;")
    folder = write("001_create_b", "select 1;")
    with pytest.raises(UserError, match="same number"):
        read_migrations(folder)


@pytest.mark.parametrize("stem", ["1_create_a", "create_a", "001-create-a", "001_Create"])
def test_a_file_of_another_name_is_refused(write: Write, stem: str) -> None:
    with pytest.raises(UserError, match="NNN_verb_object"):
        read_migrations(write(stem, "select 1;"))


def test_line_ends_do_not_change_a_checksum(write: Write) -> None:
    folder = write("001_create_a", "select 1;\nselect 2;\n")
    (unix,) = read_migrations(folder)
    known = unix.checksum
    (folder / "001_create_a.sql").write_bytes(b"select 1;\r\nselect 2;\r\n")
    (windows,) = read_migrations(folder)
    assert windows.checksum == known


def test_edited_history_is_refused(write: Write) -> None:
    migrations = read_migrations(write("001_create_a", "select 2;"))
    with pytest.raises(ConflictError, match="never edited"):
        check_history(migrations, {1: ("001_create_a", "another checksum")})


def test_a_database_of_a_newer_version_is_refused(write: Write) -> None:
    migrations = read_migrations(write("001_create_a", "select 1;"))
    with pytest.raises(ConflictError, match="newer version"):
        check_history(migrations, {2: ("002_create_b", "x")})


@pytest.mark.parametrize(
    "name", ["7", "007", "007_create_a", "007_create_a.sql", "migrations/007_create_a.sql"]
)
def test_a_migration_is_found_by_number_name_or_path(write: Write, name: str) -> None:
    migrations = read_migrations(write("007_create_a", "select 1;"))
    assert find(migrations, name).version == 7


def test_an_unknown_migration_is_not_found(write: Write) -> None:
    with pytest.raises(NotFoundError, match="008"):
        find(read_migrations(write("007_create_a", "select 1;")), "008")


@pytest.mark.parametrize(
    "statement",
    [
        "create table a (b int);",
        "create index concurrently on a (b);",
        "create index concurrently i on a (b);",
        "create index concurrently if not exists i on a (b); drop table a;",
    ],
)
def test_a_no_transaction_file_holds_one_repeatable_statement(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "001_create_i.sql"
    path.write_text(f"-- migrate: no-transaction\n{statement}")
    with pytest.raises(UserError, match="exactly one"):
        Script(path).concurrent_statement()


def test_a_no_transaction_file_names_its_index(tmp_path: Path) -> None:
    path = tmp_path / "001_create_i.sql"
    path.write_text(
        "-- migrate: no-transaction\n-- Why it is needed.\n"
        "create unique index concurrently if not exists i\n    on a (b) where b is not null;\n"
    )
    statement, index = Script(path).concurrent_statement()
    assert index == "i"
    assert statement.startswith("create unique index")
