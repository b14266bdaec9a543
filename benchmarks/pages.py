"""Times the read and fold of a whole page, 14 panels, at 1, 10 and 30 million records beside other databases.

The panels are those of the Overview and of High risk, all from one pass: figures beside the period before,
the six slices, days, hours of the week, scores, amounts, customers counted, and the customers and merchants
by the lower bound of their fraud rate. Each range is read without a filter, with two, with four (amount and
score among them), for one customer and for one merchant. Every rival's answer is compared before it is timed.
What was folded before is forgotten before each page, but for "again".
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("SLOW_QUERY_MS", "600000")
os.environ.setdefault("STATEMENT_TIMEOUT_MS", "600000")

from sqlalchemy import text  # noqa: E402 - the project's folder is found first

from benchmarks._http import served  # noqa: E402
from benchmarks._records import BUSIEST, records_of  # noqa: E402
from benchmarks._rivals import Duck, House, Panels, Slow, differences, of_fold  # noqa: E402
from benchmarks._statements import View  # noqa: E402
from benchmarks._world import world_of  # noqa: E402
from dashboard.high_risk.by_rate import LISTED, most_certain  # noqa: E402
from database.connection import bank_ids, read_only  # noqa: E402
from database.segments import Fold, Party, Selection, extent, kept, read  # noqa: E402

RANGES: Final = {"7 days": 7, "30 days": 30, "90 days": 90, "all": None}
PARTIES: Final[tuple[Party, ...]] = ("customer", "merchant")
MOST_MS: Final = {
    10_000_000: {"30 days": 25, "90 days": 50, "all": 200},
    30_000_000: {"30 days": 50, "90 days": 120, "all": 500},
}
AGAIN_MS, EIGHT_P95_MS, EIGHT_AT = 15, 120, 10_000_000
SLOW_UP_TO = 1_000_000
WHOLE_CALLBACK_MS, WARMING = 40, 8
WORKERS, THREADS, PAGES_EACH = 2, 4, 12


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows a page: in the product's words, and as a condition in SQL."""

    name: str
    given: Mapping[str, Any]
    condition: str


_TWO = {"category": frozenset({"grocery", "fashion", "electronics"}), "channel": frozenset({"pos", "online"})}
_TWO_SQL = "category in ('grocery', 'fashion', 'electronics') and channel in ('pos', 'online')"
FILTERS: Final = (
    Filter("no filter", {}, "true"),
    Filter("two", {"include": _TWO}, _TWO_SQL),
    Filter(
        "four",
        {"include": _TWO, "amount_e4": (100_000, 5_000_000), "score_e4": (100, 9_000)},
        f"{_TWO_SQL} and amount_base_e4 between 100000 and 5000000 and score_e4 between 100 and 9000",
    ),
    Filter("one customer", {"customer_id": BUSIEST}, "customer_no = {customer}"),
    Filter("one merchant", {"merchant_id": BUSIEST}, "merchant_no = {merchant}"),
)


class Report:
    """What is said, printed and written down at once; `missed` counts missed targets."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(exist_ok=True)
        self._file = path.open("w", encoding="utf-8")
        self.missed = 0

    def say(self, line: str, *, is_missed: bool = False) -> None:
        """Say one line."""
        self.missed += is_missed
        for stream in (sys.stdout, self._file):
            stream.write(line + ("  MISSED" if is_missed else "") + "\n")
            stream.flush()


def main() -> int:
    """Print the tables and write them down; the status is 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the world that is multiplied")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 10, 30])
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("VIGIE_HOME", ".vigie")) / "bench")
    parser.add_argument("--ranges", nargs="+", choices=RANGES, default=list(RANGES))
    parser.add_argument("--repeat", type=int, default=11)
    parser.add_argument("--without", nargs="*", choices=["DuckDB", "chDB", "SQL"], default=[])
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results" / "pages.txt")
    parser.add_argument("--http-rows", type=int, default=10_000_000, help="of the world served; 0 for none")
    parser.add_argument("--client", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.client:
        return _client(options.client)
    for name in RANGES.keys() - options.ranges:
        del RANGES[name]
    report = Report(options.results)
    for copies in options.copies:
        records = copies * options.rows
        with records_of(copies, options.rows, options.folder.absolute()) as home:
            report.say(
                f"{records:,} records in segments alone: {options.rows:,} rows {copies} times under other"
                f" numbers; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
            )
            rivals = _rivals(report, home / "records.parquet", records, set(options.without))
            _table(report, records, rivals, options.repeat)
            _again(report, options.repeat)
            _eight_clients(report, records)
            report.say("")
    if options.http_rows:
        with world_of(options.http_rows, options.folder.absolute()):
            _whole_callback(report, options.http_rows, options.repeat)
    return 1 if report.missed else 0


def _rivals(
    report: Report, parquet: Path, records: int, without: set[str]
) -> dict[str, Callable[[View], Panels]]:
    found: dict[str, Callable[[View], Panels]] = {}
    if "DuckDB" not in without:
        found["DuckDB"] = Duck(parquet).panels
    if "chDB" not in without and find_spec("chdb") is None:
        report.say("chDB is not installed and not measured (pip install chdb)")
    elif "chDB" not in without:
        found["chDB"] = House(parquet).panels
    if "SQL" not in without and records <= SLOW_UP_TO:
        found["SQL"] = Slow(parquet).panels
    return found


def _table(report: Report, records: int, rivals: dict[str, Callable[[View], Panels]], repeat: int) -> None:
    titles = "".join(f"{name:>10}" for name in rivals)
    report.say(f"{'median ms':24}{'scanned':>12}{'chosen':>12}{'most':>6}{'fold':>8}{titles}")
    for view in views():
        fold = page(view)
        for name, panels in rivals.items():
            wrong = differences(panels(view), of_fold(fold))
            if wrong:
                raise SystemExit(f"{view.name}: {name} and the fold differ in {', '.join(wrong)}")
        taken = _median(partial(page, view), repeat)
        # Each has answered once already, to be compared.
        theirs = [_timed(partial(panels, view)) for panels in rivals.values()]
        most = MOST_MS.get(records, {}).get(view.name.split(",")[0])
        is_ahead = "DuckDB" not in rivals or taken < theirs[list(rivals).index("DuckDB")]
        report.say(
            f"{view.name:24}{fold.rows_scanned:>12,}{fold.total.rows:>12,}{most or '–':>6}{taken:8.1f}"
            + "".join(f"{each:10.1f}" for each in theirs),
            is_missed=not is_ahead or (most is not None and taken > most),
        )


def _again(report: Report, repeat: int) -> None:
    for view in views():
        if view.name.endswith("no filter") or view.name.endswith("four"):
            taken = _median(partial(page, view, is_new=False), repeat)
            report.say(f"again, {view.name}: {taken:.1f} ms (at most {AGAIN_MS})", is_missed=taken > AGAIN_MS)


def _eight_clients(report: Report, records: int) -> None:
    for view in views():
        period = view.name.split(",")[0]
        if period == "7 days" or view.name.split(", ")[1] not in {"no filter", "two", "four"}:
            continue
        command = [sys.executable, __file__, "--client", view.name]
        workers = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(WORKERS)
        ]
        for worker in workers:
            if worker.stdout is None or worker.stdout.readline() != "ready\n":
                raise RuntimeError("a client did not start")
        taken = sorted(float(word) for each in workers for word in each.communicate("go\n")[0].split())
        p95 = taken[int(0.95 * len(taken))]
        most = EIGHT_P95_MS if (records, period) == (EIGHT_AT, "30 days") else None
        report.say(
            f"eight clients, {view.name}: p50 {statistics.median(taken):.0f} ms, p95 {p95:.0f} ms"
            + (f" (at most {most})" if most else ""),
            is_missed=most is not None and p95 > most,
        )


def _whole_callback(report: Report, rows: int, repeat: int) -> None:
    """Time the Overview over HTTP for thirty days, other ones each time, so that nothing kept helps."""
    with read_only("all") as session:
        codes = list(session.scalars(text("select code from banks order by bank_id")))
        span = extent(session)
    if span is None:
        raise SystemExit("there are no rows")
    last = span[1].date()
    ranges = [
        f"?range={last - timedelta(days=29 + back)}..{last - timedelta(days=back)}&bank="
        for back in range(2 * repeat)
    ]
    with served(codes) as site:
        browser = site.browser()
        for title, bank in (("five banks", "all"), ("one bank", codes[0])):
            for _ in range(2 * WARMING):
                browser.change(f"?range=90d&bank={bank}")
            taken = [_timed(partial(browser.change, each + bank)) for each in ranges]
            p50 = statistics.median(taken)
            most = WHOLE_CALLBACK_MS if rows == EIGHT_AT else None
            report.say(
                f"whole callback over HTTP at {rows:,} rows, 30 days of {title}: p50 {p50:.1f} ms"
                + (f" (at most {most})" if most else ""),
                is_missed=most is not None and p50 > most,
            )


def _client(name: str) -> int:
    """Be a worker: say that this is ready, wait, read pages on four threads, say how long each took."""
    view = next(view for view in views() if view.name == name)
    page(view)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    # Threads of one process share what is kept; none of them is to find it.
    kept.MOST_BYTES = 0
    kept.forget()
    with ThreadPoolExecutor(THREADS) as pool:
        taken = list(
            pool.map(lambda _: _timed(partial(page, view, is_new=False)), range(THREADS * PAGES_EACH))
        )
    sys.stdout.write(" ".join(map(str, taken)))
    return 0


def page(view: View, *, is_new: bool = True) -> Fold:
    """Read and fold a page, and rank its lists."""
    if is_new:
        kept.forget()
    with read_only("all") as session:
        fold = read(session, view.selection, parties=PARTIES)
    for counts in fold.parties.values():
        most_certain(counts, LISTED)
    return fold


def views() -> Iterator[View]:
    """Each range with each filter, of all banks in UTC, with the period before it."""
    with read_only("all") as session:
        banks = bank_ids(session)
        first, last = session.execute(text("select min(m_lo), max(m_hi) from segments")).one()
        numbers = {
            party: session.scalar(text(f"select {party}_no from {party}s where {party}_id = '{BUSIEST}'"))
            for party in PARTIES
        }
    until = _midnight(last) + timedelta(days=1)
    for name, days in RANGES.items():
        since = _midnight(first) if days is None else until - timedelta(days=days)
        plain = Selection(banks, since, until, (since - (until - since), since))
        for narrowed in FILTERS:
            yield View(
                f"{name}, {narrowed.name}",
                replace(plain, **narrowed.given),
                is_local=False,
                condition=narrowed.condition.format(**numbers),
                has_lists=True,
            )


def _midnight(minute: int) -> datetime:
    return datetime.fromtimestamp(60 * minute, UTC).replace(hour=0, minute=0)


def _median(run: Callable[[], object], times: int) -> float:
    run()
    return statistics.median(_timed(run) for _ in range(times))


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1_000


if __name__ == "__main__":
    sys.exit(main())
