"""The owner's engine: small, without limits, and absent where its address is not given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from database import owner
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from models.banks import Bank
from models.errors import UnavailableError, UserError
from tests.factories import make_bank

BANKS = text("select count(*) from banks")


@pytest.mark.usefixtures("committed")
def test_the_owners_session_commits_and_rolls_back_like_the_others() -> None:
    with owner_session() as session:
        make_bank(session, "kept")
    with pytest.raises(IntegrityError), owner_session() as session:
        session.add_all(Bank(code=code, name=code, base_currency="EUR") for code in ("gone", "kept"))
    assert execute_query("select code from banks") == [{"code": "kept"}]


@pytest.mark.usefixtures("committed")
def test_it_works_as_the_owner_without_a_time_limit() -> None:
    with owner_session() as session:
        assert session.scalar(text("select current_user")) == "vigie_owner"
        assert session.scalar(text("show statement_timeout")) == "0"


@pytest.mark.every_postgres
@pytest.mark.usefixtures("committed")
def test_a_snapshot_does_not_see_what_is_committed_meanwhile_and_the_next_session_does() -> None:
    with owner_session(snapshot=True) as session:
        assert session.scalar(BANKS) == 0
        with get_db_session() as other:
            make_bank(other)
        assert session.scalar(BANKS) == 0
    with owner_session() as session:
        assert session.scalar(BANKS) == 1


@pytest.mark.usefixtures("committed")
def test_its_pool_holds_a_rebuild_and_a_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = owner.owner_engine()
    monkeypatch.setattr(engine.pool, "_timeout", 0.1)
    with owner_session() as first, owner_session() as second, owner_session() as third:
        assert [each.scalar(BANKS) for each in (first, second, third)] == [0, 0, 0]
        with pytest.raises(UnavailableError, match="in use"), owner_session() as fourth:
            fourth.scalar(BANKS)


def test_without_the_owners_address_one_sentence_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://vigie_app:x@127.0.0.1/vigie")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    owner.dispose()
    with pytest.raises(UserError, match="set DATABASE_OWNER_URL"), owner_session():
        pytest.fail("the session was opened")


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("opened", [get_db_session, owner_session])
def test_an_error_does_not_quote_what_was_bound(opened: Callable[[], Any]) -> None:
    with pytest.raises(DBAPIError) as raised, opened() as session:
        session.execute(text("select cast(:number as int) / 0, :secret"), {"number": 1, "secret": "hunter2"})
    assert "hunter2" not in str(raised.value)
