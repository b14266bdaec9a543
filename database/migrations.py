"""Brings a database's schema forward and back: one runner at a time, one transaction a file."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2's own spelling of a class

from database.first_load import put_back
from database.migration_files import FOLDER, Migration, Script, check_history, find, read_migrations
from database.migration_session import LOCK_TIMEOUT_MS, connect_as_owner, only_runner
from models.errors import ConflictError, UserError
from models.messages import N_

LOGGER = logging.getLogger("vigie.migrations")

_INVALID_INDEX = """
select i.indexrelid::regclass::text from pg_index i
where i.indexrelid = to_regclass(%s) and not i.indisvalid
"""


@dataclass(frozen=True, slots=True)
class Applied:
    """A migration that the database has had."""

    version: int
    name: str
    checksum: str
    duration_ms: int
    at: datetime


@dataclass(frozen=True, slots=True)
class State:
    """A migration file, and when the database had it (null: not yet)."""

    version: int
    name: str
    applied_at: datetime | None


def run_all_migrations(
    owner_url: str | None = None,
    *,
    target: int | None = None,
    folder: Path = FOLDER,
    lock_timeout_ms: int = LOCK_TIMEOUT_MS,
) -> list[str]:
    """Apply what is missing, in numeric order, up to `target` included; return the names applied.

    A second runner waits until the first is done and then finds nothing to do.
    """
    migrations = read_migrations(folder)
    with only_runner(owner_url, lock_timeout_ms) as connection:
        pending = _pending(connection, migrations, target)
        if pending:
            put_back(owner_url)
        for migration in pending:
            _apply(connection, migration)
    return [migration.name for migration in pending]


def run_migration(file: str, owner_url: str | None = None, *, folder: Path = FOLDER) -> list[str]:
    """Apply one file, if the database has not had it; those before it must have been applied."""
    migrations = read_migrations(folder)
    wanted = find(migrations, file)
    with only_runner(owner_url, LOCK_TIMEOUT_MS) as connection:
        pending = _pending(connection, migrations, wanted.version)
        if wanted not in pending:
            return []
        if pending[0] != wanted:
            raise ConflictError(
                N_("{name} has to wait for {first}."), name=wanted.name, first=pending[0].name
            )
        put_back(owner_url)
        _apply(connection, wanted)
    return [wanted.name]


def rollback(
    steps: int,
    owner_url: str | None = None,
    *,
    folder: Path = FOLDER,
    lock_timeout_ms: int = LOCK_TIMEOUT_MS,
) -> list[str]:
    """Undo the last `steps` migrations, newest first, and what their tables hold; return their names."""
    migrations = read_migrations(folder)
    with only_runner(owner_url, lock_timeout_ms) as connection:
        undone = _last(migrations, _history(connection), steps)
        put_back(owner_url)
        for migration in undone:
            _undo(connection, migration)
    return [migration.name for migration in undone]


def history(owner_url: str | None = None) -> list[Applied]:
    """Return what the database has had, in numeric order; changes nothing."""
    with closing(connect_as_owner(owner_url)) as connection:
        return _history(connection)


def status(owner_url: str | None = None, *, folder: Path = FOLDER) -> list[State]:
    """Return every migration file with the time at which the database had it."""
    applied_at = {applied.version: applied.at for applied in history(owner_url)}
    return [
        State(migration.version, migration.name, applied_at.get(migration.version))
        for migration in read_migrations(folder)
    ]


def scripts(
    owner_url: str | None = None,
    *,
    target: int | None = None,
    steps: int | None = None,
    folder: Path = FOLDER,
) -> list[Script]:
    """Return what `run_all_migrations`, or `rollback` of so many steps, would run; run nothing."""
    migrations = read_migrations(folder)
    with closing(connect_as_owner(owner_url)) as connection:
        if steps is not None:
            return [migration.down for migration in _last(migrations, _history(connection), steps)]
        return [migration.up for migration in _pending(connection, migrations, target)]


def _pending(
    connection: Connection, migrations: tuple[Migration, ...], target: int | None
) -> list[Migration]:
    applied = {one.version: (one.name, one.checksum) for one in _history(connection)}
    check_history(migrations, applied)
    if target is not None:
        find(migrations, str(target))
        if applied and max(applied) > target:
            raise ConflictError(
                N_("The database is already past {target}, at {current}. To go back, use --rollback."),
                target=target,
                current=max(applied),
            )
    return [
        migration
        for migration in migrations
        if migration.version not in applied and (target is None or migration.version <= target)
    ]


def _last(migrations: tuple[Migration, ...], applied: list[Applied], steps: int) -> list[Migration]:
    check_history(migrations, {one.version: (one.name, one.checksum) for one in applied})
    newest_first = [one.version for one in reversed(applied)][:steps]
    by_version = {migration.version: migration for migration in migrations}
    return [by_version[version] for version in newest_first]


def _history(connection: Connection) -> list[Applied]:
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('schema_migrations') is not null")
        if cursor.fetchone() != (True,):
            return []
        cursor.execute(
            "select version, name, checksum, duration_ms, created_at from schema_migrations order by version"
        )
        return [Applied(*row) for row in cursor.fetchall()]


def _apply(connection: Connection, migration: Migration) -> None:
    with _recorded(connection, migration.up) as started, connection.cursor() as cursor:
        _run(connection, migration.up)
        cursor.execute(
            "insert into schema_migrations (version, name, checksum, duration_ms) values (%s, %s, %s, %s)",
            (migration.version, migration.name, migration.checksum, (time.monotonic() - started) * 1000),
        )
    LOGGER.info("applied %s", migration.name)


def _undo(connection: Connection, migration: Migration) -> None:
    with _recorded(connection, migration.down), connection.cursor() as cursor:
        _run(connection, migration.down)
        cursor.execute("delete from schema_migrations where version = %s", (migration.version,))
    LOGGER.info("undid %s", migration.name)


@contextmanager
def _recorded(connection: Connection, script: Script) -> Iterator[float]:
    """Keep the script and its record together, and turn the server's refusal into a sentence."""
    try:
        # psycopg2 begins and ends a transaction here, on a connection that else has none.
        with connection if script.in_transaction else nullcontext():
            yield time.monotonic()
    except errors.LockNotAvailable as error:
        raise ConflictError(
            N_("{file} did not get its lock in time: a table is in use. Nothing of it was kept; try again."),
            file=script.path.name,
        ) from error
    except psycopg2.Error as error:
        raise UserError(
            N_("{where}: {reason}. Nothing of it was kept."),
            where=_where(script, error),
            reason=str(error.diag.message_primary or error).strip(),
        ) from error


def _run(connection: Connection, script: Script) -> None:
    with connection.cursor() as cursor:
        if script.in_transaction:
            cursor.execute(script.sql)
            return
        statement, index = script.concurrent_statement()
        cursor.execute(_INVALID_INDEX, (index,))
        if cursor.fetchone() is not None:
            cursor.execute(sql.SQL("drop index concurrently if exists {}").format(sql.Identifier(index)))
        # It waits for every older snapshot, which may rightly take longer than a table's lock.
        cursor.execute("set lock_timeout = 0")
        cursor.execute(statement)
        cursor.execute("reset lock_timeout")


def _where(script: Script, error: psycopg2.Error) -> str:
    position = error.diag.statement_position
    if position is None:
        return script.path.name
    return f"{script.path.name}, line {script.sql.count(chr(10), 0, int(position) - 1) + 1}"
