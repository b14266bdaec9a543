"""The three roles of the database: made by a superuser once, and checked at every start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812 - psycopg2's own spelling of a class
from psycopg2.extensions import encrypt_password, make_dsn

from models.errors import UnavailableError, UserError
from models.messages import N_

OWNER_ROLE: Final = "vigie_owner"
APPLICATION_ROLE: Final = "vigie_app"
READER_ROLE: Final = "vigie_reader"
ROLES: Final = (OWNER_ROLE, APPLICATION_ROLE, READER_ROLE)

_ONE_AT_A_TIME: Final = 0x76_69_67_69_65  # "vigie"

_REMEDY: Final = "python -m database.setup_roles URL; DATABASE_URL=postgresql://vigie_app:…"
_WHAT_THE_ROLE_MAY = """
select session_user::text,
       r.rolsuper,
       r.rolbypassrls,
       -- A temporary table of another session is no power over the policies.
       exists (select from pg_shdepend d
               left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
                   and d.dbid = (select oid from pg_database where datname = current_database())
               where d.refclassid = 'pg_authid'::regclass and d.refobjid = r.oid and d.deptype = 'o'
                 and c.relpersistence is distinct from 't'),
       exists (select from pg_roles o where o.rolname = %(owner)s
                                        and pg_has_role(r.oid, o.oid, 'member')),
       not exists (select from pg_roles o where o.rolname = any(%(needed)s)
                                            and not pg_has_role(r.oid, o.oid, 'member'))
         and (select count(*) from pg_roles o where o.rolname = any(%(needed)s)) = 2
from pg_roles r where r.rolname = session_user
"""


def ensure_roles(superuser_url: str, passwords: Mapping[str, str], database: str) -> None:
    """Make the owner, application and reader roles and the database, or bring them to what they must be.

    `superuser_url` is a libpq URL of a superuser on any database of the server. A role named in
    `passwords` may log in with that password; the reader without one may only be changed into.
    Running it again changes nothing but the passwords given.
    """
    with _connected(superuser_url) as connection, connection.cursor() as cursor:
        _require_superuser(cursor)
        cursor.execute("select pg_advisory_lock(%s)", (_ONE_AT_A_TIME,))
        for role in ROLES:
            _ensure_role(connection, role, passwords.get(role))
        cursor.execute(_identified("grant {} to {}", READER_ROLE, APPLICATION_ROLE))
        cursor.execute(_identified("revoke {} from {}", OWNER_ROLE, APPLICATION_ROLE))
        cursor.execute(_identified("revoke {} from {}", OWNER_ROLE, READER_ROLE))
        cursor.execute("select 1 from pg_database where datname = %s", (database,))
        if cursor.fetchone() is None:
            cursor.execute(
                _identified(
                    "create database {} owner {} encoding 'UTF8' template template0", database, OWNER_ROLE
                )
            )
    with _connected(make_dsn(superuser_url, dbname=database)) as connection, connection.cursor() as cursor:
        cursor.execute(_identified("alter database {} owner to {}", database, OWNER_ROLE))
        cursor.execute(_identified("revoke all on database {} from public", database))
        for role in (APPLICATION_ROLE, READER_ROLE):
            cursor.execute(_identified("grant connect, temporary on database {} to {}", database, role))
        cursor.execute(_identified("revoke create on schema public from public"))
        cursor.execute(_identified("grant usage, create on schema public to {}", OWNER_ROLE))
        for role in (APPLICATION_ROLE, READER_ROLE):
            cursor.execute(_identified("grant usage on schema public to {}", role))


def check_application_role(connection: Any) -> None:
    """Refuse a login whose power would make the bank scope worthless.

    `connection` is a psycopg2 connection of the application; nothing stays open on it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WHAT_THE_ROLE_MAY, {"owner": OWNER_ROLE, "needed": [APPLICATION_ROLE, READER_ROLE]})
        role, is_superuser, bypasses, owns, is_owner, may_change = cursor.fetchone()
    connection.rollback()
    faults = {
        N_("Vigie does not start as {role}, a superuser: {remedy}"): is_superuser,
        N_("Vigie does not start as {role}, which bypasses row-level security: {remedy}"): bypasses,
        N_("Vigie does not start as {role}, which is the owner or a member of it: {remedy}"): is_owner,
        N_("Vigie does not start as {role}, which owns objects of the database: {remedy}"): owns,
        N_("Vigie does not start as {role}, which may not work as vigie_app and vigie_reader: {remedy}"): (
            not may_change
        ),
    }
    for fault, is_so in faults.items():
        if is_so:
            raise UserError(fault, role=role, remedy=_REMEDY)


def _require_superuser(cursor: Any) -> None:
    cursor.execute("select current_user, rolsuper from pg_roles where rolname = current_user")
    role, is_superuser = cursor.fetchone()
    if not is_superuser:
        raise UserError(N_("Making the roles needs a superuser, and {role} is none."), role=role)


def _ensure_role(connection: Connection, role: str, password: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", (role,))
        if cursor.fetchone() is None:
            cursor.execute(_identified("create role {}", role))
        # NOINHERIT: the reader's rights come only to who changes into it.
        cursor.execute(
            _identified(
                "alter role {} nosuperuser nobypassrls nocreatedb nocreaterole noreplication noinherit", role
            )
        )
        if password is not None:
            # Encrypted here, so that the server's log never holds the password itself.
            secret = encrypt_password(password, role, connection, "scram-sha-256")
            cursor.execute(_identified("alter role {} login password %s", role), (secret,))
        elif role == READER_ROLE:
            cursor.execute(_identified("alter role {} nologin", role))


def _identified(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*(sql.Identifier(name) for name in names))


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    try:
        connection = psycopg2.connect(url, connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise UnavailableError(
            N_("The database does not let the superuser in: {reason}"), reason=str(error).strip()
        ) from error
    with closing(connection):
        connection.autocommit = True
        yield connection
