"""A new database: its schema, the first admin with bank and dataset, and the way back to nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg2
import pytest
from sqlalchemy import text

from database import setup
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from database.setup import Seeded, has_admin, init_database, reset_database, seed_initial_data
from models.access import Role
from models.errors import ConflictError
from tests.factories import make_bank, make_user
from tests.servers import Database

ALL = "select (select count(*) from users) as users, (select count(*) from banks) as banks"


@pytest.mark.every_postgres
@pytest.mark.usefixtures("empty_database")
def test_an_empty_database_gets_the_whole_schema_once() -> None:
    assert len(init_database()) > 10
    assert init_database() == []
    assert execute_query(ALL) == [{"users": 0, "banks": 0}]


@pytest.mark.usefixtures("committed")
def test_the_first_seed_makes_an_admin_who_sees_the_first_bank_and_its_dataset() -> None:
    seeded = seed_initial_data(password_hash="argon2 hash", email="ada@example.org")
    (admin,) = _admin()
    assert (admin["username"], admin["email"], admin["role"]) == ("admin", "ada@example.org", "admin")
    assert (admin["password_hash"], admin["must_change_password"]) == ("argon2 hash", True)
    granted = execute_query("select user_id, bank_id from user_banks")
    assert granted == [{"user_id": seeded.admin_id, "bank_id": seeded.bank_id}]
    datasets = execute_query("select dataset_id, name, kind, is_demo from datasets", banks=["main"])
    assert datasets == [
        {"dataset_id": seeded.dataset_id, "name": "default", "kind": "transactions", "is_demo": False}
    ]


@pytest.mark.usefixtures("committed")
def test_seeding_again_changes_nothing() -> None:
    seed_initial_data(password_hash="first")
    assert seed_initial_data(password_hash="second", username="other") == Seeded(None, None, None)
    assert [admin["password_hash"] for admin in _admin()] == ["first"]


@pytest.mark.usefixtures("committed")
def test_without_a_password_there_is_no_admin_and_later_there_is() -> None:
    assert seed_initial_data().admin_id is None
    with get_db_session() as session:
        assert not has_admin(session)
    assert seed_initial_data(password_hash="x").admin_id is not None
    with get_db_session() as session:
        assert has_admin(session)


@pytest.mark.usefixtures("committed")
def test_two_seeds_at_once_make_one_admin() -> None:
    with ThreadPoolExecutor(2) as threads:
        seeded = list(threads.map(lambda _: seed_initial_data(password_hash="x"), range(2)))
    assert sorted(one.admin_id is None for one in seeded) == [False, True]
    assert execute_query(ALL) == [{"users": 1, "banks": 1}]


@pytest.mark.usefixtures("committed")
def test_banks_that_are_there_are_enough_and_all_are_the_first_admins() -> None:
    with get_db_session() as session:
        make_bank(session)
        make_bank(session)
    assert seed_initial_data(password_hash="x").bank_id is None
    assert len(execute_query("select * from user_banks")) == 2


@pytest.mark.usefixtures("committed")
def test_a_name_that_is_taken_by_somebody_else_is_a_sentence() -> None:
    with get_db_session() as session:
        make_user(session, username="Admin", role=Role.VIEWER)
    with pytest.raises(ConflictError, match="exists and is no admin"):
        seed_initial_data(password_hash="x")


@pytest.mark.every_postgres
@pytest.mark.usefixtures("committed")
def test_a_reset_leaves_the_schema_and_no_row_and_the_roles_still_work() -> None:
    seed_initial_data(password_hash="x")
    applied = reset_database()
    assert len(applied) > 10
    assert execute_query(ALL) == [{"users": 0, "banks": 0}]
    assert seed_initial_data(password_hash="x").admin_id is not None
    with owner_session() as session:
        assert session.scalar(text("select count(*) from datasets")) == 1


def test_a_reset_does_not_wait_for_ever_for_who_uses_the_database(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "_LOCK_TIMEOUT", "100ms")
    other = psycopg2.connect(committed.app_url)
    other.cursor().execute("lock table users in row exclusive mode")
    with pytest.raises(ConflictError, match="in use: stop Vigie"):
        reset_database()
    other.close()
    assert execute_query(ALL) == [{"users": 0, "banks": 0}]


def _admin() -> list[dict[str, object]]:
    with get_db_session() as session:
        return [dict(row) for row in session.execute(text("select * from users")).mappings()]
