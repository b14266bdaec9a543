"""How tests reach one database: where the engines point, and the session that others join."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.orm import Session, SessionTransaction

from database import connection as application
from database import owner, scope
from tests.servers import Database


class _Pointed:
    at: str | None = None


def point_at(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the application's and the owner's engine reach this database, by their settings alone."""
    for name, value in database.environment.items():
        monkeypatch.setenv(name, value)
    if _Pointed.at != database.app_url:
        leave()
        _Pointed.at = database.app_url


def leave() -> None:
    """Close what is open and forget where it pointed."""
    application.SessionScoped.remove()
    application.dispose()
    owner.dispose()
    _Pointed.at = None


@contextmanager
def joined_session() -> Iterator[Session]:
    """A session inside an outer transaction that is rolled back; every other session joins it."""
    with application.engine.connect() as connection:
        outer = connection.begin()
        application.SessionLocal.configure(bind=connection, join_transaction_mode="create_savepoint")
        session = application.SessionLocal()
        scope.put(session, scope.Scope(banks="all"))
        try:
            with _scope_returns_to(session, connection):
                yield session
        finally:
            session.close()
            application.SessionScoped.remove()
            application.SessionLocal.configure(bind=None, join_transaction_mode="conditional_savepoint")
            outer.rollback()


@contextmanager
def _scope_returns_to(outer: Session, connection: Connection) -> Iterator[None]:
    """Give the outer session its scope back whenever a session that joined has ended."""

    def again(session: Session, transaction: SessionTransaction) -> None:
        if session is not outer and transaction.parent is None and outer.in_transaction():
            scope.apply(outer, connection, timeout_ms=0)

    event.listen(application.BankSession, "after_transaction_end", again)
    try:
        yield
    finally:
        event.remove(application.BankSession, "after_transaction_end", again)
