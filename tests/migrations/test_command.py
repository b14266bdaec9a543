"""`python -m database.run_migration`: what each option does and says."""

from __future__ import annotations

import pytest

from database.migration_files import read_migrations
from database.run_migration import main
from tests.migrations.catalog import tables
from tests.servers import Database

pytestmark = pytest.mark.committed

NAMES = [migration.name for migration in read_migrations()]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(arguments) == 0
    return capsys.readouterr().out.splitlines()


def test_without_options_everything_missing_is_applied(
    empty_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys) == [f"applied {name}" for name in NAMES]
    assert said(capsys) == ["nothing to apply"]
    assert "banks" in tables(empty_database.owner_url)


def test_status_history_and_current_tell_where_the_database_stands(
    empty_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "--current") == ["no migration yet"]
    said(capsys, "--target", "2")
    assert said(capsys, "--current") == [NAMES[1]]
    assert [line.endswith("pending") for line in said(capsys, "--status")] == [False, False] + [True] * (
        len(NAMES) - 2
    )
    first, second = said(capsys, "--history")
    assert NAMES[0] in first
    assert second.endswith(" ms")
    assert "banks" in tables(empty_database.owner_url)


def test_rollback_undoes_the_newest_first(
    empty_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    said(capsys, "--target", "3")
    assert said(capsys, "--rollback", "2") == [f"undid {NAMES[2]}", f"undid {NAMES[1]}"]
    assert said(capsys, "--migration", f"{NAMES[1]}.sql") == [f"applied {NAMES[1]}"]
    assert said(capsys, "--rollback", "9") == [f"undid {NAMES[1]}", f"undid {NAMES[0]}"]
    assert said(capsys, "--rollback", "1") == ["nothing to undo"]
    assert tables(empty_database.owner_url) == ["schema_migrations"]


def test_sql_is_printed_and_not_run(empty_database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    printed = said(capsys, "--target", "1", "--sql")
    assert printed[0] == f"-- {NAMES[0]}.sql"
    assert "create table banks (" in printed
    assert "create table users (" in said(capsys, "--migration", "2", "--sql")
    assert tables(empty_database.owner_url) == []
    said(capsys, "--target", "1")
    assert "drop table banks;" in said(capsys, "--rollback", "1", "--sql")
    assert "banks" in tables(empty_database.owner_url)


def test_a_mistake_is_one_sentence_and_a_status(
    empty_database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--migration", "777"]) == 1
    assert capsys.readouterr().err == "There is no migration 777.\n"
    assert tables(empty_database.owner_url) == ["schema_migrations"] or not tables(empty_database.owner_url)


def test_without_the_owners_address_the_command_says_what_to_set(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert empty_database
    monkeypatch.delenv("DATABASE_OWNER_URL")
    assert main([]) == 1
    assert "DATABASE_OWNER_URL" in capsys.readouterr().err
