"""The engine and its sessions: when it connects, how it retries, what it commits, what it says."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, InternalError, ProgrammingError
from sqlalchemy.orm import Session

from database import connection
from database.connection import (
    SessionLocal,
    SessionScoped,
    bank_ids,
    execute_query,
    get_db,
    get_db_session,
    read_only,
)
from database.health import pool_status
from database.reach import connect_patiently
from models.banks import Bank
from models.errors import UnavailableError
from tests.factories import make_bank, make_customer
from tests.servers import Database

BANKS = text("select count(*) from banks")


def count_banks() -> int:
    return int(execute_query("select count(*) as n from banks")[0]["n"])


@pytest.mark.usefixtures("committed")
def test_the_engine_is_made_without_connecting() -> None:
    assert connection.engine is connection.engine
    assert connection.reach().traffic.connects == 0


@pytest.mark.usefixtures("committed")
def test_a_session_commits_at_its_end_and_closes() -> None:
    with get_db_session() as session:
        make_bank(session)
    assert count_banks() == 1
    assert pool_status().checked_out == 0


@pytest.mark.usefixtures("committed")
def test_an_error_rolls_everything_back() -> None:
    with pytest.raises(IntegrityError), get_db_session() as session:
        session.add_all(
            Bank(code=code, name=code, base_currency="EUR") for code in ("once", "twice", "twice")
        )
    assert count_banks() == 0
    with pytest.raises(RuntimeError), get_db_session() as session:
        _make_bank_and_fail(session)
    assert count_banks() == 0


@pytest.mark.usefixtures("committed")
def test_get_db_gives_a_session_that_commits() -> None:
    for session in get_db():
        make_bank(session)
    assert count_banks() == 1


@pytest.mark.usefixtures("committed")
def test_session_local_neither_flushes_nor_commits_nor_expires_by_itself() -> None:
    with SessionLocal() as session:
        assert (session.autoflush, session.expire_on_commit) == (False, False)
        make_bank(session)
    assert count_banks() == 0


@pytest.mark.usefixtures("committed")
def test_session_scoped_is_one_session_a_thread() -> None:
    assert SessionScoped() is SessionScoped()


@pytest.mark.usefixtures("committed")
def test_execute_query_binds_values_and_writes_nothing() -> None:
    with get_db_session() as session:
        make_bank(session, "a'b")
    assert execute_query("select code from banks where code = :code", {"code": "a'b"}) == [{"code": "a'b"}]
    with pytest.raises((InternalError, ProgrammingError), match=r"read-only|permission denied"):
        execute_query("delete from banks")


@pytest.mark.every_postgres
@pytest.mark.usefixtures("committed")
def test_read_only_sees_one_snapshot() -> None:
    with read_only() as session:
        assert session.scalar(BANKS) == 0
        with get_db_session() as other:
            make_bank(other)
        assert session.scalar(BANKS) == 0
    assert count_banks() == 1


@pytest.mark.every_postgres
@pytest.mark.usefixtures("committed")
def test_read_only_cannot_write_whatever_role_it_takes() -> None:
    with read_only() as session:
        for setting in ("role", "transaction_read_only"):
            value = session.scalar(text(f"select current_setting('{setting}')"))
            assert value == {"role": "vigie_reader", "transaction_read_only": "on"}[setting]
        session.execute(text("set local role vigie_app"))
        with pytest.raises(InternalError, match="read-only transaction"):
            make_bank(session)


@pytest.mark.usefixtures("committed")
def test_a_writing_session_after_a_reading_one_on_the_same_connection_can_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DB_POOL_SIZE", "1")
    connection.dispose()
    with read_only() as session:
        session.scalar(BANKS)
    with get_db_session() as session:
        make_bank(session)
        assert session.scalar(text("show transaction_isolation")) == "read committed"


@pytest.mark.usefixtures("committed")
def test_a_reader_cannot_read_what_proves_who_somebody_is() -> None:
    with read_only() as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text("select password_hash from users"))


@pytest.mark.usefixtures("committed")
def test_a_statement_that_takes_too_long_is_stopped_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STATEMENT_TIMEOUT_MS", "50")
    connection.dispose()
    with pytest.raises(UnavailableError, match="too long"), read_only() as session:
        session.execute(text("select pg_sleep(5)"))
    with connection.engine.connect() as plain:
        assert plain.scalar(text("show statement_timeout")) == "0"


@pytest.mark.usefixtures("committed")
def test_a_full_pool_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB_POOL_SIZE", "1")
    monkeypatch.setenv("DB_MAX_OVERFLOW", "0")
    monkeypatch.setenv("DB_POOL_TIMEOUT", "1")
    connection.dispose()
    with read_only() as session:
        session.scalar(BANKS)
        with pytest.raises(UnavailableError, match="every database connection is in use".capitalize()):
            count_banks()


@pytest.mark.usefixtures("committed")
def test_a_lost_connection_is_said_once_and_replaced(committed: Database) -> None:
    with pytest.raises(UnavailableError, match="was lost"), get_db_session() as session:
        _lose_the_connection(committed, session)
    assert count_banks() == 0


@pytest.mark.usefixtures("committed")
def test_a_connection_that_died_in_the_pool_is_never_handed_out(committed: Database) -> None:
    count_banks()
    _end_backends(committed, None)
    assert count_banks() == 0


def test_connecting_is_tried_three_times_with_growing_pauses(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    refusals = ["starting up", "still"]

    def connect() -> str:
        if refusals:
            raise psycopg2.OperationalError(refusals.pop(0))
        return "connected"

    assert connect_patiently(connect) == "connected"
    assert pauses == [0.2, 0.4]
    assert [record.getMessage() for record in caplog.records] == [
        "the database does not answer (try 1 of 3): starting up",
        "the database does not answer (try 2 of 3): still",
    ]


def test_nobody_listening_is_one_sentence_without_address(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Bound and not listening: a connection is refused.
        monkeypatch.setenv(
            "DATABASE_URL", f"postgresql://vigie_app:x@127.0.0.1:{taken.getsockname()[1]}/vigie"
        )
        connection.dispose()
        with pytest.raises(UnavailableError) as refused:
            count_banks()
    connection.dispose()
    assert "127.0.0.1" not in str(refused.value)
    assert len(caplog.records) == 3


@pytest.mark.usefixtures("committed")
def test_a_forked_child_takes_no_connection_of_its_parents_pool() -> None:
    with get_db_session() as session:
        bank = make_bank(session)
    mine = _backend()
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        with read_only([bank.code]) as session:
            pid = session.scalar(text("select pg_backend_pid()"))
            os.write(write, f"{pid} {bank_ids(session)[0]}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs, seen_bank = map(int, os.read(read, 100).split())
    os.close(read)
    os.close(write)
    assert (theirs != mine, seen_bank) == (True, bank.bank_id)
    assert _backend() == mine


@pytest.mark.usefixtures("committed")
def test_a_session_makes_no_promise_to_the_connection_that_a_pooler_would_break(committed: Database) -> None:
    """All that a session sets is local to its transaction: PgBouncer may hand the server to another next."""
    with get_db_session() as session:
        bank = make_bank(session)
    with get_db_session([bank.code]) as session:
        make_customer(session, bank)
    # These two are what BEGIN itself says, of each transaction anew.
    of_begin = {"transaction_isolation", "transaction_read_only"}
    set_here = "select name from pg_settings where source = 'session'"
    changed = {row["name"] for row in execute_query(set_here)}
    assert changed <= {"role", "statement_timeout", *of_begin}
    with connection.engine.connect() as plain:
        assert set(plain.scalars(text(set_here))) <= of_begin


def test_a_process_of_its_own_reaches_the_database_by_its_settings(committed: Database) -> None:
    with get_db_session() as session:
        make_bank(session, "far")
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-c",
            "import database; print(database.execute_query('select code from banks'))",
        ],
        env={**os.environ, **committed.environment},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[{'code': 'far'}]"


def test_every_name_that_scripts_use_is_exported() -> None:
    # In a process of its own: a command of the same name, once imported, would stand in its function's place.
    script = (
        "import database as d; names = set(d.__all__) - {'engine'};"
        "print([name for name in names if not callable(getattr(d, name))])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_an_unknown_name_is_no_attribute() -> None:
    import database

    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(database, "no_such_name")  # noqa: B009 - mypy would refuse the attribute


def _backend() -> int:
    return int(execute_query("select pg_backend_pid() as pid")[0]["pid"])


def _make_bank_and_fail(session: Session) -> None:
    make_bank(session)
    raise RuntimeError


def _lose_the_connection(database: Database, session: Session) -> None:
    _end_backends(database, session.scalar(text("select pg_backend_pid()")))
    session.scalar(BANKS)


def _end_backends(database: Database, pid: int | None) -> None:
    with psycopg2.connect(database.superuser_url) as administrator, administrator.cursor() as cursor:
        cursor.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where usename = 'vigie_app' and datname = current_database() and pid = coalesce(%s, pid)",
            (pid,),
        )
    administrator.close()
