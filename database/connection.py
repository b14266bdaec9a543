"""How everything reaches the database: one lazily made engine, sessions under a bank scope, plain queries.

    with get_db_session(banks=["acme"]) as session:   # commits, rolls back on an error, closes
    with read_only(banks="all") as session:           # one snapshot, as the read-only role
    execute_query("select …", {"id": 1}, banks=["acme"])

`banks` holds bank codes; without it only tables that belong to no bank may be touched.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, SessionTransaction, scoped_session, sessionmaker

from database import scope
from database.config import DatabaseConfig
from database.reach import Reach
from database.scope import APPLICATION_ROLE, READER_ROLE, Banks, bank_ids
from models.errors import UnavailableError
from models.messages import N_

__all__ = [
    "Session",
    "SessionLocal",
    "SessionScoped",
    "bank_ids",
    "dispose",
    "engine",
    "execute_query",
    "get_db",
    "get_db_session",
    "read_only",
]

_QUERY_CANCELLED = "57014"


class _Here:
    """This process's reach; a forked child makes its own."""

    lock = Lock()
    reach: Reach | None = None


def reach() -> Reach:
    """Return this process's engine with what belongs to it, made on first use and connected on first need."""
    found = _Here.reach
    if found is None:
        with _Here.lock:
            found = _Here.reach
            if found is None:
                found = _Here.reach = Reach(DatabaseConfig.from_env())
    return found


def dispose() -> None:
    """Close the pool's idle connections and forget the engine; the next use reads the settings again."""
    with _Here.lock:
        found, _Here.reach = _Here.reach, None
    if found is not None:
        found.engine.dispose()


def _forget_after_fork() -> None:
    # The parent's sockets stay the parent's: they are dropped here without a goodbye to the server.
    found, _Here.reach, _Here.lock = _Here.reach, None, Lock()
    if found is not None:
        found.engine.dispose(close=False)


os.register_at_fork(after_in_child=_forget_after_fork)

if TYPE_CHECKING:
    engine: Engine
else:

    def __getattr__(name: str) -> Engine:
        if name == "engine":
            return reach().engine
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


class BankSession(Session):
    """A session whose engine is found on first use and whose scope goes with every transaction."""

    def get_bind(self, mapper: Any = None, **options: Any) -> Engine | Connection:
        """Return the engine: for the reader's role the one whose transactions are read-only snapshots."""
        if self.bind is not None:
            return super().get_bind(mapper, **options)
        return reach().snapshots if scope.of(self).role == READER_ROLE else reach().engine


@event.listens_for(BankSession, "after_begin")
def _tell_scope(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    # A savepoint keeps the settings of its transaction.
    if not transaction.nested:
        scope.apply(session, connection, timeout_ms=reach().statement_timeout_ms)


SessionLocal = sessionmaker(class_=BankSession, autoflush=False, expire_on_commit=False)
SessionScoped = scoped_session(SessionLocal)


@contextmanager
def get_db_session(banks: Banks = None) -> Iterator[Session]:
    """Open a session as the application's role: committed at the end, rolled back on an error, closed."""
    with _opened(scope.scope_of(banks, role=APPLICATION_ROLE)) as session:
        yield session
        session.commit()


@contextmanager
def read_only(banks: Banks = None) -> Iterator[Session]:
    """Open a session that sees one snapshot from its first statement to its end and can write nothing."""
    with _opened(scope.scope_of(banks, role=READER_ROLE)) as session:
        yield session


def get_db(banks: Banks = None) -> Iterator[Session]:
    """`get_db_session` as a generator, for frameworks that inject dependencies."""
    with get_db_session(banks) as session:
        yield session


def execute_query(
    sql: str, params: Mapping[str, Any] | None = None, *, banks: Banks = None
) -> list[dict[str, Any]]:
    """Return the rows of one read-only statement; values are bound as `:name`, never written into it."""
    with read_only(banks) as session:
        return [dict(row) for row in session.execute(text(sql), params or {}).mappings()]


@contextmanager
def _opened(wanted: scope.Scope) -> Iterator[Session]:
    with finished(SessionLocal()) as session:
        scope.put(session, wanted)
        if wanted.banks is not None:
            session.connection()  # An unknown bank is said here, not in the middle of the work.
        yield session


@contextmanager
def finished(session: Session) -> Iterator[Session]:
    """Close the session at the end, however that comes; what was not committed by then is rolled back."""
    try:
        yield session
    except (DBAPIError, PoolTimeoutError) as error:
        sentence = _unavailable(error)
        if sentence is None:
            raise
        raise sentence from error
    finally:
        session.close()


def _unavailable(error: DBAPIError | PoolTimeoutError) -> UnavailableError | None:
    """Return the sentence for what is the server's state and not a mistake of ours."""
    if isinstance(error, PoolTimeoutError):
        return UnavailableError(N_("Every database connection is in use. Try again in a moment."))
    if error.connection_invalidated:
        return UnavailableError(N_("The connection to the database was lost. Try again in a moment."))
    if getattr(error.orig, "pgcode", None) == _QUERY_CANCELLED:
        return UnavailableError(N_("The database took too long to answer and was stopped."))
    return None
