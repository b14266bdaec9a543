"""The session that may change the schema: the owner's, outside any transaction, one at a time."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any, Final

import psycopg2
from psycopg2 import errors, sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2's own spelling of a class

from database.config import OLDEST_POSTGRES, DatabaseConfig, libpq_url
from database.reach import CONNECT_ARGUMENTS, connect_patiently
from database.roles import OWNER_ROLE, ROLES
from models.errors import UserError
from models.messages import N_

LOGGER = logging.getLogger("vigie.migrations")
POLL_S: Final = 0.5
LOCK_TIMEOUT_MS: Final = 5_000

_RUNNER_LOCK: Final = 0x76_69_67_69_65_01
# Held by the session that changes the schema: it outlives a killed runner while a statement still runs.
_WORKER_LOCK: Final = 0x76_69_67_69_65_02

_HISTORY = """
create table if not exists schema_migrations (
    version int not null,
    name text collate "C" not null,
    checksum text collate "C" not null,
    duration_ms int not null,
    created_at timestamptz not null default now(),
    constraint pk_schema_migrations primary key (version)
)
"""


@contextmanager
def only_runner(owner_url: str | None, lock_timeout_ms: int) -> Iterator[Connection]:
    """Yield the session that may change the schema, once no other runner works on this database."""
    with closing(connect_as_owner(owner_url)) as guard, closing(connect_as_owner(owner_url)) as connection:
        _take(guard, _RUNNER_LOCK)
        _take(connection, _WORKER_LOCK)
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("set role {}").format(sql.Identifier(OWNER_ROLE)))
            cursor.execute("select set_config('lock_timeout', %s, false)", (str(lock_timeout_ms),))
            # A statement ends with the runner that sent it; not every system can notice that.
            with suppress(errors.InvalidParameterValue):
                cursor.execute("set client_connection_check_interval = '1s'")
            cursor.execute(_HISTORY)
        yield connection


def _take(connection: Connection, lock: int) -> None:
    # Polled: a waiting pg_advisory_lock holds a snapshot, for which CREATE INDEX CONCURRENTLY would wait.
    is_told = False
    with connection.cursor() as cursor:
        while True:
            cursor.execute("select pg_try_advisory_lock(%s)", (lock,))
            if cursor.fetchone() == (True,):
                return
            if not is_told:
                LOGGER.info("another migration runs on this database; waiting for its end")
                is_told = True
            time.sleep(POLL_S)


def connect_as_owner(owner_url: str | None) -> Connection:
    """Connect outside any transaction, to a server and as a role that migrations can work with."""
    url = owner_url or DatabaseConfig.from_env().owner_connection_string()
    if url is None:
        raise UserError(N_("Migrations run as the owner: set DATABASE_OWNER_URL."))
    arguments: dict[str, Any] = {**CONNECT_ARGUMENTS, "application_name": "vigie-migrations"}
    connection: Connection = connect_patiently(lambda: psycopg2.connect(libpq_url(url), **arguments))
    try:
        connection.autocommit = True
        _check_server(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_server(connection: Connection) -> None:
    if connection.server_version < OLDEST_POSTGRES * 10_000:
        raise UserError(
            N_("This server is PostgreSQL {found}: Vigie needs {needed} or newer."),
            found=connection.server_version // 10_000,
            needed=OLDEST_POSTGRES,
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*), bool_or(rolname = %s and pg_has_role(current_user, oid, 'member'))"
            " from pg_roles where rolname = any(%s)",
            (OWNER_ROLE, list(ROLES)),
        )
        if cursor.fetchone() != (len(ROLES), True):
            raise UserError(
                N_(
                    "The owner's login cannot work as {role}: run `python -m database.setup_roles URL` first."
                ),
                role=OWNER_ROLE,
            )
