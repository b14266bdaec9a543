"""An import rejects exactly its bad rows, each for its reason; again it adds nothing; undone it never was.

    python -m tests.proofs.bad_rows --rows 1000000 --bad 10000 --seed 1

A bank has rows of an earlier import. A second file with good rows and bad ones of seventeen kinds is
imported, and its rejects are compared line by line with what was planted. The same rows in another file add
nothing. Then both are undone: every table is as it was, row for row, before and after a
fold, and segments equal rows.
"""

from __future__ import annotations

import argparse
import csv
import random
import resource
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from dashboard.ingestion.bank import BankWish, bank_for
from dashboard.ingestion.options import ImportOptions, ImportResult
from dashboard.ingestion.run import import_file
from dashboard.ingestion.undo import undo_dataset
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from database.segments.check import check
from database.segments.compaction import fold_tail
from tests.proofs.own_server import own_server

BANK: Final = "proof"
START: Final = datetime(2024, 1, 1, tzinfo=UTC)
NAMES: Final = ("transaction_id", "timestamp", "amount", "currency", "customer_id", "merchant_id", "is_fraud")
HEADER: Final = ",".join(NAMES)
TABLES: Final = (
    "transactions", "customers", "merchants", "fraud_labels", "calendar_events", "alerts", "ml_features",
)  # fmt: skip
Row = dict[str, str]
Expected = tuple[str, str]

_TIME: Final = "not a time from 1970 to 2099, like 2020-01-31 23:59:00"
_MONEY: Final = "not an amount of money"
# What is done to a good row, the column that is to blame, and the reason.
SPOILT: Final[tuple[tuple[Mapping[str, str], str, str], ...]] = (
    ({"timestamp": "yesterday"}, "timestamp", _TIME),
    ({"timestamp": "294276-01-01 00:00:00"}, "timestamp", _TIME),
    ({"timestamp": "2024-02-30 10:00:00"}, "timestamp", _TIME),
    ({"timestamp": ""}, "timestamp", "missing"),
    ({"amount": "NaN"}, "amount", _MONEY),
    ({"amount": "inf"}, "amount", _MONEY),
    ({"amount": "1000000000000000000000000000000"}, "amount", _MONEY),
    ({"amount": "1e9999999"}, "amount", _MONEY),
    ({"amount": "=1+1"}, "amount", _MONEY),
    ({"transaction_id": ""}, "transaction_id", "missing"),
    ({"transaction_id": "x" * 129}, "transaction_id", "longer than 128 characters or not text"),
    ({"currency": "EURO"}, "currency", "not a currency of three letters"),
    ({"is_fraud": "perhaps"}, "is_fraud", "neither yes nor no"),
    ({"customer_id": "a\0b"}, "", "a NUL character"),
    ({"customer_id": "\udced\udca0\udc80"}, "", "not UTF-8 text"),
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one proof measured."""

    rows: int
    bad: int
    import_s: float
    undo_s: float
    peak_mb: float


def good_row(number: int, randomness: random.Random) -> Row:
    """Return the good row with this number; the same number has the same row."""
    at = START + timedelta(seconds=13 * number)
    cells = (
        f"t{number}", f"{at:%Y-%m-%d %H:%M:%S}", f"{randomness.randrange(1, 10**6) / 100}", "EUR",
        f"c{randomness.randrange(2_000)}", f"m{randomness.randrange(300)}",
        randomness.choice(("0", "0", "1", "")),
    )  # fmt: skip
    return dict(zip(NAMES, cells, strict=True))


def write_file(path: Path, rows: int, bad: int, seed: int, stored: int) -> dict[int, Expected]:
    """Write `rows` rows of which `bad` are spoilt; return the column and reason of each bad line.

    The last two kinds are ids with other content: of a row that is stored, of an earlier line of this file.
    """
    randomness = random.Random(seed)
    places = set(randomness.sample(range(1, rows), bad))
    expected: dict[int, Expected] = {}
    firsts: dict[str, int] = {}
    with path.open("wb") as file:
        file.write(f"{HEADER}\n".encode())
        for place in range(rows):
            row, line = good_row(stored + place, randomness), place + 2
            if place in places:
                expected[line] = _spoil(row, len(expected), stored, firsts)
            elif len(firsts) < bad:
                firsts[row["transaction_id"]] = line
            file.write((",".join(row.values()) + "\n").encode(errors="surrogateescape"))
    return expected


def _spoil(row: Row, number: int, stored: int, firsts: dict[str, int]) -> Expected:
    kind = number % (len(SPOILT) + 2)
    if kind < len(SPOILT):
        changed, column, reason = SPOILT[kind]
        row.update(changed)
        return column, reason
    row["amount"] = "123456.78"
    if kind == len(SPOILT) and stored:
        row["transaction_id"] = f"t{number % stored}"
        return "transaction_id", "this id is stored with other content by earlier.csv; that one stays"
    identity, line = next(iter(firsts.items()))
    del firsts[identity]
    row["transaction_id"] = identity
    return "transaction_id", f"this id is on line {line} with other content; that one stays"


def prove(rows: int, bad: int, seed: int, folder: Path) -> Outcome:
    """Run the proof on the database that the settings name."""
    with get_db_session() as session:
        bank_for(session, BANK, BankWish(base_currency="EUR", country="FR", time_zone="Europe/Paris"))
    stored = rows // 10
    write_file(folder / "earlier.csv", stored, 0, seed, 0)
    _import(folder / "earlier.csv")
    _fold()
    before = _tables()

    path = folder / "rows.csv"
    expected = write_file(path, rows, bad, seed + 1, stored)
    begun = time.monotonic()
    first = _import(path)
    import_s = time.monotonic() - begun
    # Of the import: the comparison of every row and its segments after it takes more.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert len(expected) == bad
    assert first.counts.rejected + first.counts.conflict == bad, first.counts
    assert first.counts.accepted == rows - bad, first.counts
    _compare(expected, first)
    again = folder / "again.csv"
    again.write_bytes(path.read_bytes() + b"\n")
    second = _import(again)
    assert second.counts.accepted == 0, second.counts
    assert second.counts.duplicate == rows - bad, second.counts
    _agree()

    begun = time.monotonic()
    undo_dataset(BANK, second.dataset_id)
    assert undo_dataset(BANK, first.dataset_id).rows == rows - bad
    undo_s = time.monotonic() - begun
    _agree()
    assert _tables() == before, "the tables are not as they were"
    _fold()
    _agree()
    return Outcome(rows, bad, import_s, undo_s, peak)


def _import(path: Path) -> ImportResult:
    return import_file(path, ImportOptions(BANK, mapping={name: name for name in NAMES}))


def _compare(expected: Mapping[int, Expected], result: ImportResult) -> None:
    assert result.rejects_file is not None
    with result.rejects_file.open(encoding="utf-8", newline="") as file:
        found = {int(line): (column, reason) for line, column, _, reason in list(csv.reader(file))[1:]}
    wrong = {line for line in expected.keys() | found.keys() if expected.get(line) != found.get(line)}
    shown = [(line, expected.get(line), found.get(line)) for line in sorted(wrong)[:5]]
    assert not wrong, f"{len(wrong)} lines differ: {shown}"


def _tables() -> dict[str, tuple[int, str]]:
    """Return the number of rows of each table and a sum over all their columns, whatever their order."""
    return dict(_summed())


def _summed() -> Iterator[tuple[str, tuple[int, str]]]:
    for table in TABLES:
        (found,) = execute_query(
            "select count(*) as rows,"
            " coalesce(sum(hashtextextended(to_jsonb(t)::text, 0)::numeric), 0)::text as sum"
            f" from {table} t",
            banks=[BANK],
        )
        yield table, (int(found["rows"]), str(found["sum"]))


def _agree() -> None:
    with owner_session(snapshot=True) as session:
        differences = check(session)
    assert differences.agree, f"segments differ from rows: {differences}"


def _fold() -> None:
    is_more = True
    while is_more:
        with owner_session() as session:
            is_more = fold_tail(session).more


def main() -> int:
    """Run the proof on an embedded server of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--bad", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with own_server() as home:
        done = prove(options.rows, options.bad, options.seed, home)
    print(  # noqa: T201 - a proof tells its end
        f"{done.rows:,} rows, {done.bad:,} bad ones rejected with their reasons in {done.import_s:.1f} s;"
        f" again 0 added; undone in {done.undo_s:.1f} s, tables as before, segments agree;"
        f" {done.peak_mb:.0f} MB"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
