"""Times the Overview's read beside SQL on the rows, DuckDB and pandas, all compared equal before."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("SLOW_QUERY_MS", "600000")
os.environ.setdefault("STATEMENT_TIMEOUT_MS", "600000")

from sqlalchemy import text  # noqa: E402 - the project's folder is found first

from benchmarks._rivals import Duck, Frame, Panels, View, differences, of_fold, on_rows  # noqa: E402
from benchmarks._world import seal, world_of  # noqa: E402
from database.connection import get_db_session, read_only  # noqa: E402
from database.owner import owner_session  # noqa: E402
from database.segments import Fold, Selection, extent, files, read, runs  # noqa: E402
from database.segments.tail import relabel  # noqa: E402

RANGES = {"7 days": 7, "30 days": 30, "90 days": 90, "all": None}
SMALLEST_MS, EACH_ROW_NS, THIRTY_DAYS_AT_5M_MS = 5.0, 25.0, 20.0

_EXPORT = """
copy (select t.bank_id, t.timestamp, t.amount_base_e4, t.is_fraud, t.is_anomaly, coalesce(c.customer_no, 0)
    as customer_no, t.transaction_type, t.category, t.channel, t.country, t.state, t.payment_method,
    t.local_date, t.hour_of_day, t.day_of_week
from transactions t left join customers c using (bank_id, customer_id) order by t.bank_id, t.timestamp)
to stdout with (format csv, header)"""


def main() -> int:
    """Print the tables and write them down; the status is 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("VIGIE_HOME", ".vigie")) / "bench")
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results" / "overview.txt")
    options = parser.parse_args()
    lines: list[str] = []
    missed = 0
    for rows in options.rows:
        with world_of(rows, options.folder.absolute()) as home:
            for line, is_missed in _measured(rows, home, options.repeat):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
                lines.append(line)
                missed += is_missed
    options.results.parent.mkdir(exist_ok=True)
    options.results.write_text("\n".join(lines) + "\n")
    return 1 if missed else 0


def _measured(rows: int, home: Path, repeat: int) -> Iterator[tuple[str, bool]]:
    parquet = _parquet(home)
    duck, frame = Duck(parquet), Frame(parquet)
    load = os.getloadavg()[0]
    yield f"{rows:,} rows of 5 banks over 730 days, {os.cpu_count()} cores, load {load:.1f}", False
    yield (
        f"{'median ms':22}{'scanned':>10}{'target':>8}{'fold':>8}{'(db)':>7}{'DuckDB':>9}{'pandas':>9}{'SQL':>9}",
        False,
    )
    for view in _views():
        fold = _page(view)
        expected = of_fold(fold)
        for name, panels in (
            ("DuckDB", duck.panels(view)),
            ("pandas", frame.panels(view)),
            ("SQL", _sql(view)),
        ):
            wrong = differences(panels, expected)
            if wrong:
                raise SystemExit(f"{view.name}: {name} and the fold differ in {', '.join(wrong)}")
        read_ms, scanned = _median(lambda view=view: _page(view), repeat), fold.rows_scanned
        rivals = [
            _median(lambda view=view: duck.panels(view), 5),
            _median(lambda view=view: frame.panels(view), 3),
            _median(lambda view=view: _sql(view), 3 if scanned < 1_000_000 else 1),
        ]
        target = SMALLEST_MS + EACH_ROW_NS * scanned / 1e6
        if rows == 5_000_000 and view.name.startswith("30 days"):
            target = min(target, THIRTY_DAYS_AT_5M_MS)
        is_missed = read_ms > target or read_ms > rivals[0]
        times = "".join(f"{ms:9.1f}" for ms in rivals)
        mark = "  MISSED" if is_missed else ""
        yield (
            f"{view.name:22}{scanned:>10,}{target:8.1f}{read_ms:8.1f}{fold.read_ms:7.1f}{times}{mark}",
            is_missed,
        )
    for title, prepare in (("an empty cache", _empty_cache), ("a fold", _change_and_fold)):
        prepare()
        view = next(one for one in _views() if one.name.startswith("30 days"))
        times = [_timed(lambda view=view: _page(view)) for _ in range(10)]
        yield f"ten pages of 30 days after {title}: {' '.join(f'{ms:.1f}' for ms in times)} ms", False


def _views() -> list[View]:
    """Each range, of all banks in UTC and of one bank in its own zone, with the period before it."""
    with read_only("all") as session:
        found = session.execute(text("select bank_id, code, time_zone from banks order by bank_id")).all()
        span = extent(session)
    if span is None:
        raise SystemExit("there are no rows")
    first, last = span
    until = _midnight(last) + timedelta(days=1)
    views = []
    for name, days in RANGES.items():
        since = _midnight(first) if days is None else until - timedelta(days=days)
        before = (since - (until - since), since)
        every = tuple(bank.bank_id for bank in found)
        views.append(View(f"{name}, all banks", Selection(every, since, until, before), is_local=False))
        one = Selection((found[0].bank_id,), since, until, before, zone=found[0].time_zone)
        views.append(View(f"{name}, one bank", one, is_local=True))
    return views


def _midnight(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _page(view: View) -> Fold:
    with read_only("all") as session:
        return read(session, view.selection)


def _sql(view: View) -> Panels:
    with read_only("all") as session:
        return on_rows(session, view)


def _parquet(home: Path) -> Path:
    import duckdb

    path = home / "payments.parquet"
    if not path.exists():
        csv = home / "payments.csv"
        with owner_session() as owner, csv.open("wb") as file:
            connection = owner.connection().connection.dbapi_connection
            if connection is not None:
                connection.cursor().copy_expert(_EXPORT, file)
        columns = {
            "timestamp": "timestamptz",
            "customer_no": "int",
            "state": "varchar",
            "category": "varchar",
        }
        duckdb.execute("set timezone = 'UTC'")
        duckdb.execute(
            f"copy (select * from read_csv('{csv}', types = {columns}, nullstr = '')) to '{path}'"
            " (format parquet, compression zstd)"
        )
        csv.unlink()
    return path


def _median(run: Callable[[], object], times: int) -> float:
    run()
    return statistics.median(_timed(run) for _ in range(times))


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1_000


def _empty_cache() -> None:
    shutil.rmtree(files.folder())
    runs.forget()


def _change_and_fold() -> None:
    """Change 10,000 labels in one commit, and fold."""
    some = (
        "(select bank_id, transaction_id, coalesce(not is_fraud, false) as is_fraud, fraud_type, fraud_reason"
        " from transactions where ingest_seq between 100000 and 110000) changed"
    )
    with get_db_session("all") as session:
        session.execute(text(relabel(some)))
    seal()


if __name__ == "__main__":
    sys.exit(main())
