"""How stored data are reached. What scripts and notebooks use is here by name; each loads on first use."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from database.bulk import bulk_insert
    from database.connection import (
        SessionLocal,
        SessionScoped,
        dispose,
        engine,
        execute_query,
        get_db,
        get_db_session,
        read_only,
    )
    from database.health import database_stats, health_check, pool_status
    from database.logs.events import log_system_event
    from database.migrations import run_all_migrations, run_migration
    from database.setup import init_database, reset_database, seed_initial_data

__all__ = [
    "SessionLocal",
    "SessionScoped",
    "bulk_insert",
    "database_stats",
    "dispose",
    "engine",
    "execute_query",
    "get_db",
    "get_db_session",
    "health_check",
    "init_database",
    "log_system_event",
    "pool_status",
    "read_only",
    "reset_database",
    "run_all_migrations",
    "run_migration",
    "seed_initial_data",
]

# A name's module, so that `import database` costs nothing and commands do not import themselves.
_HOMES = {
    "database.bulk": ("bulk_insert",),
    "database.connection": (
        "SessionLocal",
        "SessionScoped",
        "dispose",
        "engine",
        "execute_query",
        "get_db",
        "get_db_session",
        "read_only",
    ),
    "database.health": ("database_stats", "health_check", "pool_status"),
    "database.logs.events": ("log_system_event",),
    "database.migrations": ("run_all_migrations", "run_migration"),
    "database.setup": ("init_database", "reset_database", "seed_initial_data"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
