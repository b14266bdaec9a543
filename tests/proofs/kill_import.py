"""Kill the importer with SIGKILL at random moments: after the resume every row is there exactly once.

    python -m tests.proofs.kill_import --rounds 20 --seed 1

Each round kills the command several times while it imports one file into a new bank, runs it to its end,
and then compares: every id once, one label for each labelled row, one reject for each bad row, the counts
of the runs, and segments and tail with the rows.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dashboard.ingestion.bank import BankWish, bank_for
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.run import import_file
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from database.segments.check import check
from database.segments.compaction import fold_tail
from tests.proofs.own_server import own_server

ROWS = 24_000
CHUNK_ROWS = 1_500
KILLS = 2
BAD_EVERY = 97
START = datetime(2024, 1, 1, tzinfo=UTC)
MAPPING = {
    "transaction_id": "id",
    "timestamp": "at",
    "amount": "amount",
    "customer_id": "customer",
    "merchant_id": "merchant",
    "category": "kind",
    "is_fraud": "fraud",
}


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: processes that were killed at work, and the row that the last one went on from."""

    kills: int
    resumed_from: int


def write_rows(path: Path, seed: int, rows: int = ROWS) -> int:
    """Write a file with some bad rows and return how many are good."""
    randomness = random.Random(seed)
    good = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("id,at,amount,customer,merchant,kind,fraud\n")
        for number in range(rows):
            is_bad = number % BAD_EVERY == 0
            good += not is_bad
            at = "never" if is_bad else f"{START + timedelta(seconds=61 * number):%Y-%m-%d %H:%M:%S}"
            label = randomness.choice(("0", "0", "0", "1", ""))
            file.write(
                f"t{number},{at},{randomness.randrange(1, 100_000) / 100},c{randomness.randrange(500)},"
                f"m{randomness.randrange(90)},k{randomness.randrange(9)},{label}\n"
            )
    return good


def kill_round(path: Path, bank: str, good: int, seed: int, environment: Mapping[str, str]) -> Round:
    """Import the file into a new bank, killed on the way, and compare what is there with what should be."""
    randomness = random.Random(seed)
    command = [sys.executable, "-m", "tests.proofs.kill_import", "--import", str(path), bank]
    kills = 0
    for _ in range(KILLS):
        process = subprocess.Popen(
            command, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _wait(process, bank, randomness)
        kills += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait()
    done = subprocess.run(command, env=dict(environment), capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"the last start failed: {done.stderr}")
    _compare(bank, good, ROWS)
    return Round(kills, int(done.stdout))


def import_rows(path: Path, bank: str) -> int:
    """Import as the command does, in smaller chunks, and return the row that it went on from."""
    with get_db_session() as session:
        bank_for(session, bank, BankWish(base_currency="EUR"))
    options = ImportOptions(bank, mapping=MAPPING, currency="EUR", chunk_rows=CHUNK_ROWS)
    before = import_file(path, options).rows_before
    is_more = True
    while is_more:
        with owner_session() as session:
            is_more = fold_tail(session).more
    return before


def _wait(process: subprocess.Popen[bytes], bank: str, randomness: random.Random) -> None:
    """Wait until the process has stored a chunk, and then a random moment longer."""
    before, deadline = _stored(bank), time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline and _stored(bank) == before:
        time.sleep(0.005)
    time.sleep(randomness.uniform(0.0, 0.6))


def _stored(bank: str) -> int:
    rows = execute_query("select code from banks where code = :bank", {"bank": bank})
    if not rows:
        return 0
    (row,) = execute_query("select coalesce(sum(rows_read), 0)::int as read from dataset_jobs", banks=[bank])
    return int(row["read"])


def _compare(bank: str, good: int, rows: int) -> None:
    (found,) = execute_query(
        "select (select count(*) from transactions) as rows,"
        " (select count(distinct transaction_id) from transactions) as ids,"
        " (select count(*) from transactions where is_fraud is not null) as labelled,"
        " (select count(*) from fraud_labels) as labels,"
        " (select count(*) from datasets) as datasets, (select sum(rows) from datasets) as dataset_rows,"
        " (select sum(rows_read) from dataset_jobs) as read,"
        " (select sum(rows_accepted) from dataset_jobs) as accepted,"
        " (select sum(rows_rejected) from dataset_jobs) as rejected",
        banks=[bank],
    )
    expected = {
        "rows": good,
        "ids": good,
        "labelled": found["labels"],
        "labels": found["labels"],
        "datasets": 1,
        "dataset_rows": good,
        "read": rows,
        "accepted": good,
        "rejected": rows - good,
    }
    assert dict(found) == expected, f"{dict(found)} is not {expected}"
    files = execute_query(
        "select rejects_file from dataset_jobs where rejects_file is not null", banks=[bank]
    )
    home = Path(os.environ["VIGIE_HOME"]) / "rejects"
    lines = [line for row in files for line in (home / row["rejects_file"]).read_text().splitlines()[1:]]
    assert len(lines) == len(set(lines)) == rows - good, f"{len(lines)} rejects, {rows - good} bad rows"
    with owner_session(snapshot=True) as session:
        differences = check(session)
    assert differences.agree, f"segments differ from rows: {differences}"


def prove(rounds: int, seed: int, environment: Mapping[str, str]) -> list[Round]:
    """Run rounds on the database that the settings name."""
    done = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        good = write_rows(path, seed)
        for number in range(rounds):
            done.append(kill_round(path, f"kill-{seed}-{number}", good, seed + number, environment))
            print(f"round {number + 1}: {done[-1]}", flush=True)  # noqa: T201 - a proof tells its rounds
    assert sum(one.kills for one in done) > 0, "nothing was killed"
    return done


def main() -> int:
    """Run the proof on an embedded server of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--import", nargs=2, dest="work", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        print(import_rows(Path(options.work[0]), options.work[1]))  # noqa: T201 - read by the proof
        return 0
    with own_server():
        rounds = prove(options.rounds, options.seed, os.environ)
    kills = sum(one.kills for one in rounds)
    print(f"{len(rounds)} rounds, {kills} kills at work, seed {options.seed}: every row once, segments agree")  # noqa: T201 - a proof tells its end
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
