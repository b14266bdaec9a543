"""Times the Overview's read beside SQL on the rows, DuckDB and pandas, all compared equal before."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("SLOW_QUERY_MS", "600000")
os.environ.setdefault("STATEMENT_TIMEOUT_MS", "600000")

import duckdb  # noqa: E402 - the project's folder is found first
from sqlalchemy import text  # noqa: E402 - the project's folder is found first

from benchmarks._http import served  # noqa: E402
from benchmarks._rivals import Duck, Frame, Panels, differences, of_fold, on_rows  # noqa: E402
from benchmarks._statements import View  # noqa: E402
from benchmarks._world import seal, world_of  # noqa: E402
from database.connection import get_db_session, read_only  # noqa: E402
from database.owner import owner_session  # noqa: E402
from database.segments import Fold, Selection, extent, files, kept, read, runs  # noqa: E402
from database.segments.tail import relabel  # noqa: E402

RANGES = {"7 days": 7, "30 days": 30, "90 days": 90, "all": None}
WHOLE_CALLBACK_MS, WARMING = 30.0, 16
SMALLEST_MS, EACH_ROW_NS = 5.0, 25.0
LARGEST, THIRTY_DAYS_AT_LARGEST_MS = 5_000_000, 20.0

_EXPORT = """
copy (select t.bank_id, t.timestamp, t.amount_base_e4, t.is_fraud, t.is_anomaly, coalesce(c.customer_no, 0)
    as customer_no, t.transaction_type, t.category, t.channel, t.country, t.state, t.payment_method,
    t.local_date, t.hour_of_day, t.day_of_week
from transactions t left join customers c using (bank_id, customer_id) order by t.bank_id, t.timestamp)
to stdout with (format csv, header)"""


class Report:
    """What is said, printed at once and written down at the end; `missed` counts missed targets."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.missed = 0

    def say(self, line: str, *, is_missed: bool = False) -> None:
        """Say one line."""
        self.lines.append(line + ("  MISSED" if is_missed else ""))
        self.missed += is_missed
        sys.stdout.write(self.lines[-1] + "\n")
        sys.stdout.flush()


def main() -> int:
    """Print the tables and write them down; the status is 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 5_000_000])
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("VIGIE_HOME", ".vigie")) / "bench")
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results" / "overview.txt")
    options = parser.parse_args()
    report = Report()
    for rows in options.rows:
        with world_of(rows, options.folder.absolute()) as home:
            load = os.getloadavg()[0]
            report.say(f"{rows:,} rows of 5 banks over 730 days; {os.cpu_count()} cores, load {load:.1f}")
            _beside_rivals(report, rows, home, options.repeat)
            _over_http(report, options.repeat)
            _ten_pages(report)
            report.say("")
    options.results.parent.mkdir(exist_ok=True)
    options.results.write_text("\n".join(report.lines))
    return 1 if report.missed else 0


def _beside_rivals(report: Report, rows: int, home: Path, repeat: int) -> None:
    parquet = _parquet(home)
    duck, frame = Duck(parquet), Frame(parquet)
    report.say(
        f"{'median ms':20}{'scanned':>10}{'target':>8}{'fold':>8}{'DuckDB':>9}{'pandas':>9}{'SQL':>10}"
    )
    for view in _views():
        page, sql = partial(_page, view), partial(_sql, view)
        rivals = {"DuckDB": partial(duck.panels, view), "pandas": partial(frame.panels, view), "SQL": sql}
        fold = page()
        for name, panels in rivals.items():
            wrong = differences(panels(), of_fold(fold))
            if wrong:
                raise SystemExit(f"{view.name}: {name} and the fold differ in {', '.join(wrong)}")
        target = SMALLEST_MS + EACH_ROW_NS * fold.rows_scanned / 1e6
        if rows == LARGEST and view.name.startswith("30 days"):
            target = min(target, THIRTY_DAYS_AT_LARGEST_MS)
        read_ms = _median(page, repeat)
        times = [_median(panels, 3 if fold.rows_scanned < LARGEST / 5 else 1) for panels in rivals.values()]
        report.say(
            f"{view.name:20}{fold.rows_scanned:>10,}{target:8.1f}{read_ms:8.1f}"
            f"{times[0]:9.1f}{times[1]:9.1f}{times[2]:10.1f}",
            is_missed=read_ms > min(target, times[0]),
        )


def _over_http(report: Report, repeat: int) -> None:
    """Time the whole callback at the HTTP address, two workers of eight threads, one browser."""
    with read_only("all") as session:
        codes = list(session.scalars(text("select code from banks order by bank_id")))
    with served(codes) as site:
        browser = site.browser()
        for choice, bank in (("all banks", "all"), ("one bank", codes[0])):
            for period in ("7d", "30d", "90d", "all"):
                change = partial(browser.change, f"?range={period}&bank={bank}")
                # Each worker maps its segments once.
                size = max(change() for _ in range(WARMING))
                p50 = statistics.median(_timed(change) for _ in range(2 * repeat))
                report.say(
                    f"whole callback over HTTP, {period:>3}, {choice}: p50 {p50:5.1f} ms, {size:,} bytes",
                    is_missed=period == "30d" and p50 > WHOLE_CALLBACK_MS,
                )


def _ten_pages(report: Report) -> None:
    for title, prepare in (("an empty cache", _empty_cache), ("a fold", _change_and_fold)):
        prepare()
        page = partial(_page, next(view for view in _views() if view.name.startswith("30 days")))
        times = " ".join(f"{_timed(page):.1f}" for _ in range(10))
        report.say(f"ten pages of 30 days after {title}: {times} ms")


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
    """Read and fold a page as if nobody had asked for it before."""
    kept.forget()
    with read_only("all") as session:
        return read(session, view.selection)


def _sql(view: View) -> Panels:
    with read_only("all") as session:
        return on_rows(session, view)


def _parquet(home: Path) -> Path:
    """Export the rows as they are now."""
    csv, path = home / "payments.csv", home / "payments.parquet"
    with owner_session() as owner, csv.open("wb") as file:
        connection: Any = owner.connection().connection.dbapi_connection
        connection.cursor().copy_expert(_EXPORT, file)
    types = {"timestamp": "timestamptz", "customer_no": "int", "state": "varchar", "category": "varchar"}
    duckdb.execute("set timezone = 'UTC'")
    duckdb.execute(
        f"copy (select * from read_csv('{csv}', types = {types}, nullstr = '')) to '{path}'"
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
