"""The bank scope, always committed: a transaction-local setting outlives a released savepoint."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Barrier

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from database import connection
from database.connection import SessionLocal, bank_ids, execute_query, get_db_session, read_only
from database.context import acting
from database.owner import owner_session
from database.scope import scoped_tables, told_once
from models.errors import NotFoundError, ScopeMissing
from tests.factories import make_bank, make_customer
from tests.servers import Database

pytestmark = pytest.mark.every_postgres

CUSTOMERS = text("select customer_id from customers order by customer_id")
SETTINGS = text("select current_user, current_setting('vigie.banks', true)")


@pytest.fixture
def banks(committed: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """Banks north and south with one customer each, over a pool of one connection."""
    monkeypatch.setenv("DB_POOL_SIZE", "1")
    monkeypatch.setenv("DB_MAX_OVERFLOW", "0")
    monkeypatch.setenv("DB_POOL_TIMEOUT", "5")
    for code in ("north", "south"):
        with get_db_session() as session:
            bank = make_bank(session, code)
        with get_db_session([code]) as session:
            make_customer(session, bank, f"{code}-1")
    return committed


def customers(session: Session) -> list[str]:
    return list(session.scalars(CUSTOMERS))


@pytest.mark.usefixtures("banks")
def test_each_session_sees_only_its_banks_though_they_share_one_connection() -> None:
    for code in ("north", "south", "north"):
        with get_db_session([code]) as session:
            assert customers(session) == [f"{code}-1"]
        with read_only([code]) as session:
            assert customers(session) == [f"{code}-1"]


@pytest.mark.usefixtures("banks")
def test_role_and_banks_are_set_together() -> None:
    with read_only(["north"]) as session:
        assert tuple(session.execute(SETTINGS).one()) == ("vigie_reader", str(bank_ids(session)[0]))
    with get_db_session(["south"]) as session:
        assert tuple(session.execute(SETTINGS).one()) == ("vigie_app", str(bank_ids(session)[0]))
    for opened, role in ((read_only, "vigie_reader"), (get_db_session, "vigie_app")):
        with opened() as session:
            assert tuple(session.execute(SETTINGS).one()) == (role, "")


@pytest.mark.usefixtures("banks")
def test_nothing_of_a_scope_stays_on_the_connection() -> None:
    with read_only("all") as session:
        assert len(customers(session)) == 2
    with connection.engine.connect() as raw:
        assert tuple(raw.execute(SETTINGS).one()) == ("vigie_app", "")


@pytest.mark.usefixtures("banks")
def test_the_scope_comes_back_after_a_rollback_and_after_a_commit() -> None:
    with get_db_session(["north"]) as session:
        session.rollback()
        assert customers(session) == ["north-1"]
        session.commit()
        assert customers(session) == ["north-1"]


@pytest.mark.usefixtures("banks")
def test_a_savepoint_keeps_the_scope_released_or_rolled_back() -> None:
    with get_db_session(["south"]) as session:
        with session.begin_nested():
            assert customers(session) == ["south-1"]
        savepoint = session.begin_nested()
        assert customers(session) == ["south-1"]
        savepoint.rollback()
        assert customers(session) == ["south-1"]


@pytest.mark.usefixtures("banks")
def test_a_failed_statement_does_not_widen_the_scope() -> None:
    with get_db_session(["north"]) as session:
        with pytest.raises(ProgrammingError):
            session.execute(text("select no_such_column from banks"))
        session.rollback()
        assert customers(session) == ["north-1"]


def test_two_threads_at_once_see_each_its_own_bank(
    banks: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DB_POOL_SIZE", "2")
    connection.dispose()
    together = Barrier(2, timeout=30)

    def seen_by(code: str) -> set[str]:
        seen: set[str] = set()
        for _ in range(25):
            with read_only([code]) as session:
                together.wait()
                seen.update(customers(session))
        return seen

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(seen_by, ("north", "south"))) == [{"north-1"}, {"south-1"}]


@pytest.mark.usefixtures("banks")
def test_a_thread_takes_no_scope_over_from_who_started_it() -> None:
    with get_db_session(["north"]) as session:
        session.commit()
        with ThreadPoolExecutor(1) as threads, pytest.raises(ScopeMissing):
            threads.submit(execute_query, "select * from customers").result()


@pytest.mark.usefixtures("banks")
@pytest.mark.parametrize("opened", [get_db_session, read_only])
def test_a_forgotten_scope_is_an_error_that_names_the_table_and_the_remedy(
    opened: Callable[[], AbstractContextManager[Session]],
) -> None:
    with pytest.raises(ScopeMissing, match=r"customers holds banks' rows.*banks=\["), opened() as session:
        customers(session)


@pytest.mark.usefixtures("banks")
def test_the_ids_of_a_forgotten_scope_are_an_error() -> None:
    with get_db_session() as session, pytest.raises(ScopeMissing):
        bank_ids(session)


@pytest.mark.usefixtures("banks")
def test_a_plain_session_and_a_plain_connection_are_held_to_it_too() -> None:
    with read_only(["north"]) as session:
        customers(session)
    with connection.engine.connect() as plain, pytest.raises(ScopeMissing):
        plain.execute(CUSTOMERS)
    with SessionLocal() as session, pytest.raises(ScopeMissing):
        customers(session)


@pytest.mark.usefixtures("banks")
def test_past_every_check_of_ours_a_connection_without_scope_sees_no_rows() -> None:
    raw = connection.engine.raw_connection()
    try:
        cursor = raw.cursor()
        for role in ("vigie_app", "vigie_reader"):
            cursor.execute(f"set local role {role}")
            cursor.execute("select count(*) from customers")
            assert cursor.fetchone() == (0,)
    finally:
        raw.close()


@pytest.mark.usefixtures("banks")
def test_an_empty_list_of_banks_is_a_scope_without_rows() -> None:
    with read_only([]) as session:
        assert (bank_ids(session), customers(session)) == ((), [])


@pytest.mark.usefixtures("banks")
def test_rows_of_another_bank_can_be_neither_written_nor_changed_nor_deleted() -> None:
    with get_db_session(["south"]) as session:
        (south,) = bank_ids(session)
    with get_db_session(["north"]) as session:
        changed = session.execute(
            text("update customers set city = 'x' where customer_id = 'south-1' returning 1")
        )
        assert changed.all() == []
        deleted = session.execute(text("delete from customers where customer_id = 'south-1' returning 1"))
        assert deleted.all() == []
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(
                text("insert into customers (bank_id, customer_id) values (:bank, 'x')"), {"bank": south}
            )


@pytest.mark.usefixtures("banks")
def test_an_unknown_bank_is_said_before_any_work() -> None:
    with (
        pytest.raises(NotFoundError, match="no bank with the code east, west"),
        read_only(["west", "north", "east"]),
    ):
        pytest.fail("the session was opened")


@pytest.mark.usefixtures("banks")
def test_a_bank_made_anew_under_an_old_code_is_found_at_once() -> None:
    with read_only(["north"]) as session:
        (before,) = bank_ids(session)
    with owner_session() as session:
        session.execute(text("update banks set code = 'old' where code = 'north'"))
        make_bank(session, "north")
    with read_only(["north"]) as session:
        assert bank_ids(session) != (before,)


@pytest.mark.usefixtures("banks")
def test_all_banks_is_an_explicit_list_that_leaves_a_line_in_the_security_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "database.scope")
    with acting(page="/overview", user="ada"), read_only("all") as session:
        ids = session.scalar(text("select current_setting('vigie.banks')"))
        assert ids == ",".join(map(str, bank_ids(session)))
    (record,) = [record for record in caplog.records if record.name == "database.scope"]
    assert record.getMessage() == "every bank opened as vigie_reader by ada on /overview: north, south"
    assert record.__dict__["category"] == "security"


@pytest.mark.usefixtures("banks")
def test_the_scope_costs_one_statement() -> None:
    statements: list[str] = []
    with get_db_session(["north"]) as session:
        event.listen(connection.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
        session.commit()
        customers(session)
        with session.begin_nested():
            customers(session)
    assert ["set_config" in one for one in statements if "SAVEPOINT" not in one] == [True, False, False]


@pytest.mark.usefixtures("banks")
def test_the_owner_sees_every_bank_without_a_scope() -> None:
    with owner_session() as session:
        assert customers(session) == ["north-1", "south-1"]


@pytest.mark.parametrize(
    ("statement", "tables"),
    [
        ("select * from transactions t", ("transactions",)),
        ('SELECT 1 FROM public."Customers", merchants', ("customers", "merchants")),
        ("select 1 from jobs where kind = 'transactions'", ()),
        ("select 1 -- from transactions\n from jobs /* alerts */", ()),
        ("select 'it''s alerts' from incoming_transactions", ()),
    ],
)
def test_tables_are_read_from_a_statement_but_not_from_its_literals_and_comments(
    statement: str, tables: tuple[str, ...]
) -> None:
    assert scoped_tables(statement) == tables


@pytest.mark.usefixtures("banks")
def test_a_reader_is_told_once_a_transaction_and_a_writer_each_time() -> None:
    def told(session: Session) -> list[list[str]]:
        return [told_once(session, "customers", lambda: [*asked, *customers(session)]) for _ in range(2)]

    asked: list[str] = []
    with get_db_session(["north"]) as session:
        first = told(session)
        asked.append("again")
        assert (first, told(session)) == ([["north-1"]] * 2, [["again", "north-1"]] * 2)
    asked.clear()
    with read_only(["north"]) as session:
        first = told(session)
        asked.append("again")
        assert told(session) == first == [["north-1"]] * 2
        session.rollback()
        assert told(session) == [["again", "north-1"]] * 2
