"""The owner's own small engine, for migrations, folding and maintenance; web processes never import this."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session

from database.config import DatabaseConfig
from database.connection import finished
from database.listeners import log_slow_queries
from database.reach import CONNECT_ARGUMENTS, connect_patiently
from models.errors import UserError
from models.messages import N_

OWNER_POOL_SIZE: Final = 3
"""A rebuild, which keeps folds away by a connection of its own, beside one fold."""


class _Here:
    """This process's owner engine; a forked child makes its own."""

    lock = Lock()
    engine: Engine | None = None


@contextmanager
def owner_session(*, snapshot: bool = False) -> Iterator[Session]:
    """Open a session as the owner, committed at the end: every bank's rows, no time limit.

    With `snapshot` all its statements see the database as it was at the first of them.
    """
    engine = owner_engine()
    bind = engine.execution_options(isolation_level="REPEATABLE READ") if snapshot else engine
    with finished(Session(bind, autoflush=False, expire_on_commit=False)) as session:
        yield session
        session.commit()


def owner_engine() -> Engine:
    """Return the owner's engine, made on first use; without the owner's address a sentence says so."""
    with _Here.lock:
        if _Here.engine is None:
            _Here.engine = _make(DatabaseConfig.from_env())
        return _Here.engine


def dispose() -> None:
    """Close the owner's idle connections; the next use reads the settings again."""
    with _Here.lock:
        found, _Here.engine = _Here.engine, None
    if found is not None:
        found.dispose()


def _make(config: DatabaseConfig) -> Engine:
    url = config.owner_connection_string()
    if url is None:
        raise UserError(
            N_(
                "This needs the owner's address of the database: set DATABASE_OWNER_URL "
                "(without it nothing is migrated and the tail is not folded)."
            )
        )
    engine = create_engine(
        url,
        pool_size=OWNER_POOL_SIZE,
        max_overflow=0,
        pool_pre_ping=True,
        pool_recycle=config.pool_recycle,
        # Errors are logged: what was bound, names and hashes among it, is not to stand in them.
        hide_parameters=True,
        use_native_hstore=False,
        connect_args={**CONNECT_ARGUMENTS, "application_name": "vigie-owner"},
    )
    event.listen(engine, "do_connect", _connect)
    log_slow_queries(engine, threshold_ms=config.slow_query_ms)
    return engine


def _connect(dialect: Any, _entry: Any, positional: Any, named: Any) -> Any:
    return connect_patiently(lambda: dialect.connect(*positional, **named))


def _forget_after_fork() -> None:
    found, _Here.engine, _Here.lock = _Here.engine, None, Lock()
    if found is not None:
        found.dispose(close=False)


os.register_at_fork(after_in_child=_forget_after_fork)
