"""How fast a file becomes visible rows, beside a plain COPY of the same rows: `python benchmarks/import.py`.

Each round imports a Sparkov file into a new database, from opening the file to a fold that shows every row
(parsing, masking, labels, tail and sealing included), and then copies the same prepared rows, as the
superuser in one COPY, into the same table with the same indexes and constraints in another new database
that holds their customers, merchants and dataset. Last, the importer's command takes the file as a process
of its own, for its peak memory, and that of the process that reads the file for it.

With `--flat` it imports files of 100,000 rows and more, each into a new database, and compares their rates.
Enrichment is another job (`benchmarks/scorer.py`) and not in these figures.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from benchmarks._world import passing_home, seal  # noqa: E402 - the project is found first
from dashboard.ingestion.options import ImportOptions  # noqa: E402
from dashboard.ingestion.run import import_file  # noqa: E402
from database import connection, owner  # noqa: E402
from database.connection import get_db_session, read_only  # noqa: E402
from database.embedded import Coordinates, running  # noqa: E402
from database.loading import ROW_COLUMNS  # noqa: E402
from database.migrations import run_all_migrations  # noqa: E402
from database.queries import banks  # noqa: E402
from database.segments import Selection, read  # noqa: E402

DATA = Path(os.environ.get("VIGIE_SHARED_DATA", PROJECT.parent / "shared" / "data"))
BANK = "bench"
EVERYTHING = (datetime(2019, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC))
COLUMNS = ", ".join(("bank_id", "dataset_id", *(f'"{column}"' for column in ROW_COLUMNS)))
TARGET = 0.5
MOST_MEMORY_MB = 400
FLAT_SIZES = (100_000, 300_000, 1_000_000, 3_000_000)
FLAT_WITHIN = 0.15


@dataclass(frozen=True, slots=True)
class Place:
    """One database of the benchmark's server."""

    name: str
    at: Coordinates

    def url(self, role: str) -> str:
        """Return its address for a role."""
        address: str = getattr(self.at, f"{role}_url")
        return urlunsplit(urlsplit(address)._replace(path=f"/{self.name}"))

    def enter(self) -> None:
        """Make the application's and the owner's engines reach this database."""
        os.environ |= {"DATABASE_URL": self.url("app"), "DATABASE_OWNER_URL": self.url("owner")}
        connection.dispose()
        owner.dispose()


@contextmanager
def database(at: Coordinates, name: str) -> Iterator[Place]:
    """A database with Vigie's schema, gone afterwards."""
    place = Place(name, at)
    drop = f"drop database if exists {name} with (force)"
    _superuser(at.superuser_url, drop, f"create database {name} owner vigie_owner")
    place.enter()
    run_all_migrations(place.url("owner"))
    with get_db_session() as session:
        banks.create(session, BANK, base_currency="USD", country="US")
    yield place
    connection.dispose()
    owner.dispose()
    _superuser(at.superuser_url, drop)


def _superuser(url: str, *statements: str) -> None:
    with closing(psycopg2.connect(url)) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def import_seconds(place: Place, file: Path, rows: int) -> float:
    """From opening the file to a page's own fold that counts every row."""
    place.enter()
    began = time.perf_counter()
    import_file(file, ImportOptions(BANK))
    seal()
    with read_only([BANK]) as session:
        bank_id = banks.bank_settings(session, BANK).bank_id
        seen = read(session, Selection((bank_id,), *EVERYTHING)).total.rows
    seconds = time.perf_counter() - began
    assert seen == rows, f"{seen} of {rows} rows are visible"
    return seconds


def dump(place: Place, folder: Path) -> Path:
    """Write what was imported as files that COPY reads: the rows, and what they refer to."""
    with closing(psycopg2.connect(place.url("superuser"))) as session, session.cursor() as cursor:
        for table in ("datasets", "customers", "merchants"):
            with (folder / table).open("wb") as file:
                cursor.copy_expert(f"copy {table} to stdout", file)
        with (folder / "transactions").open("wb") as file:
            order = f"copy (select {COLUMNS} from transactions order by ingest_seq) to stdout"
            cursor.copy_expert(order, file)
    return folder


def copy_seconds(place: Place, folder: Path) -> float:
    """One COPY of the prepared rows, with its commit."""
    with closing(psycopg2.connect(place.url("superuser"))) as session, session.cursor() as cursor:
        for table in ("datasets", "customers", "merchants"):
            with (folder / table).open("rb") as file:
                cursor.copy_expert(f"copy {table} from stdin", file)
        session.commit()
        with (folder / "transactions").open("rb") as file:
            began = time.perf_counter()
            cursor.copy_expert(f"copy transactions ({COLUMNS}) from stdin", file, size=1 << 20)
            session.commit()
            return time.perf_counter() - began


def write_file(folder: Path, rows: int, form: str) -> Path:
    """Write `rows` rows in Sparkov's layout: the shared ones, repeated under other ids where they run out."""
    source = DATA / "sparkov_dev" / "transactions.parquet"
    if not source.exists():
        sys.exit(f"{source} is absent: set VIGIE_SHARED_DATA to the folder of the shared data")
    table = pq.read_table(source)
    parts = []
    for turn in range(-(-rows // table.num_rows)):
        ids = pc.binary_join_element_wise(table["trans_num"], str(turn), "-") if turn else table["trans_num"]
        place = table.column_names.index("trans_num")
        parts.append(table.set_column(place, "trans_num", ids))
    table = pa.concat_tables(parts).slice(0, rows)
    path = folder / f"rows.{form}"
    if form == "parquet":
        pq.write_table(table, path, row_group_size=100_000)
    else:
        arrow_csv.write_csv(table, path)
    return path


@dataclass(frozen=True, slots=True)
class Memory:
    """The most memory that the command held, its file's reader held, and both together at one moment.

    Together each shared page counts once; a single process's figure has all that it maps.
    """

    command_mb: float
    reader_mb: float
    together_mb: float

    def __str__(self) -> str:
        """Say all three."""
        return (
            f"{self.together_mb:.0f} MB together, command {self.command_mb:.0f} MB,"
            f" reader {self.reader_mb:.0f} MB"
        )


def peak_memory(place: Place, file: Path) -> Memory:
    """Run the command as a process and return the most memory that it and its reader held."""
    place.enter()
    command = [sys.executable, "-m", "database.import_data", str(file), "--bank", BANK]
    process = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL)
    own = reader = together = 0
    while process.poll() is None:
        readers = _children(process.pid)
        own = max(own, _kb(process.pid, "status", "VmHWM:"))
        reader = max([reader, *(_kb(child, "status", "VmHWM:") for child in readers)])
        together = max(together, sum(_kb(one, "smaps_rollup", "\nPss:") for one in (process.pid, *readers)))
        time.sleep(0.05)
    assert process.returncode == 0
    return Memory(own / 1024, reader / 1024, together / 1024)


def _kb(process: int, file: str, name: str) -> int:
    # Not ru_maxrss: a child begins with its parent's.
    try:
        return int(Path(f"/proc/{process}/{file}").read_text().split(name)[1].split()[0])
    except (OSError, IndexError):
        return 0


def _children(process: int) -> list[int]:
    """Return the processes that any thread of a process has started."""
    found = []
    for children in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            found += [int(child) for child in children.read_text().split()]
        except OSError:
            continue
    return found


def main() -> int:
    """Print one line a round, then the medians beside their targets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--format", choices=("parquet", "csv"), default="parquet")
    parser.add_argument("--flat", action="store_true", help="compare the rates of files of several sizes")
    parser.add_argument("--sizes", type=int, nargs="+", default=FLAT_SIZES, help="the sizes of --flat")
    parser.add_argument("--home", type=Path, help="where the server lives (default: a temporary folder)")
    options = parser.parse_args()
    with passing_home(options.home) as home:
        os.environ["VIGIE_HOME"] = str(home / "vigie")
        for name in ("DATABASE_URL", "DATABASE_OWNER_URL"):
            os.environ.pop(name, None)
        with running(home / "vigie") as at:
            if options.flat:
                return measure_flat(at, options.sizes, options.rounds, options.format, home)
            file = write_file(home, options.rows, options.format)
            return measure(at, file, options.rows, options.rounds, home)


def measure_flat(at: Coordinates, sizes: list[int], rounds: int, form: str, home: Path) -> int:
    """Import each size in turn, as often as there are rounds, and compare the medians of the rates."""
    rates: dict[int, float] = {}
    memories: dict[int, Memory] = {}
    for rows in sizes:
        file = write_file(home, rows, form)
        seconds = []
        for _ in range(rounds):
            with database(at, "bench_flat") as place:
                seconds.append(import_seconds(place, file, rows))
        with database(at, "bench_memory") as place:
            memories[rows] = peak_memory(place, file)
        rates[rows] = rows / statistics.median(seconds)
        held = memories[rows]
        print(f"{rows:,} rows: {rates[rows]:,.0f} rows/s, {held}", flush=True)
    middle = (max(rates.values()) + min(rates.values())) / 2
    spread = max(abs(rate - middle) for rate in rates.values()) / middle
    memory = max(held.together_mb for held in memories.values())
    print(f"  spread ±{spread:.1%} (at most ±{FLAT_WITHIN:.0%}), {memory:.0f} MB (at most {MOST_MEMORY_MB})")
    return 0 if spread <= FLAT_WITHIN and memory <= MOST_MEMORY_MB else 1


def measure(at: Coordinates, file: Path, rows: int, rounds: int, home: Path) -> int:
    """Measure both ways in turn, so that whatever else the machine does hits both."""
    imports, copies = [], []
    for turn in range(rounds):
        with database(at, "bench_import") as place:
            imports.append(import_seconds(place, file, rows))
            dump(place, home)
        with database(at, "bench_copy") as place:
            copies.append(copy_seconds(place, home))
        print(
            f"round {turn + 1}: import {rows / imports[-1]:,.0f} rows/s, plain COPY {rows / copies[-1]:,.0f}"
            f" rows/s, share {copies[-1] / imports[-1]:.2f}",
            flush=True,
        )
    with database(at, "bench_memory") as place:
        held = peak_memory(place, file)
    fast, plain = statistics.median(imports), statistics.median(copies)
    share = plain / fast
    print(f"{rows:,} rows of {file.name}, median of {rounds}:")
    print(f"  import {rows / fast:,.0f} rows/s, plain COPY {rows / plain:,.0f} rows/s")
    print(f"  share {share:.2f} (at least {TARGET}), peak memory {held} (at most {MOST_MEMORY_MB})")
    return 0 if share >= TARGET and held.together_mb <= MOST_MEMORY_MB else 1


if __name__ == "__main__":
    raise SystemExit(main())
