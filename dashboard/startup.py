"""What must be true of the database before Vigie is up: its version, schema, pool, first admin and demo."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Final

from dashboard.config import WebSettings
from dashboard.processes import Supervisor, own_environment
from database import connection, migrations, setup
from database.config import OLDEST_POSTGRES, DatabaseConfig
from database.limits import Limits, limits
from models.errors import UserError

# The worker's own engine for the owner, and its listener.
WORKER_EXTRA: Final = 6
SUPERVISOR_EXTRA: Final = 4


@dataclass(frozen=True, slots=True)
class Pool:
    """How many connections each process may hold."""

    size: int
    overflow: int


def prepare(supervisor: Supervisor, settings: WebSettings, config: DatabaseConfig, *, demo: bool) -> Pool:
    """Bring the database to where the web processes can start; return their pool."""
    found = limits()
    if found.major < OLDEST_POSTGRES:
        raise UserError(
            "The server is PostgreSQL {found}: Vigie needs PostgreSQL {oldest} or newer.",
            found=found.major,
            oldest=OLDEST_POSTGRES,
        )
    environment = own_environment()
    if config.owner_connection_string() is None:
        supervisor.say(
            "DATABASE_OWNER_URL is not set: Vigie runs no migrations and folds no new rows; "
            "run `python -m database.run_migration` and `python -m database.segments --fold` as the owner."
        )
    elif migrations.scripts():
        supervisor.say("Bringing the database's schema up to date …")
        command = [sys.executable, "-m", "database.run_migration"]
        supervisor.run_once("the migration", command, environment, quiet=True)
    if not has_admin():
        command = [sys.executable, "-m", "database.seed_data"]
        wants_demo = demo and config.is_embedded and not settings.is_production
        supervisor.run_once("the first login", [*command, *(["--demo"] if wants_demo else [])], environment)
    pool = fitting_pool(settings, config, found)
    if (pool.size, pool.overflow) != (config.pool_size, config.max_overflow):
        supervisor.say(
            f"The server takes {found.usable} connections: each process may hold {pool.size} and "
            f"{pool.overflow} more, instead of {config.pool_size} and {config.max_overflow}."
        )
    connection.dispose()
    return pool


def fitting_pool(settings: WebSettings, config: DatabaseConfig, found: Limits) -> Pool:
    """Return the pool of the settings, cut so that all processes together fit the server."""
    processes = settings.workers + 1
    each = max(2, (found.usable - WORKER_EXTRA - SUPERVISOR_EXTRA) // processes)
    size = min(config.pool_size, each)
    return Pool(size, min(config.max_overflow, each - size))


def has_admin() -> bool:
    """Whether somebody can log in already."""
    with connection.get_db_session() as session:
        return setup.has_admin(session)
