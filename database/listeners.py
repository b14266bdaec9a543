"""What the engine tells about itself: each query's start and end, slow ones, and the pool's traffic."""

from __future__ import annotations

import logging
import math
from threading import Lock
from time import perf_counter
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.pool import ConnectionPoolEntry

from database.context import current
from database.plans import plan_of

LOGGER = logging.getLogger(__name__)
STATEMENT_SHOWN = 2_000
BULK = "vigie_bulk"
"""The execution option of statements that write thousands of rows: they are long, and no warning."""

_STARTED = "vigie_query_started"


class PoolTraffic:
    """How often connections were made, taken and given back since the engine exists."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.connects = 0
        self.checkouts = 0
        self.checkins = 0

    def connected(self, _connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        """Count a connection that was made."""
        with self._lock:
            self.connects += 1
        LOGGER.debug("connected to the database", extra={"category": "database"})

    def taken(self, _connection: DBAPIConnection, _entry: ConnectionPoolEntry, _proxy: object) -> None:
        """Count a connection that was taken from the pool."""
        with self._lock:
            self.checkouts += 1

    def given_back(self, _connection: DBAPIConnection | None, _entry: ConnectionPoolEntry) -> None:
        """Count a connection that came back to the pool."""
        with self._lock:
            self.checkins += 1


def count_pool_traffic(engine: Engine) -> PoolTraffic:
    """Count the engine's connects, checkouts and checkins from now on."""
    traffic = PoolTraffic()
    event.listen(engine, "connect", traffic.connected)
    event.listen(engine, "checkout", traffic.taken)
    event.listen(engine, "checkin", traffic.given_back)
    return traffic


def log_slow_queries(engine: Engine, *, threshold_ms: float) -> None:
    """Warn about every statement that takes `threshold_ms` or longer, one that failed included.

    The statement is written as sent, without its bound values: those may be personal.
    """

    def started(
        connection: Connection, _cursor: Any, _statement: str, _parameters: Any, _context: Any, _many: object
    ) -> None:
        connection.info.setdefault(_STARTED, []).append(perf_counter())

    def ended(
        connection: Connection, _cursor: Any, statement: str, parameters: Any, context: Any, many: object
    ) -> None:
        is_bulk = context is not None and context.execution_options.get(BULK)
        duration_ms = _lasted(connection)
        if duration_ms >= (math.inf if is_bulk else threshold_ms):
            _warn(duration_ms, statement, None if many else plan_of(connection, statement, parameters))

    def failed(problem: ExceptionContext) -> None:
        if problem.connection is not None and not problem.connection.invalidated and problem.statement:
            duration_ms = _lasted(problem.connection)
            if duration_ms >= threshold_ms:
                _warn(duration_ms, problem.statement, None)

    event.listen(engine, "before_cursor_execute", started)
    event.listen(engine, "after_cursor_execute", ended)
    event.listen(engine, "handle_error", failed)


def _lasted(connection: Connection) -> float:
    """Return how long the statement that began last took; -1 where none is known to have begun."""
    starts: list[float] = connection.info.get(_STARTED, [])
    return (perf_counter() - starts.pop()) * 1_000 if starts else -1.0


def _warn(duration_ms: float, statement: str, plan: str | None) -> None:
    acting, shown = current(), " ".join(statement.split())[:STATEMENT_SHOWN]
    LOGGER.warning(
        "slow query: %.0f ms on %s for %s: %s",
        duration_ms,
        acting.page or "no page",
        acting.user or "nobody",
        shown,
        extra={
            "category": "database",
            "duration_ms": duration_ms,
            "path": acting.page,
            "details": {"statement": shown, "filter": acting.filter, "plan": plan},
        },
    )
