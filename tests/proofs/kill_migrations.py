"""Kills a migration after any of its statements and looks whether the next run completes the schema."""

from __future__ import annotations

import argparse
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from database.migration_files import FOLDER, Migration, read_migrations
from database.migrations import rollback, run_all_migrations
from tests.migrations.catalog import Rows, rows, schema
from tests.servers import Database, Server, binaries_of

# Strings, dollar quotes and comments hold semicolons that end nothing.
_TOKEN = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|(\$\w*\$).*?\1|;|[^;'$/-]+|.", re.DOTALL)
_RUN = "import sys; from pathlib import Path; from database.migrations import run_all_migrations as run; "
_ASLEEP = "select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'"


@dataclass(frozen=True)
class Kill:
    """After which statement of which migration the runner dies."""

    migration: Migration
    statement: int

    def __str__(self) -> str:
        """Name it as a test's id."""
        return f"{self.migration.name}-{self.statement}"


def statements(sql: str) -> list[str]:
    """The statements of a file, each with its semicolon."""
    found, current = [], ""
    for token in _TOKEN.finditer(sql):
        current += token.group()
        if token.group() == ";":
            found.append(current)
            current = ""
    return found


def all_kills() -> list[Kill]:
    """Every statement of every migration."""
    return [
        Kill(migration, number)
        for migration in read_migrations()
        for number in range(1, len(statements(migration.up.sql)) + 1)
    ]


def survives(kill: Kill, database: Database, folder: Path, expected: dict[str, Rows]) -> bool:
    """Kill a run after that statement; whether the next one leaves the schema as it must be."""
    for migration in read_migrations():
        shutil.copy(migration.up.path, folder)
        shutil.copy(migration.down.path, folder)
    (folder / kill.migration.up.path.name).write_text(
        "".join(statements(kill.migration.up.sql)[: kill.statement]) + "\nselect pg_sleep(60);"
    )
    runner = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"{_RUN}run(sys.argv[1], folder=Path(sys.argv[2]))",
            database.owner_url,
            folder,
        ],
        cwd=FOLDER.parent,
    )
    try:
        _wait_until_asleep(database, runner)
    finally:
        runner.kill()
        runner.wait()
    run_all_migrations(database.owner_url)
    return schema(database.owner_url) == expected


def _wait_until_asleep(database: Database, runner: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not rows(database.superuser_url, _ASLEEP):
        if runner.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the runner never came to the statement after which it was to die")
        time.sleep(0.02)


def prove(kills: list[Kill], database: Database) -> Iterator[tuple[Kill, bool]]:
    """Try each kill on an emptied database."""
    run_all_migrations(database.owner_url)
    expected = schema(database.owner_url)
    for kill in kills:
        rollback(len(read_migrations()), database.owner_url)
        with tempfile.TemporaryDirectory() as folder:
            yield kill, survives(kill, database, Path(folder), expected)


def main() -> int:
    """Prove it on each server for every statement, or for a seeded sample."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", type=int, nargs="+", default=[18, 15])
    parser.add_argument("--sample", type=int, help="so many statements instead of all")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    kills = all_kills()
    if options.sample:
        kills = random.Random(options.seed).sample(kills, options.sample)
    return max(_prove_on(version, kills) for version in options.postgres) if kills else 1


def _prove_on(version: int, kills: list[Kill]) -> int:
    binaries = binaries_of(version)
    if binaries is None:
        raise SystemExit(f"PostgreSQL {version} is not installed")
    server = Server(version, binaries).start()
    try:
        server.drop("killed")
        server.ensure_roles("killed")
        broken = [str(kill) for kill, holds in prove(kills, server.database("killed")) if not holds]
        server.drop("killed")
    finally:
        server.stop()
    sys.stdout.write(f"PostgreSQL {version}: {len(kills)} kills, {len(broken)} broken {broken}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
