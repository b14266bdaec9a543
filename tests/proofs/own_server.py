"""The embedded server of a proof: fresh, migrated, and gone with all its data."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from database import connection, owner
from database.embedded import running
from database.migrations import run_all_migrations
from tests.homes import throwaway_home


@contextmanager
def own_server() -> Iterator[Path]:
    """Run a migrated server in a folder of its own, and yield its VIGIE_HOME."""
    with throwaway_home() as home:
        os.environ["VIGIE_HOME"] = str(home)
        with running(home):
            connection.dispose()
            owner.dispose()
            run_all_migrations()
            yield home
        connection.dispose()
        owner.dispose()
