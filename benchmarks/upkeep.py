"""What keeping segments costs the transactions that write, and a page what arrives beside it.

Each write is timed with its records and without, by turns, as the application's role in a world of its own:
batches of 1,000 as an import stores them, single rows, eight writers at once. Last, a page of 30 days is read
while nothing happens and while 500 rows a second arrive and are folded.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("SLOW_QUERY_MS", "600000")

from sqlalchemy import text  # noqa: E402 - the project's folder is found first

from benchmarks._world import seal, world_of  # noqa: E402
from database.connection import Session, bank_ids, get_db_session, read_only  # noqa: E402
from database.copying import copy_into_temporary  # noqa: E402
from database.loading import ROW_COLUMNS  # noqa: E402
from database.owner import owner_session  # noqa: E402
from database.segments import Selection, extent, read  # noqa: E402
from database.segments.pack import RECORDED_COLUMNS, record_of, rows_with_numbers  # noqa: E402
from database.segments.tail import record_inserted, record_staged  # noqa: E402
from database.upkeep import fold  # noqa: E402

BATCH_MOST, SINGLE_MOST_MS, WRITERS_LEAST, PAGE_MOST = 1.15, 0.3, 0.75, 1.3
BATCH, WRITERS, ARRIVING, FOLD_EVERY_S = 1_000, 8, 500, 5.0
COLUMNS: Final = ", ".join(f'"{column}"' for column in ROW_COLUMNS)

_STORE = f"""insert into transactions (bank_id, {COLUMNS})
select :bank_id, {COLUMNS} from staged_rows on conflict do nothing"""
_BATCH = {
    "plain": text(_STORE),
    "kept": text(
        f"with ins as ({_STORE} returning bank_id, transaction_id, ingest_seq)"
        f" {record_staged('ins', 'staged_rows')}"
    ),
}
_ADD = f"""insert into transactions (bank_id, {COLUMNS})
select :bank_id, {COLUMNS} from jsonb_populate_recordset(null::transactions, cast(:rows as jsonb))
on conflict do nothing"""
_ROWS = {
    "plain": text(_ADD),
    "kept": text(f"with inserted as ({_ADD} returning {RECORDED_COLUMNS}) {record_inserted('inserted')}"),
}
_RECORD = f", substr({record_of('1')}, 9)"


def main() -> int:
    """Print each figure with its target; the status is 1 where one is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("VIGIE_HOME", ".vigie")) / "bench")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each run of eight writers")
    parser.add_argument("--write", nargs=3, metavar=("HOW", "NAME", "RATE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.write:
        how, name, rate = options.write
        return _write(how, name, int(rate), options.seconds)
    with world_of(options.rows, options.folder.absolute()):
        sys.stdout.write(f"{options.rows:,} rows; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
        kept = [
            _batches(options.rounds),
            _single_rows(8 * options.rounds),
            _eight_writers(options.seconds),
            _page(options.rounds),
        ]
    return 0 if all(kept) else 1


def _batches(rounds: int) -> bool:
    times = _by_turns(rounds, _batch)
    ratio = times["kept"] / times["plain"]
    return _say(
        f"batch of {BATCH:,}: {times['plain']:.1f} ms plain, {times['kept']:.1f} with records: {ratio:.2f}",
        f"at most {BATCH_MOST}",
        is_kept=ratio <= BATCH_MOST,
    )


def _batch(how: str, number: int) -> float:
    """Copy and insert a batch in one transaction; return its milliseconds."""
    columns = {**ROW_COLUMNS, **({"record": "bytea"} if how == "kept" else {})}
    with get_db_session([_bank()]) as session:
        data = _staged(session, how, number)
    began = time.perf_counter()
    with get_db_session([_bank()]) as session:
        copy_into_temporary(session, "staged_rows", columns, [data], form="csv")
        session.execute(_BATCH[how], {"bank_id": bank_ids(session)[0]})
    taken = (time.perf_counter() - began) * 1_000
    if number % 10 == 0:
        seal()
    return taken


def _staged(session: Session, how: str, number: int) -> bytes:
    """Return rows of the bank under new ids, as an import would have them ready."""
    (bank_id,) = bank_ids(session)
    some = f"(select * from transactions where bank_id = {bank_id} order by ingest_seq limit {BATCH})"
    new_id = f"'{how} {number} {time.time_ns()} ' || t.transaction_id"
    columns = ", ".join(new_id if column == "transaction_id" else f't."{column}"' for column in ROW_COLUMNS)
    record = _RECORD if how == "kept" else ""
    copied = io.BytesIO()
    driver: Any = session.connection().connection.dbapi_connection
    driver.cursor().copy_expert(
        f"copy (select {columns}{record} from {rows_with_numbers(some)}) to stdout with (format csv)", copied
    )
    return copied.getvalue()


def _single_rows(rounds: int) -> bool:
    rows = _sample()
    times = _by_turns(rounds, lambda how, number: _timed(lambda: _add(how, rows, f"single {number}", 1)))
    more = times["kept"] - times["plain"]
    return _say(
        f"single row: {times['plain']:.2f} ms plain, {times['kept']:.2f} with its record: + {more:.2f} ms",
        f"at most + {SINGLE_MOST_MS}",
        is_kept=more <= SINGLE_MOST_MS,
    )


def _add(how: str, rows: Sequence[dict[str, Any]], name: str, size: int) -> None:
    """Insert rows under new ids in one transaction."""
    stamp = time.time_ns()
    new = [
        {**rows[(stamp + place) % len(rows)], "transaction_id": f"{how} {name} {stamp} {place}"}
        for place in range(size)
    ]
    with get_db_session([_bank()]) as session:
        session.execute(_ROWS[how], {"bank_id": bank_ids(session)[0], "rows": json.dumps(new)})


def _eight_writers(seconds: float) -> bool:
    done = {"plain": 0, "kept": 0}
    for how in ("plain", "kept", "kept", "plain"):
        with _writers(how, WRITERS, seconds=seconds) as writers:
            done[how] += sum(int(writer.communicate()[0]) for writer in writers)
        seal()
    rates = {how: rows / (2 * seconds) for how, rows in done.items()}
    ratio = rates["kept"] / rates["plain"]
    return _say(
        f"{WRITERS} writers: {rates['plain']:,.0f} rows/s plain, {rates['kept']:,.0f} kept: {ratio:.2f}",
        f"at least {WRITERS_LEAST}",
        is_kept=ratio >= WRITERS_LEAST,
    )


@contextmanager
def _writers(how: str, count: int, *, seconds: float, rate: int = 0) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that write single rows for some seconds, as fast as they can or at a rate."""
    command = [sys.executable, __file__, "--seconds", str(seconds), "--write", how]
    started = [
        subprocess.Popen(
            [*command, f"writer {number}", str(rate)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    for each in started:
        if each.stdout is None or each.stdin is None or each.stdout.readline() != "ready\n":
            raise RuntimeError("a writer did not start")
    for each in started:
        if each.stdin is not None:
            each.stdin.write("go\n")
            each.stdin.flush()
    try:
        yield started
    finally:
        for each in started:
            if each.poll() is None:
                each.communicate()


def _write(how: str, name: str, rate: int, seconds: float) -> int:
    """Be a writer: say that this is ready, wait for the word, write, and say how many rows."""
    rows = _sample()
    size = max(1, rate // 50)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    began, written = time.monotonic(), 0
    while time.monotonic() < began + seconds:
        _add(how, rows, name, size)
        written += size
        if rate:
            time.sleep(max(0.0, began + written / rate - time.monotonic()))
    sys.stdout.write(f"{written}\n")
    return 0


def _page(rounds: int) -> bool:
    with read_only("all") as session:
        found = extent(session)
        banks = bank_ids(session)
    if found is None:
        raise RuntimeError("the world is empty")
    until = found[1].replace(second=0, microsecond=0) + timedelta(minutes=1)
    days = timedelta(days=30)
    asked = Selection(
        banks, until - days, until, previous=(until - 2 * days, until - days), zone="Europe/Paris"
    )
    seal()
    quiet = _pages(asked, rounds)
    seconds = max(3 * FOLD_EVERY_S, 3 * rounds * quiet / 1_000)
    stop = threading.Event()
    folding = threading.Thread(target=_fold_now_and_then, args=(stop,))
    with _writers("kept", 1, seconds=seconds, rate=ARRIVING):
        folding.start()
        busy = _pages(asked, rounds, at_least_s=seconds - 1)
    stop.set()
    folding.join()
    return _say(
        f"page of 30 days: {quiet:.1f} ms quiet, {busy:.1f} at {ARRIVING} new rows/s: {busy / quiet:.2f}",
        f"at most {PAGE_MOST}",
        is_kept=busy <= PAGE_MOST * quiet,
    )


def _pages(asked: Selection, rounds: int, at_least_s: float = 0.0) -> float:
    """Return the median milliseconds of a page, read again and again with a pause as people make."""
    taken: list[float] = []
    began = time.monotonic()
    while len(taken) < rounds or time.monotonic() < began + at_least_s:
        taken.append(_timed(lambda: _read(asked)))
        time.sleep(0.05)
    return statistics.median(taken)


def _read(asked: Selection) -> None:
    with read_only("all") as session:
        read(session, asked)


def _fold_now_and_then(stop: threading.Event) -> None:
    while not stop.wait(FOLD_EVERY_S):
        fold()


def _by_turns(rounds: int, once: Callable[[str, int], float]) -> dict[str, float]:
    """Return the median of each way, after one round that does not count; the order changes each round."""
    times: dict[str, list[float]] = {"plain": [], "kept": []}
    for number in range(rounds + 1):
        for how in ("plain", "kept") if number % 2 else ("kept", "plain"):
            taken = once(how, number)
            if number:
                times[how].append(taken)
    return {how: statistics.median(each) for how, each in times.items()}


def _timed(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return (time.perf_counter() - began) * 1_000


@cache
def _bank() -> str:
    with owner_session() as owner:
        return str(owner.scalar(text("select code from banks order by bank_id limit 1")))


def _sample() -> list[dict[str, Any]]:
    """Return rows of the bank as they may be written again under other ids."""
    with read_only([_bank()]) as session:
        newest = f"select {COLUMNS} from transactions order by timestamp desc limit 2000"
        return [dict(row) for row in session.scalars(text(f"select to_jsonb(t) from ({newest}) t"))]


def _say(line: str, target: str, *, is_kept: bool) -> bool:
    sys.stdout.write(f"{line} ({target}){'' if is_kept else '  MISSED'}\n")
    sys.stdout.flush()
    return is_kept


if __name__ == "__main__":
    sys.exit(main())
