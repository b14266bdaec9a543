"""The three roles: what the superuser makes, and which login the application refuses to work with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from database import connection
from database.connection import execute_query, get_db_session
from database.migrations import run_all_migrations
from database.roles import ensure_roles
from models.errors import UnavailableError, UserError
from tests.conftest import missing
from tests.factories import make_bank
from tests.servers import Database, Server, binaries_of

pytestmark = pytest.mark.every_postgres
ADMINISTRATOR = "cloud-admin"


def ask(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    connection.dispose()
    execute_query("select 1")


def test_a_superuser_is_refused_with_the_command_that_makes_the_roles(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError, match=r"as postgres, a superuser: python -m database\.setup_roles"):
        ask(monkeypatch, committed.superuser_url)


def test_the_owner_is_refused(committed: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="as vigie_owner, which is the owner"):
        ask(monkeypatch, committed.owner_url)


@pytest.mark.parametrize(
    ("power", "sentence"),
    [
        ("alter role intruder bypassrls", "as intruder, which bypasses row-level security"),
        ("grant vigie_owner to intruder", "as intruder, which is the owner or a member of it"),
        ("create schema authorization intruder", "as intruder, which owns objects of the database"),
        (
            "revoke vigie_reader, vigie_app from intruder",
            "as intruder, which may not work as vigie_app",
        ),
    ],
)
def test_a_login_with_too_much_or_too_little_power_is_refused(
    committed: Database,
    servers: Callable[[int], Server],
    postgres_version: int,
    monkeypatch: pytest.MonkeyPatch,
    power: str,
    sentence: str,
) -> None:
    server = servers(postgres_version)
    server.execute("create role intruder login password 'x'")
    server.execute("grant vigie_app, vigie_reader to intruder")
    server.execute("grant connect on database {} to intruder", committed.name)
    url = make_url(committed.app_url).set(username="intruder", password="x")
    try:
        ask(monkeypatch, url.render_as_string(hide_password=False))
        server.execute(power, database=committed.name)
        with pytest.raises(UserError, match=sentence):
            ask(monkeypatch, url.render_as_string(hide_password=False))
    finally:
        connection.dispose()
        server.execute("drop owned by intruder cascade", database=committed.name)
        server.execute("drop role intruder")


@pytest.mark.usefixtures("committed")
def test_a_refused_login_leaves_no_connection_open(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UserError):
        ask(monkeypatch, committed.owner_url)
    ask(monkeypatch, committed.app_url)
    rows = execute_query("select count(*) as n from pg_stat_activity where usename = 'vigie_owner'")
    assert rows == [{"n": 0}]


@pytest.mark.usefixtures("committed")
def test_the_application_can_neither_become_the_owner_nor_leave_the_policies() -> None:
    for statement in (
        "set role vigie_owner",
        "alter table customers no force row level security",
        "alter role vigie_app bypassrls",
        "create table mine (n int)",
        "delete from audit_log",
        "update audit_log set action = 'x'",
        "truncate transactions",
    ):
        with (
            pytest.raises(ProgrammingError, match=r"permission denied|must be"),
            get_db_session("all") as session,
        ):
            session.execute(text(statement))


def test_a_temporary_table_of_another_session_is_no_reason_to_refuse(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = psycopg2.connect(committed.app_url)
    other.autocommit = True
    other.cursor().execute("create temporary table kept (n int)")
    ask(monkeypatch, committed.app_url)
    other.close()


def test_making_the_roles_again_changes_nothing_and_keeps_rows(
    committed: Database, servers: Callable[[int], Server], postgres_version: int
) -> None:
    with get_db_session() as session:
        make_bank(session, "kept")
    servers(postgres_version).ensure_roles(committed.name)
    connection.dispose()
    assert execute_query("select code from banks") == [{"code": "kept"}]


def test_a_role_that_was_given_too_much_is_put_right(
    committed: Database, servers: Callable[[int], Server], postgres_version: int
) -> None:
    server = servers(postgres_version)
    server.execute("alter role vigie_app bypassrls createdb")
    server.execute("grant vigie_owner to vigie_app")
    try:
        connection.dispose()
        with pytest.raises(UserError):
            execute_query("select 1")
    finally:
        server.ensure_roles(committed.name)
    assert execute_query("select 1 as one") == [{"one": 1}]


def test_a_wrong_superuser_is_a_sentence(committed: Database) -> None:
    wrong = make_url(committed.superuser_url).set(password="wrong").render_as_string(hide_password=False)
    with pytest.raises(UnavailableError, match="does not let this login in"):
        ensure_roles(wrong, {}, "vigie")


def test_who_may_not_make_roles_is_told_what_it_takes(committed: Database) -> None:
    with pytest.raises(UserError, match="or CREATEROLE and CREATEDB: vigie_app has neither"):
        ensure_roles(committed.app_url, {}, "vigie")


@pytest.fixture
def managed(postgres_version: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A new server of its own, on which nobody has made the roles."""
    binaries = binaries_of(postgres_version)
    if binaries is None:
        missing(f"PostgreSQL {postgres_version}")
    monkeypatch.delenv("VIGIE_TEST_HOME", raising=False)
    server = Server(postgres_version, binaries).start()
    yield server
    server.stop()


def administrator(server: Server) -> str:
    """The address of a managed server's administrator: may make roles and databases, and is no superuser."""
    server.execute("create role {} login password 'x' createrole createdb", ADMINISTRATOR)
    url = make_url(server.url()).set(username=ADMINISTRATOR, password="x")
    return url.render_as_string(hide_password=False)


def test_an_administrator_who_is_no_superuser_makes_roles_that_work(
    managed: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    passwords = {"vigie_owner": "o" * 20, "vigie_app": "a" * 20}
    url = administrator(managed)
    for _ in ("made", "made again"):
        ensure_roles(url, passwords, "of_an_administrator")
    owner, app = (
        make_url(url).set(username=name, password=passwords[name], database="of_an_administrator")
        for name in ("vigie_owner", "vigie_app")
    )
    run_all_migrations(owner.render_as_string(hide_password=False))
    ensure_roles(url, passwords, "of_an_administrator")
    ask(monkeypatch, app.render_as_string(hide_password=False))
    with get_db_session() as session:
        make_bank(session, "first")
    assert execute_query("select code from banks") == [{"code": "first"}]
    connection.dispose()
    assert not _is_member(managed, ADMINISTRATOR, "vigie_owner")


def _is_member(server: Server, member: str, role: str) -> bool:
    """Whether a login may change into a role."""
    url = make_url(server.url()).set(username=member, password="x")
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as login:
        try:
            login.cursor().execute(f"set role {role}")
        except psycopg2.errors.InsufficientPrivilege:
            return False
    return True


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ("create database made_by_another", "the roles or the database belong to somebody else"),
        ("alter role vigie_app bypassrls", "vigie_app has more power than it may have"),
    ],
)
def test_an_administrator_is_told_what_only_somebody_else_can_do(
    managed: Server, before: str, sentence: str
) -> None:
    url = administrator(managed)
    ensure_roles(url, {}, "of_an_administrator")
    managed.execute(before)
    with pytest.raises(UserError, match=sentence):
        ensure_roles(url, {}, "made_by_another")


def test_the_command_prints_settings_that_work(
    servers: Callable[[int], Server], postgres_version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers(postgres_version)
    before = server.database("of_the_command")
    monkeypatch.setenv("VIGIE_APP_PASSWORD", str(make_url(before.app_url).password))
    monkeypatch.setenv("VIGIE_OWNER_PASSWORD", str(make_url(before.owner_url).password))
    try:
        done = subprocess.run(
            [
                sys.executable,
                "-W",
                "error",
                "-m",
                "database.setup_roles",
                server.url(),
                "--database",
                before.name,
            ],
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        settings = dict(line.split("=", 1) for line in done.stdout.splitlines()[1:])
        assert settings == {"DATABASE_URL": before.app_url, "DATABASE_OWNER_URL": before.owner_url}
        psycopg2.connect(settings["DATABASE_OWNER_URL"]).close()
    finally:
        server.drop(before.name)


def test_the_command_says_what_is_wrong_and_fails() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "database.setup_roles", "postgresql://nobody:x@127.0.0.1:1/x"],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("The database does not let this login in")
    assert "Traceback" not in done.stderr
