"""What the engine tells about itself: slow queries with who and where, and the pool's traffic."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text

from database import connection
from database.connection import get_db_session, read_only
from database.context import acting, current
from database.health import pool_status
from database.listeners import STATEMENT_SHOWN
from database.owner import owner_session
from models.errors import UnavailableError


@pytest.fixture
def slow_from_200_ms(committed: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOW_QUERY_MS", "200")
    connection.dispose()


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Of this test's own statements: on a busy machine any other may be slow too."""
    warnings = [record for record in caplog.records if record.levelno == logging.WARNING]
    return [record for record in warnings if "set_config" not in record.getMessage()]


@pytest.mark.usefixtures("slow_from_200_ms")
def test_a_slow_query_is_a_warning_with_statement_duration_page_and_user(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with acting(page="/overview", user="ada"), read_only() as session:
        session.execute(text("select pg_sleep(:seconds),\n    'x'"), {"seconds": 0.25})
    (record,) = warnings_of(caplog)
    duration_ms = record.__dict__["duration_ms"]
    assert 200 <= duration_ms < 5_000
    assert record.getMessage() == (
        f"slow query: {duration_ms:.0f} ms on /overview for ada: select pg_sleep(%(seconds)s), 'x'"
    )
    assert (record.__dict__["category"], record.__dict__["path"]) == ("database", "/overview")


@pytest.mark.usefixtures("slow_from_200_ms")
def test_a_quick_query_is_no_line(caplog: pytest.LogCaptureFixture) -> None:
    with read_only() as session:
        session.execute(text("select 1"))
    caplog.clear()
    with read_only() as session:
        session.execute(text("select 1"))
    assert warnings_of(caplog) == []


@pytest.mark.usefixtures("slow_from_200_ms")
def test_bound_values_are_not_written(caplog: pytest.LogCaptureFixture) -> None:
    with read_only() as session:
        session.execute(text("select pg_sleep(0.25), :card"), {"card": "4111111111111111"})
    (record,) = warnings_of(caplog)
    assert "4111" not in record.getMessage() + str(record.__dict__)


@pytest.mark.usefixtures("slow_from_200_ms")
def test_a_long_statement_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    with read_only() as session:
        session.execute(text("select pg_sleep(0.25) -- " + "x" * 10_000))
    assert len(warnings_of(caplog)[0].getMessage()) < STATEMENT_SHOWN + 100


def test_a_query_that_was_stopped_is_slow_too(
    slow_from_200_ms: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("STATEMENT_TIMEOUT_MS", "300")
    connection.dispose()
    with pytest.raises(UnavailableError), read_only() as session:
        session.execute(text("select pg_sleep(9)"))
    assert "select pg_sleep(9)" in warnings_of(caplog)[0].getMessage()
    caplog.clear()
    with read_only() as session:
        session.execute(text("select 1"))
    assert warnings_of(caplog) == []


@pytest.mark.usefixtures("slow_from_200_ms")
def test_the_owners_slow_queries_are_told_too(caplog: pytest.LogCaptureFixture) -> None:
    with owner_session() as session:
        session.execute(text("select pg_sleep(0.25)"))
    assert "on no page for nobody" in warnings_of(caplog)[0].getMessage()


@pytest.mark.usefixtures("committed")
def test_a_connection_that_is_made_is_a_line_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "database.listeners"), read_only() as session:
        session.execute(text("select 1"))
    assert [record.getMessage() for record in caplog.records if record.levelno == logging.DEBUG] == [
        "connected to the database"
    ]


@pytest.mark.usefixtures("committed")
def test_checkouts_and_checkins_are_counted() -> None:
    assert pool_status().checkouts == 0
    with read_only() as session:
        session.execute(text("select 1"))
        with get_db_session() as other:
            other.execute(text("select 1"))
            inside = pool_status()
    after = pool_status()
    assert (inside.connects, inside.checkouts, inside.checkins, inside.checked_out) == (2, 2, 0, 2)
    assert (after.connects, after.checkouts, after.checkins, after.checked_out) == (2, 2, 2, 0)
    assert (after.size, after.checked_in, after.overflow) == (30, 2, 0)


def test_what_is_acting_adds_up_and_ends() -> None:
    with acting(page="/overview", request_id="r1"), acting(user="ada", user_id=7) as inner:
        assert (inner.page, inner.user, inner.user_id, inner.request_id) == ("/overview", "ada", 7, "r1")
        assert current() == inner
    assert (current().page, current().user) == (None, None)
