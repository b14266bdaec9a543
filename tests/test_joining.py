"""The harness itself: what joined tests share, what they leave behind, and what they may reach."""

from __future__ import annotations

import socket

import pytest
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from database.connection import bank_ids, execute_query, get_db_session, read_only
from models.customers import Customer
from tests.factories import make_bank, make_customer

SETTINGS = text("select current_user, current_setting('vigie.banks', true)")


@pytest.mark.parametrize("_again", [1, 2])
def test_nothing_of_a_joined_test_is_kept(db: Session, _again: int) -> None:
    assert db.scalar(text("select count(*) from banks")) == 0
    with get_db_session() as session:
        make_bank(session, "same")


def test_a_new_bank_joins_the_scope_of_the_joined_session(db: Session) -> None:
    north, south = make_bank(db), make_bank(db)
    make_customer(db, north)
    make_customer(db, south)
    assert db.scalar(text("select count(*) from customers")) == 2
    assert bank_ids(db) == (north.bank_id, south.bank_id)


def test_sessions_of_the_code_under_test_see_and_add_to_the_joined_rows(db: Session) -> None:
    bank = make_bank(db)
    with get_db_session([bank.code]) as session:
        make_customer(session, bank, "added")
    assert execute_query("select customer_id from customers", banks=[bank.code]) == [{"customer_id": "added"}]
    assert db.scalars(text("select customer_id from customers")).all() == ["added"]


def test_what_the_code_under_test_rolls_back_takes_nothing_else_along(db: Session) -> None:
    bank = make_bank(db)
    make_customer(db, bank, "kept")
    with pytest.raises(IntegrityError), get_db_session([bank.code]) as session:
        session.add_all(Customer(bank_id=bank.bank_id, customer_id=name) for name in ("gone", "kept"))
    assert db.scalars(text("select customer_id from customers")).all() == ["kept"]


def test_the_joined_session_has_its_role_and_scope_back_when_another_has_ended(db: Session) -> None:
    one, two = make_bank(db), make_bank(db)
    before = db.execute(SETTINGS).one()
    with read_only([one.code]) as session:
        assert tuple(session.execute(SETTINGS).one()) == ("vigie_reader", str(one.bank_id))
    assert db.execute(SETTINGS).one() == before
    with get_db_session([two.code]) as session:
        session.execute(text("select 1"))
    assert db.execute(SETTINGS).one() == before


def test_only_this_machine_is_reached() -> None:
    with (
        socket.socket() as outward,
        pytest.warns(UserWarning, match="192.0.2.1"),
        pytest.raises(SocketConnectBlockedError),
    ):
        outward.connect(("192.0.2.1", 80))
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
