"""One engine on one server: its pool, its listeners, its checks, and patience in connecting."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Final

import psycopg2
from sqlalchemy import create_engine, event

from database import scope
from database.config import OLDEST_POSTGRES, DatabaseConfig
from database.listeners import PoolTraffic, count_pool_traffic, log_slow_queries
from database.roles import check_application_role
from models.errors import UnavailableError, UserError
from models.messages import N_

LOGGER = logging.getLogger(__name__)
CONNECT_TRIES: Final = 3
CONNECT_BACK_OFF_S: Final = 0.2

# A server that vanished without a word is noticed within about ten seconds, idle or not.
CONNECT_ARGUMENTS: Final[dict[str, str | int]] = {
    "connect_timeout": 3,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
    "application_name": "vigie",
}


class Reach:
    """The application's engine with its read-only twin on the same pool."""

    def __init__(self, config: DatabaseConfig) -> None:
        self.engine = create_engine(
            config.connection_string(),
            pool_size=config.pool_size,
            max_overflow=config.max_overflow,
            pool_timeout=config.pool_timeout,
            pool_recycle=config.pool_recycle,
            pool_pre_ping=True,
            echo=config.echo,
            # Errors are logged: what was bound, names and hashes among it, is not to stand in them.
            hide_parameters=True,
            use_native_hstore=False,
            connect_args=dict(CONNECT_ARGUMENTS),
        )
        # Isolation and read-only reach the connection before it begins: after a statement it is too late.
        self.snapshots = self.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self.statement_timeout_ms = config.statement_timeout_ms
        self._is_login_checked = False
        event.listen(self.engine, "do_connect", self._connect)
        event.listen(self.engine, "before_cursor_execute", scope.refuse_without_scope)
        event.listen(self.engine, "checkin", scope.forget)
        log_slow_queries(self.engine, threshold_ms=config.slow_query_ms)
        self.traffic: PoolTraffic = count_pool_traffic(self.engine)

    def _connect(self, dialect: Any, _entry: Any, positional: Any, named: Any) -> Any:
        connection = connect_patiently(lambda: dialect.connect(*positional, **named))
        if not self._is_login_checked:
            try:
                _check_version(connection)
                check_application_role(connection)
            except BaseException:
                connection.close()
                raise
            self._is_login_checked = True
        return connection


def _check_version(connection: Any) -> None:
    if connection.server_version < OLDEST_POSTGRES * 10_000:
        raise UserError(
            N_("This server is PostgreSQL {found}: Vigie needs {needed} or newer."),
            found=connection.server_version // 10_000,
            needed=OLDEST_POSTGRES,
        )


def connect_patiently(connect: Callable[[], Any]) -> Any:
    """Connect, three times at most, with a growing pause; the last refusal becomes a sentence (503)."""
    for attempt in range(1, CONNECT_TRIES + 1):
        try:
            return connect()
        except psycopg2.OperationalError as error:
            LOGGER.warning(
                "the database does not answer (try %d of %d): %s",
                attempt,
                CONNECT_TRIES,
                str(error).strip(),
                extra={"category": "database"},
            )
            if attempt == CONNECT_TRIES:
                raise UnavailableError(
                    N_("The database does not answer. It was asked {tries} times; the log says why."),
                    tries=CONNECT_TRIES,
                ) from error
            time.sleep(CONNECT_BACK_OFF_S * 2 ** (attempt - 1))
    raise AssertionError("unreachable")
