"""The benchmark's data: the synthetic world in a server of its own, kept between runs."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from dashboard.world.store import Progress, store_world
from dashboard.world.truth import FOLDER
from dashboard.world.world import WorldOptions
from database import connection, owner
from database.embedded import running
from database.migrations import run_all_migrations
from database.owner import owner_session
from database.segments.compaction import fold_tail
from database.upkeep import merge_years

UNTIL = date(2026, 1, 1)


@contextmanager
def world_of(rows: int, folder: Path, options: WorldOptions | None = None) -> Iterator[Path]:
    """A running server with a world of about `rows` transactions, folded; yields its VIGIE_HOME.

    Other `options` than those of all benchmarks have a server of their own; the truth is in `truth`.
    """
    options = options or WorldOptions(until=UNTIL, banks=5, days=730, transactions=rows, seed=1)
    home = folder / (
        f"rows-{rows}" if options.seed == 1 else f"rows-{rows}-{options.seed}-{options.pressure:g}"
    )
    os.environ["VIGIE_HOME"] = str(home)
    with running(home):
        connection.dispose()
        owner.dispose()
        run_all_migrations()
        store_world(options, _tell, truth=home / FOLDER)
        seal()
        merge_years()
        with owner_session() as session:
            session.connection().exec_driver_sql("analyze")
        yield home
        connection.dispose()
        owner.dispose()


@contextmanager
def passing_home(above: Path | None = None) -> Iterator[Path]:
    """A folder that goes with all its data: the server's own account can enter it, so none lie elsewhere."""
    with tempfile.TemporaryDirectory(prefix="vigie-bench-", dir=above) as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


def seal() -> None:
    """Fold until the tail is empty."""
    more = True
    while more:
        with owner_session() as session:
            more = fold_tail(session).more


def _tell(progress: Progress) -> None:
    if progress.rows % 100_000 < 10_000:
        rate, left = progress.rows_a_second, progress.seconds_left or 0
        sys.stderr.write(f"{progress.rows:,} of {progress.total:,} rows, {rate:,.0f}/s, {left:.0f} s left\n")
