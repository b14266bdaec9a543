"""`--autogenerate`: a draft leads from the schema to the models and back; nothing where both agree."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path

import pytest

from database import autogenerate, owner
from database.autogenerate import draft
from database.migration_files import FOLDER, read_migrations
from database.migrations import rollback, run_all_migrations
from database.run_migration import main
from models.errors import ConflictError, UserError
from tests.migrations.catalog import rows, schema
from tests.servers import Database

pytestmark = pytest.mark.committed


@pytest.fixture(autouse=True)
def _own_engine() -> None:
    owner.dispose()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The real migrations, copied to where a draft may join them."""
    return Path(shutil.copytree(FOLDER, tmp_path / "migrations"))


@pytest.mark.every_postgres
def test_nothing_is_drafted_while_models_and_schema_agree(committed: Database, folder: Path) -> None:
    before = schema(committed.owner_url)
    assert [path.read_text() for path in draft("add_nothing", folder)] == []
    assert schema(committed.owner_url) == before
    assert len(list(folder.glob("*.sql"))) == len(list(FOLDER.glob("*.sql")))


@pytest.mark.parametrize(
    "change",
    [
        "drop index ix_transactions_time",
        "alter table alerts drop constraint ck_alerts_version",
        "alter table customers alter country set not null",
        "alter table jobs alter attempts type bigint",
        "alter table users alter theme drop default",
        'alter table banks add nickname text collate "C"',
        "alter table jobs drop log_tail",
        "drop table calendar_events",
        (
            "alter table alerts drop constraint ck_alerts_status;"
            " alter table alerts add constraint ck_alerts_status check (status in ('new', 'closed'))"
        ),
    ],
)
def test_what_is_drafted_leads_to_the_models_and_back(committed: Database, folder: Path, change: str) -> None:
    meant = schema(committed.owner_url)
    rows(committed.owner_url, change)
    before = schema(committed.owner_url)
    up, down = draft("mend_schema", folder)
    number = max(migration.version for migration in read_migrations()) + 1
    assert [up.name, down.name] == [f"{number:03}_mend_schema.sql", f"{number:03}_mend_schema.down.sql"]
    assert run_all_migrations(folder=folder) == [up.stem]
    assert sorted_columns(schema(committed.owner_url)) == sorted_columns(meant)
    assert rollback(1, folder=folder) == [up.stem]
    assert sorted_columns(schema(committed.owner_url)) == sorted_columns(before)


def sorted_columns(found: dict[str, list[tuple[object, ...]]]) -> dict[str, list[str]]:
    return {what: sorted(map(str, each)) for what, each in found.items()}


def test_a_new_table_comes_with_its_policy_and_its_grants(committed: Database, folder: Path) -> None:
    rows(committed.owner_url, "drop table calendar_events")
    up, down = (path.read_text() for path in draft("create_events", folder))
    assert "CREATE TABLE calendar_events" in up
    assert "call scope_by_bank('calendar_events');" in up
    assert "grant select on calendar_events to vigie_reader;" in up
    assert "DROP TABLE calendar_events" in down


def test_a_database_that_lacks_migrations_is_not_compared(empty_database: Database) -> None:
    assert empty_database
    with pytest.raises(ConflictError, match="apply them first"):
        draft("add_note")


@pytest.mark.parametrize("name", ["note", "Add_note", "../add_note", "add note", "add_"])
def test_a_name_is_a_verb_and_an_object(name: str) -> None:
    with pytest.raises(UserError, match="write verb_object"):
        draft(name)


def test_the_command_says_what_it_wrote(
    committed: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.modules[main.__module__], "draft", partial(autogenerate.draft, folder=folder))
    assert main(["--autogenerate", "add_note"]) == 0
    rows(committed.owner_url, "alter table banks add nickname text")
    assert main(["--autogenerate", "drop_nickname"]) == 0
    agree, drafted, back = capsys.readouterr().out.splitlines()
    assert agree == "models and schema agree"
    assert drafted.endswith("_drop_nickname.sql")
    assert back.endswith("_drop_nickname.down.sql")
