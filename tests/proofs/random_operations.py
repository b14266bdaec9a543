"""Segments equal rows while 8 clients insert, label, withdraw, rescore, undo and change rates at random.

    python -m tests.proofs.random_operations --operations 10000 --seed 1

The tail is folded, years are merged and everything is rebuilt meanwhile. One snapshot after the other is
compared, by turns record by record and as a page shows it; at the end the rows are compared with what the
clients remember, and each label with the history of what was said.
"""

from __future__ import annotations

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from dashboard.labels import set_label, settle, withdraw_label
from database.bulk import insert_transactions
from database.connection import execute_query, get_db_session, read_only
from database.copying import copy_rows, encode_rows
from database.owner import owner_session
from database.queries import datasets, labels, rates, undoing
from database.segments.check import check
from database.segments.compaction import fold_tail, merge_small_years
from database.segments.rebuild import rebuild
from database.segments.tail import record_changes
from models.datasets import DatasetOrigin
from models.errors import NotFoundError
from models.labels import LabelSource
from tests.database.segments.oracle import FIRST, random_row
from tests.factories import make_bank
from tests.proofs.segments_under_load import DAYS, agrees, empty_database, until_it_fails

CLIENTS = 8
FOLD_EVERY_S, FOLDS_A_REBUILD = 0.2, 15
ROWS_AN_IMPORT = 30
UNDONE_AT_ONCE = 20
# Clients wait where they are far ahead of the comparisons.
OPERATIONS_A_COMPARISON, COMPARISONS_AHEAD = 5, 2
KINDS = {"insert": 30, "late": 10, "label": 25, "withdraw": 10, "rescore": 10, "undo": 8, "rate": 7}
DEADLOCK = "40P01"


@dataclass
class Shared:
    """What the clients have in common."""

    banks: dict[str, int]
    operations: int
    done: Counter[str] = field(default_factory=Counter)
    compared: int = 0
    deadlocks: int = 0
    folds: int = 0
    merges: int = 0
    rebuilds: int = 0
    stop: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: Iterator[int] = field(default_factory=count)
    ids: list[tuple[str, str]] = field(default_factory=list)
    """(bank, transaction) of what somebody inserted and anybody may label; it may be gone."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of operations came to."""

    shared: Shared
    different: list[int]
    seconds: float


def prove(operations: int, seed: int = 1) -> Outcome:
    """Do so many operations on an empty migrated database."""
    with get_db_session() as session:
        banks = [make_bank(session, base_currency="EUR") for _ in range(2)]
        shared = Shared({bank.code: bank.bank_id for bank in banks}, operations)
    began = time.monotonic()
    clients = [Client(shared, seed, number) for number in range(CLIENTS)]
    different: list[int] = []
    with _at_work(shared, clients) as is_busy:
        while is_busy():
            if not agrees(shared.compared, tuple(shared.banks.values())):
                different.append(shared.compared)
            shared.compared += 1
    _compare_with_what_is_remembered(shared, clients)
    return Outcome(shared, different, time.monotonic() - began)


@contextmanager
def _at_work(shared: Shared, clients: list[Client]) -> Iterator[Callable[[], bool]]:
    """Clients and maintenance at work; an error of any of them is raised at the end."""
    with ThreadPoolExecutor(len(clients) + 1) as pool:
        upkeep = pool.submit(until_it_fails, partial(_keep_up, shared), shared.stop)
        working = [pool.submit(client.run) for client in clients]
        try:
            yield lambda: not (shared.stop.is_set() or all(each.done() for each in working))
        finally:
            shared.stop.set()
    for each in (upkeep, *working):
        each.result()


def _keep_up(shared: Shared) -> None:
    while not shared.stop.wait(FOLD_EVERY_S):
        with owner_session() as session:
            shared.folds += bool(fold_tail(session).records)
        with owner_session() as session:
            shared.merges += merge_small_years(session)
        if shared.folds % FOLDS_A_REBUILD == FOLDS_A_REBUILD - 1:
            shared.rebuilds += rebuild().records > 0


class Client:
    """One client: does operations one after the other, and remembers which rows should be there."""

    def __init__(self, shared: Shared, seed: int, number: int) -> None:
        self.shared, self.name = shared, f"client {number}"
        self.chance = random.Random(f"{seed} {number}")
        self.bank = sorted(shared.banks)[number % len(shared.banks)]
        self.bank_id = shared.banks[self.bank]
        self.datasets: dict[int, list[str]] = {}

    def run(self) -> None:
        """Take operations until as many were begun as are wanted, by all together."""
        try:
            while self._may_go_on():
                (kind,) = self.chance.choices(list(KINDS), list(KINDS.values()))
                self._again_after_a_deadlock(getattr(self, f"_{kind}"))
                with self.shared.lock:
                    self.shared.done[kind] += 1
        except BaseException:
            self.shared.stop.set()
            raise

    def _may_go_on(self) -> bool:
        shared, number = self.shared, next(self.shared.numbers)
        while number > OPERATIONS_A_COMPARISON * (shared.compared + COMPARISONS_AHEAD):
            if shared.stop.wait(0.002):
                return False
        return number < shared.operations

    def _again_after_a_deadlock(self, operation: Callable[[], None]) -> None:
        """A deadlock undoes the whole transaction, and whoever asked asks again."""
        while True:
            try:
                return operation()
            except OperationalError as error:
                if getattr(error.orig, "pgcode", None) != DEADLOCK:
                    raise
                with self.shared.lock:
                    self.shared.deadlocks += 1

    def _insert(self) -> None:
        """Import a dataset of rows out of order."""
        self._store(self.chance.randrange(1, ROWS_AN_IMPORT), timedelta(0))

    def _late(self) -> None:
        """Import one row of a year before."""
        self._store(1, timedelta(days=366 + self.chance.randrange(400)))

    def _store(self, size: int, earlier: timedelta) -> None:
        name = f"{self.name} {self.chance.getrandbits(40)}"
        rows = [random_row(self.chance, f"{name} {number}", days=DAYS) for number in range(size)]
        with get_db_session([self.bank]) as session:
            dataset_id = datasets.create(session, self.bank_id, name, origin=DatasetOrigin.API)
            given: list[dict[str, Any]] = [
                {**row, "dataset_id": dataset_id, "timestamp": row["timestamp"] - earlier} for row in rows
            ]
            insert_transactions(session, given)
            datasets.add_rows(session, self.bank_id, dataset_id, size, None, None)
        ids = [row["transaction_id"] for row in rows]
        self.datasets[dataset_id] = ids
        with self.shared.lock:
            self.shared.ids += [(self.bank, identity) for identity in ids]

    def _label(self) -> None:
        is_fraud, source = self.chance.random() < 0.5, self.chance.choice(list(LabelSource))
        self._say(partial(set_label, is_fraud=is_fraud, source=source))

    def _withdraw(self) -> None:
        self._say(partial(withdraw_label, source=self.chance.choice(list(LabelSource))))

    def _say(self, say: Callable[[Session, int, str], object]) -> None:
        """Label a row of anybody's, unless its import was undone meanwhile."""
        with self.shared.lock:
            known = self.shared.ids
            # Few are chosen often, so that clients meet.
            some = known[-40:] if self.chance.random() < 0.5 else known
            chosen = self.chance.choice(some) if some else None
        if chosen is None:
            return
        bank, identity = chosen
        try:
            with get_db_session([bank]) as session:
                say(session, self.shared.banks[bank], identity)
        except NotFoundError:
            return

    def _rescore(self) -> None:
        """Give rows of anybody's new scores, decisions and anomalies."""
        with self.shared.lock:
            own = [identity for bank, identity in self.shared.ids if bank == self.bank]
        chosen = self.chance.sample(own, min(len(own), 25))
        columns = ("fraud_score", "decision", "is_anomaly")
        values = ([each, self.chance.random(), "review", self.chance.random() < 0.2] for each in chosen)
        with get_db_session([self.bank]) as session:
            source = copy_rows(
                session, "transactions", ("transaction_id", *columns), encode_rows(values), source="rescored"
            )
            record_changes(session, self.bank_id, source, columns)

    def _undo(self) -> None:
        """Take an own import back, chunk by chunk."""
        if not self.datasets:
            return
        dataset_id = self.chance.choice(list(self.datasets))
        removed = UNDONE_AT_ONCE
        while removed == UNDONE_AT_ONCE:
            removed = self._undo_chunk(dataset_id)
        gone = set(self.datasets.pop(dataset_id))
        with self.shared.lock:
            self.shared.ids = [each for each in self.shared.ids if each[1] not in gone]

    def _undo_chunk(self, dataset_id: int) -> int:
        with get_db_session([self.bank]) as session:
            found = undoing.ends(session, self.bank_id, dataset_id)
            if found is None:
                return 0
            undoing.take(session, self.bank_id, dataset_id, *found, UNDONE_AT_ONCE)
            return undoing.remove(session, self.bank_id, dataset_id)

    def _rate(self) -> None:
        """Correct the rate of a day, and the rows of both banks that it converts."""
        day = FIRST.date() + timedelta(days=self.chance.randrange(DAYS))
        currency, rate = self.chance.choice(["USD", "XAF"]), f"{self.chance.uniform(0.001, 1.5):.8f}"
        line = f"{day},{currency},EUR,{rate},1\n".encode()
        with get_db_session([self.bank]) as session:
            _, spans = rates.store(session, [line], "a correction")
        for bank, bank_id in sorted(self.shared.banks.items()):
            for span in spans:
                with get_db_session([bank]) as session:
                    rates.convert_anew(session, bank_id, "EUR", span, 1_000)


def _compare_with_what_is_remembered(shared: Shared, clients: list[Client]) -> None:
    with owner_session(snapshot=True) as session:
        assert check(session).agree, "segments differ from rows at the end"
    for bank, bank_id in shared.banks.items():
        mine = [ids for client in clients if client.bank == bank for ids in client.datasets.values()]
        kept = {identity for ids in mine for identity in ids}
        rows = execute_query("select transaction_id, is_fraud from transactions", banks=[bank])
        found = {row["transaction_id"]: row["is_fraud"] for row in rows}
        assert found.keys() == kept, f"{len(found.keys() ^ kept)} rows are lost or left over"
        with read_only([bank]) as session:
            said = labels.statements(session, bank_id, sorted(kept))
        settled = {identity: settle(identity, said.get(identity, ())).is_fraud for identity in kept}
        assert found == settled, "labels differ from what was said"


def main() -> int:
    """Prove it on each server."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--postgres", type=int, nargs="+", default=[18, 15])
    parser.add_argument("--operations", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    different = 0
    for version in options.postgres:
        with empty_database(version):
            outcome = prove(options.operations, options.seed)
        sys.stdout.write(f"PostgreSQL {version}: {_told(outcome)}\n")
        different += len(outcome.different)
    return 1 if different else 0


def _told(outcome: Outcome) -> str:
    shared = outcome.shared
    kinds = ", ".join(f"{number:,} {kind}" for kind, number in sorted(shared.done.items()))
    return (
        f"{sum(shared.done.values()):,} operations ({kinds}; {shared.deadlocks} deadlocks, taken again) in "
        f"{outcome.seconds:.0f} s beside {shared.folds} folds, {shared.merges} merged years, "
        f"{shared.rebuilds} rebuilds: {shared.compared:,} comparisons, {len(outcome.different)} different"
    )


if __name__ == "__main__":
    sys.exit(main())
