"""The three roles of the database: made once by who may make roles, and checked at every start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg2
from psycopg2 import errors, sql
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


def ensure_roles(maker_url: str, passwords: Mapping[str, str], database: str) -> None:
    """Make the owner, application and reader roles and the database, or bring them to what they must be.

    `maker_url` is a libpq URL, on any database of the server, of a superuser or of a role with CREATEROLE
    and CREATEDB, as managed servers give. A role named in `passwords` may log in with that password; the
    reader without one may only be changed into. Running it again changes nothing but the passwords given.
    """
    try:
        with _connected(maker_url) as connection:
            maker = _maker(connection)
            with connection.cursor() as cursor:
                cursor.execute("select pg_advisory_lock(%s)", (_ONE_AT_A_TIME,))
            for role in ROLES:
                _ensure_role(connection, maker, role, passwords.get(role))
            _ensure_memberships(connection)
            with _lent_the_owner(connection, maker):
                _ensure_database(connection, maker, database)
                with _connected(make_dsn(maker_url, dbname=database)) as within:
                    _ensure_schema(within, maker)
    except errors.InsufficientPrivilege as error:
        refusal = N_(
            "The server does not let this login do that ({reason}): the roles or the database belong to "
            "somebody else. Give the address of who made them, or of a superuser."
        )
        raise UserError(refusal, reason=error.diag.message_primary or "") from error


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


@dataclass(frozen=True, slots=True)
class _Maker:
    """Who makes the roles: a superuser, or a managed server's own administrator."""

    name: str
    is_superuser: bool


def _maker(connection: Connection) -> _Maker:
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolname, rolsuper, rolcreaterole and rolcreatedb from pg_roles"
            " where rolname = current_user"
        )
        name, is_superuser, is_administrator = cursor.fetchone() or ("", False, False)
    if not is_superuser and not is_administrator:
        raise UserError(
            N_("Making the roles needs a superuser, or CREATEROLE and CREATEDB: {role} has neither."),
            role=name,
        )
    return _Maker(name, is_superuser)


def _ensure_role(connection: Connection, maker: _Maker, role: str, password: str | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select rolsuper or rolbypassrls or rolreplication from pg_roles where rolname = %s", (role,)
        )
        found = cursor.fetchone()
        if found is None:
            cursor.execute(_identified("create role {}", role))
        if maker.is_superuser:
            cursor.execute(_identified("alter role {} nosuperuser nobypassrls noreplication", role))
        elif found == (True,):
            raise UserError(
                N_("{role} has more power than it may have, and only a superuser can take it away."),
                role=role,
            )
        # NOINHERIT: the reader's rights come only to who changes into it.
        cursor.execute(_identified("alter role {} nocreatedb nocreaterole noinherit", role))
        if password is not None:
            # Encrypted here, so that the server's log never holds the password itself.
            secret = encrypt_password(password, role, connection, "scram-sha-256")
            cursor.execute(_identified("alter role {} login password %s", role), (secret,))
        elif role == READER_ROLE:
            cursor.execute(_identified("alter role {} nologin", role))


def _ensure_memberships(connection: Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_identified("grant {} to {}", READER_ROLE, APPLICATION_ROLE))
        for role in (APPLICATION_ROLE, READER_ROLE):
            cursor.execute(_identified("revoke {} from {}", OWNER_ROLE, role))


@contextmanager
def _lent_the_owner(connection: Connection, maker: _Maker) -> Iterator[None]:
    """Make an administrator a member of the owner meanwhile: what belongs to the owner only it may change."""
    with connection.cursor() as cursor:
        if maker.is_superuser or _may_be_owner(cursor):
            yield
            return
        cursor.execute(_identified("grant {} to {}", OWNER_ROLE, maker.name))
        try:
            yield
        finally:
            cursor.execute(_identified("revoke {} from {}", OWNER_ROLE, maker.name))


def _may_be_owner(cursor: Any) -> bool:
    """Whether this login may change into the owner; asked by trying, as versions count memberships apart."""
    try:
        cursor.execute(_identified("set role {}", OWNER_ROLE))
    except errors.InsufficientPrivilege:
        return False
    cursor.execute("reset role")
    return True


def _ensure_database(connection: Connection, maker: _Maker, database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_database where datname = %s", (database,))
        if cursor.fetchone() is None:
            make = "create database {} owner {} encoding 'UTF8' template template0"
            cursor.execute(_identified(make, database, OWNER_ROLE))
        cursor.execute(_identified("alter database {} owner to {}", database, OWNER_ROLE))
        with _as_owner(cursor, maker):
            cursor.execute(_identified("revoke all on database {} from public", database))
            for role in (APPLICATION_ROLE, READER_ROLE):
                cursor.execute(_identified("grant connect, temporary on database {} to {}", database, role))
            if not maker.is_superuser:
                # Or it could not come back to repair what it made.
                cursor.execute(_identified("grant connect on database {} to {}", database, maker.name))


def _ensure_schema(connection: Connection, maker: _Maker) -> None:
    with connection.cursor() as cursor:
        # The owner inherits nothing, not even what the owner of a database is by itself.
        cursor.execute("select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'public'")
        whose = cursor.fetchone() or (OWNER_ROLE,)
        with _as_owner(cursor, maker, whose[0]):
            cursor.execute("revoke create on schema public from public")
            cursor.execute(_identified("grant usage, create on schema public to {}", OWNER_ROLE))
            for role in (APPLICATION_ROLE, READER_ROLE):
                cursor.execute(_identified("grant usage on schema public to {}", role))


@contextmanager
def _as_owner(cursor: Any, maker: _Maker, owner: str = OWNER_ROLE) -> Iterator[None]:
    if not maker.is_superuser:
        cursor.execute(_identified("set role {}", owner))
    yield
    cursor.execute("reset role")


def _identified(statement: str, *names: str) -> sql.Composed:
    return sql.SQL(statement).format(*(sql.Identifier(name) for name in names))


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    try:
        connection = psycopg2.connect(url, connect_timeout=10)
    except psycopg2.OperationalError as error:
        raise UnavailableError(
            N_("The database does not let this login in: {reason}"), reason=str(error).strip()
        ) from error
    with closing(connection):
        connection.autocommit = True
        yield connection
