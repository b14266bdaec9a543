"""How fast the synthetic world is stored, with labels, totals and segments: `python benchmarks/seed.py`.

Each size goes into a server of its own, through the command's own path: generating, the bulk path, totals
and risk at the end of each bank, and a fold until the tail is empty. Rows a second are over all of that; the
generator alone is timed beside it. The peak of memory is that of this process, children left out.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("SLOW_QUERY_MS", "600000")
os.environ.setdefault("STATEMENT_TIMEOUT_MS", "600000")

from sqlalchemy import text  # noqa: E402 - the project's folder is found first

from benchmarks._world import UNTIL, passing_home, seal  # noqa: E402
from dashboard.world.store import store_world  # noqa: E402
from dashboard.world.world import WorldOptions, build_world  # noqa: E402
from database import connection, owner  # noqa: E402
from database.embedded import running  # noqa: E402
from database.migrations import run_all_migrations  # noqa: E402
from database.owner import owner_session  # noqa: E402

TARGET = 20_000.0


def main() -> int:
    """Print rows a second by size; the status is 1 where the target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results" / "seed.txt")
    options = parser.parse_args()
    lines, missed = [], 0
    for rows in options.rows:
        line, pace = _measure(rows)
        lines.append(line + ("" if pace >= TARGET else f"  MISSED ({TARGET:,.0f})"))
        missed += pace < TARGET
        sys.stdout.write(lines[-1] + "\n")
        sys.stdout.flush()
    options.results.parent.mkdir(exist_ok=True)
    options.results.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 1 if missed else 0


def _measure(rows: int) -> tuple[str, float]:
    wanted = WorldOptions(until=UNTIL, banks=5, days=730, transactions=rows)
    begun = time.perf_counter()
    drawn = sum(batch.rows.num_rows for world in build_world(wanted) for batch in world.batches())
    drawing = time.perf_counter() - begun
    assert drawn == rows
    with passing_home() as home:
        os.environ["VIGIE_HOME"] = str(home)
        with running(home):
            connection.dispose()
            owner.dispose()
            run_all_migrations()
            storing, sealing = _stored(wanted)
            connection.dispose()
            owner.dispose()
    pace = rows / (storing + sealing)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{rows:,} rows of 5 banks over 730 days: {pace:,.0f} rows/s with segments"
        f" ({storing:.1f} s stored, {sealing:.1f} s folded), generator alone {rows / drawing:,.0f} rows/s,"
        f" peak {peak:,.0f} MB; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    ), pace


def _stored(wanted: WorldOptions) -> tuple[float, float]:
    """Store and fold, and compare the counts of rows and records."""
    begun = time.perf_counter()
    store_world(wanted)
    stored = time.perf_counter()
    seal()
    sealed = time.perf_counter()
    with owner_session() as session:
        rows = session.scalar(text("select count(*) from transactions"))
        records = session.scalar(text("select sum(n) from segments"))
    assert rows == records == wanted.transactions, (rows, records)
    return stored - begun, sealed - stored


if __name__ == "__main__":
    sys.exit(main())
