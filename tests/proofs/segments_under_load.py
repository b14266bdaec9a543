"""Compares segments and rows in one snapshot while 8 clients insert and relabel and the tail is folded."""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Event, Lock

from sqlalchemy import text
from sqlalchemy.orm import Session

from database import connection, owner
from database.bulk import insert_transactions
from database.connection import get_db_session, read_only
from database.owner import owner_session
from database.segments import Selection, Sums, read
from database.segments.check import check
from database.segments.compaction import fold_tail
from database.segments.tail import relabel
from tests.database.segments.oracle import FIRST, random_row
from tests.factories import make_bank
from tests.servers import Database, Server, binaries_of

WRITERS, HOT_ROWS = 8, 400
DAYS = 45  # in three months, the last day of one and the first of another among them
FOLD_EVERY_S = 0.2
# Beyond this pace writers only change labels, so that the last comparisons take no longer than the first.
ROWS_BETWEEN_COMPARISONS, ROWS_AT_FIRST = 2, 400
# Each comparison comes after so many commits at least, and writers wait where they are far ahead of it:
# writing as fast as two cores can leaves none of them to compare with.
COMMITS_BETWEEN_COMPARISONS, COMPARISONS_AHEAD = 24, 2

_RELABEL = text(
    relabel("""(
    select bank_id, transaction_id, (array[true, false, null])[1 + floor(random() * 3)::int] as is_fraud,
        null::text as fraud_type, null::text as fraud_reason
    from transactions where bank_id = :bank_id and transaction_id = any(:ids)
) changed""")
)
_ON_ROWS = text("""
select count(*) as rows, count(is_fraud) as labelled, count(*) filter (where is_fraud) as frauds,
    coalesce(sum(amount_base_e4) filter (where is_fraud and transaction_type in
        ('purchase', 'payment', 'debit', 'transfer', 'cash_out')), 0) as fraud_volume_e4,
    count(distinct (bank_id, customer_id)) filter (where customer_id is not null) as customers
from transactions where timestamp >= :since and timestamp < :until
""")


@dataclass
class Load:
    """What the clients did so far."""

    compared: int = 0
    inserted: int = 0
    relabelled: int = 0
    folds: int = 0
    commits: int = 0
    stop: Event = field(default_factory=Event)
    lock: Lock = field(default_factory=Lock)

    @property
    def may_insert(self) -> bool:
        """Whether the rows are not yet ahead of the comparisons."""
        return self.inserted < ROWS_AT_FIRST + ROWS_BETWEEN_COMPARISONS * self.compared

    def wait_to_write(self) -> None:
        """Wait while the commits are far ahead of the comparisons."""
        while self._due(self.compared + COMPARISONS_AHEAD) < 0 and not self.stop.wait(0.002):
            pass

    def wait_to_compare(self) -> None:
        """Wait until enough was committed since the last comparison."""
        while self._due(self.compared + 1) > 0 and not self.stop.wait(0.002):
            pass

    def _due(self, comparisons: int) -> int:
        """Return how many commits are missing before so many comparisons."""
        return COMMITS_BETWEEN_COMPARISONS * comparisons - self.commits


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of comparisons came to."""

    comparisons: int
    different: list[int]
    load: Load
    seconds: float


def prove(comparisons: int, seed: int = 1) -> Outcome:
    """Compare so many snapshots under load; the settings point at an empty migrated database."""
    with get_db_session() as session:
        banks = [make_bank(session) for _ in range(2)]
        ids = {bank.code: bank.bank_id for bank in banks}
    began = time.monotonic()
    with _clients(ids, seed) as load:
        different = []
        for number in range(comparisons):
            load.wait_to_compare()
            if load.stop.is_set():
                break  # A client failed, which is told below.
            if not agrees(number, tuple(ids.values())):
                different.append(number)
            load.compared = number + 1
    return Outcome(comparisons, different, load, time.monotonic() - began)


@contextmanager
def _clients(banks: dict[str, int], seed: int) -> Iterator[Load]:
    """Writers and a folder at work; an error of any of them is raised at the end."""
    load = Load()
    work = [partial(_fold, load)]
    for number in range(WRITERS):
        code = sorted(banks)[number % len(banks)]
        chance = random.Random(f"{seed} {number}")
        work.append(partial(_write, f"writer {number}", chance, code, banks[code], load))
    with ThreadPoolExecutor(len(work)) as pool:
        futures = [pool.submit(until_it_fails, each, load.stop) for each in work]
        try:
            yield load
        finally:
            load.stop.set()
    for future in futures:
        future.result()


def until_it_fails(work: Callable[[], None], stop: Event) -> None:
    """Work, and let everybody else stop when this ends, however that comes."""
    try:
        work()
    finally:
        stop.set()


def _write(name: str, chance: random.Random, code: str, bank_id: int, load: Load) -> None:
    """Insert rows up to 45 days late and change labels, a quarter of them on rows that others change too."""
    own = 0
    while not load.stop.is_set():
        load.wait_to_write()
        with get_db_session([code]) as session:
            if load.may_insert and chance.random() < 0.5:
                size = chance.choice([1, 1, 3, 10])
                rows = [random_row(chance, f"{name} {own + number}", days=DAYS) for number in range(size)]
                insert_transactions(session, [{"category": None, **row} for row in rows])
                own, inserted, relabelled = own + size, size, 0
            else:
                hot = [f"writer {chance.randrange(WRITERS)} {chance.randrange(HOT_ROWS // WRITERS)}"]
                mine = [f"{name} {chance.randrange(own + 1)}" for _ in range(3)]
                session.execute(_RELABEL, {"bank_id": bank_id, "ids": hot + mine})
                inserted, relabelled = 0, len(hot) + len(mine)
        with load.lock:
            load.commits += 1
            load.inserted += inserted
            load.relabelled += relabelled


def _fold(load: Load) -> None:
    while not load.stop.wait(FOLD_EVERY_S):
        with owner_session() as session:
            load.folds += bool(fold_tail(session).records)


def agrees(number: int, banks: tuple[int, ...]) -> bool:
    """Compare in one snapshot, by turns every field of every day, and what a page shows."""
    if number % 2:
        with owner_session(snapshot=True) as session:
            return check(session).agree
    with read_only("all") as session:
        return _page_agrees(session, banks)


def _page_agrees(session: Session, banks: tuple[int, ...]) -> bool:
    since, until = FIRST, datetime.combine((FIRST + timedelta(days=DAYS + 1)).date(), FIRST.time(), UTC)
    fold = read(session, Selection(banks, since, until, zone="Europe/Paris"))
    rows = session.execute(_ON_ROWS, {"since": since, "until": until}).mappings().one()
    found = {name: getattr(fold.total, name) for name in rows if name != "customers"}
    by_category = sum(fold.by("category").values(), Sums())
    return {**found, "customers": fold.customers} == dict(rows) and by_category.rows == fold.total.rows


def main() -> int:
    """Prove it on each server."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", type=int, nargs="+", default=[18, 15])
    parser.add_argument("--comparisons", type=int, default=3_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    return max(_prove_on(version, options.comparisons, options.seed) for version in options.postgres)


@contextmanager
def empty_database(version: int) -> Iterator[Database]:
    """A migrated database of its own on a server of that version; the settings point at it."""
    binaries = binaries_of(version)
    if binaries is None:
        raise SystemExit(f"PostgreSQL {version} is not installed")
    server = Server(version, binaries).start().migrate()
    try:
        with tempfile.TemporaryDirectory() as home:
            server.drop("a_proof")
            database = server.create("a_proof", template=server.template)
            os.environ.update(database.environment, VIGIE_HOME=home)
            yield database
            connection.dispose()
            owner.dispose()
        server.drop("a_proof")
    finally:
        server.stop()


def _prove_on(version: int, comparisons: int, seed: int) -> int:
    with empty_database(version):
        outcome = prove(comparisons, seed)
    load = outcome.load
    sys.stdout.write(
        f"PostgreSQL {version}: {outcome.comparisons:,} comparisons in {outcome.seconds:.0f} s while "
        f"{load.inserted:,} rows came, {load.relabelled:,} labels were set by {load.commits:,} commits and "
        f"{load.folds:,} folds ran: "
        f"{len(outcome.different)} different {outcome.different[:5]}\n"
    )
    return 1 if outcome.different else 0


if __name__ == "__main__":
    sys.exit(main())
