"""The plan of a slow statement: taken beside it, without its values, and never in its way."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy import text

from database import connection, plans
from database.connection import get_db_session
from database.context import acting
from tests.factories import make_bank


@pytest.fixture(autouse=True)
def _every_statement_is_slow(committed: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOW_QUERY_MS", "0")
    connection.dispose()


def told(caplog: pytest.LogCaptureFixture, part: str) -> list[dict[str, object]]:
    return [
        record.__dict__["details"]
        for record in caplog.records
        if record.levelno == logging.WARNING and part in record.getMessage()
    ]


def test_a_slow_statement_is_logged_with_filter_and_plan_but_without_values(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with get_db_session() as session:
        make_bank(session, "north")
        with acting(page="/overview", filter_="range=7d&bank=north"):
            found = session.execute(text("select code from banks where name = :name"), {"name": "Ana Costa"})
            assert found.all() == []
    (details,) = told(caplog, "select code from banks")
    assert details["filter"] == "range=7d&bank=north"
    assert details["statement"] == "select code from banks where name = %(name)s"
    assert "Scan on banks" in str(details["plan"])
    assert "Ana" not in str(details)


def test_a_plan_is_asked_for_once_in_ten_minutes(caplog: pytest.LogCaptureFixture) -> None:
    with get_db_session() as session:
        for _ in range(3):
            session.execute(text("select count(*) from users"))
    assert [bool(details["plan"]) for details in told(caplog, "count(*) from users")] == [True, False, False]


def test_what_has_no_plan_leaves_its_transaction_as_it_was() -> None:
    with get_db_session() as session:
        bank = make_bank(session, "kept")
        session.execute(text("select set_config('vigie.x', '1', true)"))
        session.execute(text("savepoint mine"))
        session.execute(text("release savepoint mine"))
        number = bank.bank_id
    with get_db_session() as session:
        assert session.scalar(text("select bank_id from banks where code = 'kept'")) == number


def test_conditions_lose_their_values_and_costs_stay() -> None:
    plan = (
        "Index Scan using ix on t  (cost=0.29..8.30 rows=1 width=4)\n"
        "  Index Cond: ((customer_id = 'c-1'::text) AND (amount_e4 > 1250000) AND (h3 = 7.5))\n"
        "  Rows Removed by Filter: 12"
    )
    assert plans.without_values(plan) == (
        "Index Scan using ix on t  (cost=0.29..8.30 rows=1 width=4)\n"
        "  Index Cond: ((customer_id = ?::text) AND (amount_e4 > ?) AND (h3 = ?))\n"
        "  Rows Removed by Filter: ?"
    )
