"""The three roles: what the superuser makes, and which login the application refuses to work with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from database import connection
from database.connection import execute_query, get_db_session
from database.roles import ensure_roles
from models.errors import UnavailableError, UserError
from tests.factories import make_bank
from tests.servers import Database, Server

pytestmark = pytest.mark.every_postgres


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
    with pytest.raises(UnavailableError, match="does not let the superuser in"):
        ensure_roles(wrong, {}, "vigie")


def test_who_is_no_superuser_cannot_make_the_roles(committed: Database) -> None:
    with pytest.raises(UserError, match="needs a superuser, and vigie_app is none"):
        ensure_roles(committed.app_url, {}, "vigie")


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
    assert done.stderr.startswith("The database does not let the superuser in")
    assert "Traceback" not in done.stderr
