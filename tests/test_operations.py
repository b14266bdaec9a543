"""docs/operations.md under test: refusals are explained, commands and settings exist, a backup restores."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, text

from dashboard.config import WebSettings
from database.config import DatabaseConfig
from database.connection import get_db_session
from models.scope import SCOPED_TABLES
from tests.architecture.source import ROOT, sources
from tests.architecture.test_text_rules import msgids
from tests.factories import make_bank, make_customer, make_transaction
from tests.servers import Database, Server, binaries_of

PAGE: Final = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
START_UP: Final = (
    "dashboard/config.py",
    "dashboard/processes.py",
    "dashboard/serving.py",
    "dashboard/startup.py",
    "database/config.py",
    "database/embedded",
    "database/keys.py",
    "database/migration_session.py",
    "database/owner.py",
    "database/reach.py",
    "database/roles.py",
    "database/server.py",
)
"""What runs before Vigie is up: whatever these say, somebody reads at a terminal and has to mend."""

NO_REFUSALS: Final = {
    "{problems}.",
    "PostgreSQL is not running.",
    "PostgreSQL is stopped.",
    "PostgreSQL is in use by another process of Vigie: it stops when that one ends.",
}


def test_every_refusal_to_start_is_explained() -> None:
    said = {message for source in sources(*START_UP) for message in msgids(source)} - NO_REFUSALS
    missing = sorted(message for message in said if f"| {message} |" not in PAGE)
    assert len(said) > 30
    assert not missing, f"refusal-unexplained: {missing}"


def test_every_explained_sentence_is_still_said() -> None:
    table = PAGE.partition("## When Vigie does not start")[2]
    explained = {row[2:].partition(" | ")[0] for row in table.splitlines() if row.startswith("| ")}
    said = {message for source in sources("dashboard", "database") for message in msgids(source)}
    assert explained - said == {"sentence", "SETTING must be …"}


def test_every_command_and_setting_on_the_page_exists() -> None:
    modules = set(re.findall(r"python -m ([\w.]+)", PAGE))
    assert len(modules) > 5
    assert all(find_spec(module) for module in modules)
    fields = (*DatabaseConfig.model_fields.values(), *WebSettings.model_fields.values())
    known = {str(name) for field in fields for name in getattr(field.validation_alias, "choices", ())}
    named = set(re.findall(r"`((?:VIGIE|DB|DATABASE|SESSION|POOL|SLOW|STATEMENT)_[A-Z_]+)", PAGE))
    passwords = {"VIGIE_APP_PASSWORD", "VIGIE_OWNER_PASSWORD"}
    assert named - known == passwords
    assert passwords <= _constants("database/setup_roles.py")


def test_a_backup_as_the_page_says_restores_every_row(
    committed: Database, servers: Callable[[int], Server], tmp_path: Path
) -> None:
    with get_db_session() as session:
        bank = make_bank(session)
    with get_db_session([bank.code]) as session:
        customer = make_customer(session, bank)
        for is_fraud in (True, False, None):
            make_transaction(session, bank, customer=customer, is_fraud=is_fraud)
    server = servers(18)
    server.drop("restored")
    restored = server.database("restored")
    server.ensure_roles(restored.name)
    dump, restore = (words.split() for words in re.findall(r"^pg_(?:dump|restore) .*$", PAGE, re.MULTILINE))
    try:
        for words in (dump, restore):
            run(words, tmp_path, committed.owner_url, restored.owner_url)
        assert rows_of(restored) == rows_of(committed)
        assert sum(rows_of(restored).values()) > len(SCOPED_TABLES) // 4
        assert rows_of(restored)["transactions"] == 3
    finally:
        server.drop("restored")


def run(words: list[str], folder: Path, owner_url: str, new_owner_url: str) -> None:
    """Run one of the page's commands by the packaged programs."""
    binaries = binaries_of(18)
    assert binaries is not None
    filled = [
        word.replace('"$DATABASE_OWNER_URL"', owner_url).replace('"$NEW_OWNER_URL"', new_owner_url)
        for word in words
    ]
    done = subprocess.run(
        [str(binaries / filled[0]), *filled[1:]], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def rows_of(database: Database) -> dict[str, int]:
    """How many rows the owner finds in each table."""
    engine = create_engine(database.owner_url.replace("postgresql://", "postgresql+psycopg2://"))
    with engine.connect() as connection:
        tables = connection.scalars(
            text("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
        ).all()
        counts = {
            table: int(connection.execute(text(f'select count(*) from "{table}"')).scalar_one())
            for table in tables
        }
    engine.dispose()
    return counts


def _constants(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)}
