"""How well `baseline-1` ranks Sparkov's frauds, how fast rows are enriched: `python benchmarks/scorer.py`.

The labels are never looked at by the score, only here. Beside it stand a ranking by chance, which is right
as often as there are frauds, and one by the amount alone. Enrichment is timed twice on copies of the same
imported rows: its derived columns alone, and as the job runs it, with score, prediction and record.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import psycopg2
import pyarrow.parquet as pq
from sqlalchemy import text

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT))

from dashboard.enrichment import CHUNK_ROWS, Work  # noqa: E402 - the project is found first
from dashboard.ingestion.options import ImportOptions  # noqa: E402
from dashboard.ingestion.run import import_file  # noqa: E402
from database import connection, owner  # noqa: E402
from database.connection import bank_ids, get_db_session  # noqa: E402
from database.embedded import Coordinates, running  # noqa: E402
from database.migrations import run_all_migrations  # noqa: E402
from database.queries import banks, enrichment  # noqa: E402

DATA = Path(os.environ.get("VIGIE_SHARED_DATA", PROJECT.parent / "shared" / "data"))
BANK = "bench"
A_DAY = 100
LOOKED_AT = 200_000
LEAST_ROWS_S = 20_000
NEVER = datetime.min.replace(tzinfo=UTC)
Numbers = np.ndarray[tuple[int], np.dtype[np.float64]]


def average_precision(ranks: Numbers, frauds: Numbers) -> float:
    """Mean, over all frauds, of the precision among what ranks at least as high; ties count together."""
    order = np.argsort(-ranks, kind="stable")
    ends = np.flatnonzero(np.append(np.diff(ranks[order]), 1.0))
    found = np.cumsum(frauds[order])[ends]
    return float(np.sum(np.diff(found, prepend=0.0) * found / (ends + 1)) / frauds.sum())


def precision_a_day(ranks: Numbers, frauds: Numbers, days: Numbers) -> tuple[float, float]:
    """Return precision among each day's first 100, and the most that any ranking could have reached."""
    order = np.lexsort((-ranks, days))
    place = np.arange(len(days)) - np.searchsorted(days[order], days[order])
    looked_at = place < A_DAY
    most = np.minimum(np.bincount(np.unique(days, return_inverse=True)[1], frauds), A_DAY).sum()
    return float(frauds[order][looked_at].mean()), float(most / looked_at.sum())


@contextmanager
def database(at: Coordinates, name: str, template: str | None = None) -> Iterator[None]:
    """Enter a database, new or a copy of another one."""
    connection.dispose()
    owner.dispose()
    copied = f" template {template}" if template else ""
    with closing(psycopg2.connect(at.superuser_url)) as session:
        session.autocommit = True
        with session.cursor() as cursor:
            cursor.execute(f"create database {name} owner vigie_owner{copied}")
    for variable, address in (("DATABASE_URL", at.app_url), ("DATABASE_OWNER_URL", at.owner_url)):
        os.environ[variable] = urlunsplit(urlsplit(address)._replace(path=f"/{name}"))
    yield
    connection.dispose()
    owner.dispose()


def import_rows(home: Path, rows: int) -> int:
    """Import the first rows of the shared transactions and return how many that are."""
    table = pq.read_table(DATA / "sparkov_dev" / "transactions.parquet").slice(0, rows or None)
    pq.write_table(table, home / "rows.parquet")
    run_all_migrations(os.environ["DATABASE_OWNER_URL"])
    with get_db_session() as session:
        banks.create(session, BANK, base_currency="USD", country="US")
    import_file(home / "rows.parquet", ImportOptions(BANK))
    return int(table.num_rows)


def enriched_alone() -> float:
    """Return the seconds that the derived columns take."""
    after, began = None, time.perf_counter()
    while True:
        with get_db_session([BANK]) as session:
            (bank_id,) = bank_ids(session)
            # As the job does where nothing had been enriched: no row can have been changed by these.
            chunk = enrichment.enrich_chunk(session, bank_id, after, CHUNK_ROWS, enriched_until=NEVER)
        if chunk is None:
            return time.perf_counter() - began
        after = chunk.end


def scored() -> float:
    """Return the seconds that the job's chunks take."""
    with get_db_session([BANK]) as session:
        (bank_id,) = bank_ids(session)
    work, began = Work(BANK, bank_id), time.perf_counter()
    while work.enrich_chunk():
        pass
    return time.perf_counter() - began


def judge() -> bool:
    """Print how well the score ranks, and whether better than the amount alone on rows not looked at.

    The weights were compared on the first rows, so what counts are the days after them.
    """
    with get_db_session([BANK]) as session:
        found = session.execute(
            text(
                "select fraud_score, amount_base_e4::float8, is_fraud::int, local_date - date '1970-01-01'"
                " from transactions where is_fraud is not null and fraud_score is not null"
            )
        )
        score, amount, frauds, days = (np.array(column, float) for column in zip(*found, strict=True))
        last_seen = session.scalar(
            text(
                "select max(local_date) - date '1970-01-01' from"
                " (select local_date from transactions order by ingest_seq limit :rows) seen"
            ),
            {"rows": LOOKED_AT},
        )
    print("All rows:")
    is_better = _judged(score, amount, frauds, days)
    unseen = days > last_seen
    if unseen.any():
        print(f"The days after the first {LOOKED_AT:,} rows, which the weights were not compared on:")
        is_better = _judged(score[unseen], amount[unseen], frauds[unseen], days[unseen])
    return is_better


def _judged(score: Numbers, amount: Numbers, frauds: Numbers, days: Numbers) -> bool:
    chance = np.random.default_rng(1).random(len(score))
    print(f"{len(score):,} labelled rows, {int(frauds.sum()):,} frauds ({frauds.mean():.2%})")
    print(f"{'ranked by':<12} {'average precision':>18} {'precision at 100 a day':>24}")
    results = {}
    for name, ranks in (("chance", chance), ("amount", amount), ("baseline-1", score)):
        daily, most = precision_a_day(ranks, frauds, days)
        results[name] = (average_precision(ranks, frauds), daily)
        print(f"{name:<12} {results[name][0]:>18.4f} {daily:>15.4f} of {most:.4f}")
    _calibration(score, frauds)
    return results["baseline-1"] > results["amount"]


def _calibration(score: Numbers, frauds: Numbers) -> None:
    print(f"{'score':<12} {'rows':>10} {'mean score':>12} {'frauds':>10}")
    for low, high in ((0.0, 0.01), (0.01, 0.05), (0.05, 0.2), (0.2, 0.5), (0.5, 0.8), (0.8, 1.01)):
        inside = (score >= low) & (score < high)
        if inside.any():
            print(
                f"{low:>4.2f}–{min(high, 1):<7.2f} {inside.sum():>10,} {score[inside].mean():>12.4f}"
                f" {frauds[inside].mean():>10.4f}"
            )


def main() -> int:
    """Print figures; 1 where the score is no better than the amount, or enrichment slower than its target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=0, help="the first so many rows (default: all)")
    options = parser.parse_args()
    if not (DATA / "sparkov_dev").is_dir():
        sys.exit(f"{DATA} is absent: set VIGIE_SHARED_DATA to the folder of the shared data")
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        os.environ["VIGIE_HOME"] = str(home / "vigie")
        with running(home / "vigie") as at:
            with database(at, "scorer"):
                rows = import_rows(home, options.rows)
            with database(at, "alone", template="scorer"):
                alone = rows / enriched_alone()
            with database(at, "whole", template="scorer"):
                whole = rows / scored()
                is_better = judge()
    print(f"derived columns alone {alone:,.0f} rows/s (at least {LEAST_ROWS_S:,})")
    print(f"with risk, score, prediction and record {whole:,.0f} rows/s")
    return 0 if is_better and alone >= LEAST_ROWS_S else 1


if __name__ == "__main__":
    raise SystemExit(main())
