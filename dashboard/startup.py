"""What must be true of the database before Vigie is up: its version, schema, pool, first admin and demo."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dashboard.config import WebSettings
from dashboard.processes import Supervisor, own_environment
from database import connection, first_load, migrations, setup
from database.config import OLDEST_POSTGRES, DatabaseConfig
from database.health import health_check
from database.limits import Limits, limits
from database.migration_files import read_migrations
from database.queries import jobs
from models.errors import UserError
from models.messages import N_

# The worker's own engine for the owner, and its listener.
WORKER_EXTRA: Final = 6
SUPERVISOR_EXTRA: Final = 4
_BEGUN: Final = "begun"
_MADE: Final = "made"


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
            N_("The server is PostgreSQL {found}: Vigie needs PostgreSQL {oldest} or newer."),
            found=found.major,
            oldest=OLDEST_POSTGRES,
        )
    _bring_schema_up_to_date(supervisor, config)
    _seed(supervisor, settings.home, demo=demo and may_add_demo(settings, config))
    _complete_first_load(supervisor, config)
    pool = fitting_pool(settings, config, found)
    if (pool.size, pool.overflow) != (config.pool_size, config.max_overflow):
        supervisor.say(
            f"The server takes {found.usable} connections: each process may hold {pool.size} and "
            f"{pool.overflow} more, instead of {config.pool_size} and {config.max_overflow}."
        )
    connection.dispose()
    return pool


def may_add_demo(settings: WebSettings, config: DatabaseConfig) -> bool:
    """Return whether invented rows are nobody's harm: on Vigie's own server, outside production."""
    return config.is_embedded and not settings.is_production


def _bring_schema_up_to_date(supervisor: Supervisor, config: DatabaseConfig) -> None:
    """Run the migrations, or, without the owner's address, say what that means and check the version."""
    if config.owner_connection_string() is not None:
        if migrations.scripts():
            supervisor.say("Bringing the database's schema up to date …")
            command = [sys.executable, "-m", "database.run_migration"]
            supervisor.run_once("the migration", command, own_environment(), quiet=True)
        return
    needed = max(migration.version for migration in read_migrations())
    if (health_check().schema_version or 0) < needed:
        raise UserError(
            N_(
                "The database's schema is older than this Vigie: set DATABASE_OWNER_URL, or run "
                "`python -m database.run_migration` as the owner."
            )
        )
    supervisor.say("DATABASE_OWNER_URL is not set: Vigie runs no migrations and folds no new rows.")


def _seed(supervisor: Supervisor, home: Path, *, demo: bool) -> None:
    """Make the first admin where there is none, and the demo once, where nothing was ever stored.

    A note in VIGIE_HOME says that the demo was begun, so that the next start completes a killed one, and
    that it was made, so that no start brings back one that was removed.
    """
    note = home / "demo-state"
    state = note.read_text(encoding="ascii") if note.exists() else ""
    with connection.get_db_session() as session:
        has_admin = setup.has_admin(session)
        is_empty = not any(jobs.newest(session, kind=kind, limit=1) for kind in ("generate", "import"))
    adds_demo = demo and (state == _BEGUN or (state == "" and is_empty))
    command = [sys.executable, "-m", "database.seed_data"]
    if adds_demo:
        note.write_text(_BEGUN, encoding="ascii")
        supervisor.run_once("the demo", [*command, "--demo"], own_environment())
        note.write_text(_MADE, encoding="ascii")
    elif not has_admin:
        supervisor.run_once("the first login", command, own_environment())


def _complete_first_load(supervisor: Supervisor, config: DatabaseConfig) -> None:
    """Make what a load that was killed had set aside, where no start goes on with that load."""
    with connection.get_db_session() as session:
        is_set_aside = first_load.is_set_aside(session)
    if is_set_aside and config.owner_connection_string() is not None:
        supervisor.say("Making the indexes that a stopped load had set aside …")
        first_load.put_back()


def fitting_pool(settings: WebSettings, config: DatabaseConfig, found: Limits) -> Pool:
    """Return the pool of the settings, cut so that all processes together fit the server."""
    processes = settings.workers + 1
    each = max(2, (found.usable - WORKER_EXTRA - SUPERVISOR_EXTRA) // processes)
    size = min(config.pool_size, each)
    return Pool(size, min(config.max_overflow, each - size))
