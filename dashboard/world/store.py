"""The world into the database, by the bulk path: a dataset and a job a bank, resumed where it stopped."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar

from dashboard.ingestion.ahead import ahead
from dashboard.ingestion.load import Memory, load_rows
from dashboard.risk import update_parties
from dashboard.world.truth import truth_file
from dashboard.world.world import BankWorld, Batch, WorldOptions, build_world
from database.connection import Session, get_db_session
from database.demo import add_demo_rates
from database.first_load import put_back, set_aside
from database.loading import bank_terms
from database.queries import banks, datasets, jobs
from database.queries.datasets import Counts, Run
from models.datasets import DatasetOrigin
from models.errors import ConflictError
from models.jobs import JobStatus
from models.messages import N_, Message

JOB_KIND: Final = "generate"
DATASET: Final = "demo"
AT_ONCE: Final = 3
WORTH_FROM: Final = 20_000
"""Rows from which a first load is faster with its indexes made afterwards."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the world is: rows stored of all, and how many this process stored in how many seconds."""

    bank: str
    rows: int
    total: int
    stored: int
    seconds: float

    @property
    def rows_a_second(self) -> float:
        """The pace so far."""
        return self.stored / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """The time left at this pace; None before there is one."""
        return (self.total - self.rows) / self.rows_a_second if self.stored and self.seconds else None


@dataclass(frozen=True, slots=True)
class StoredWorld:
    """What is there now, and how much of it this call stored."""

    options: WorldOptions
    rows: int
    stored: int
    seconds: float


Report = Callable[[Progress], None]
Given = TypeVar("Given")
Made = TypeVar("Made")


def store_world(
    options: WorldOptions, report: Report | None = None, *, truth: Path | None = None
) -> StoredWorld:
    """Store the world and return what is there; a world that was begun is completed as it was begun.

    Some banks are stored at a time. What stops one, an interrupt among it, stops the others after a batch.
    What really happened is written into the folder `truth`, and nowhere else.
    """
    options = begun_world() or options
    worlds = build_world(options)
    for world in worlds:
        _ensure_bank(world)
    tally = _Tally(sum(world.rows for world in worlds), report)
    if tally.total >= WORTH_FROM:
        set_aside()
    found = _of_each(lambda world: _store_rows(world, tally, truth), worlds, tally)
    writers = [writer for writer in found if writer is not None]
    with ExitStack() as stack:
        for writer in writers:
            stack.enter_context(_failed_if_stopped(writer.run))
        put_back()
    _of_each(_finish_bank, writers, tally)
    return StoredWorld(options, tally.total, tally.stored, tally.seconds)


def _of_each(work: Callable[[Given], Made], given: Iterable[Given], tally: _Tally) -> list[Made]:
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="world") as pool:
        futures = [pool.submit(work, one) for one in given]
        try:
            return [future.result() for future in as_completed(futures)]
        except BaseException:
            tally.is_over.set()
            raise


class _Tally:
    """What all banks together have stored, told to whoever wants to know."""

    def __init__(self, total: int, report: Report | None) -> None:
        self.total, self.rows, self.stored = total, 0, 0
        self.is_over = threading.Event()
        self._report, self._lock, self._begun = report, threading.Lock(), time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun

    def found(self, rows: int) -> None:
        """Count rows that were there already."""
        with self._lock:
            self.rows += rows

    def add(self, bank: str, rows: int) -> None:
        """Count rows that were stored just now, and tell."""
        with self._lock:
            self.rows += rows
            self.stored += rows
            if self._report is not None:
                self._report(Progress(bank, self.rows, self.total, self.stored, self.seconds))


def begun_world() -> WorldOptions | None:
    """Return the options of the world that is there, complete or not."""
    with get_db_session() as session:
        if not banks.demo_codes(session):
            return None
        found = jobs.newest(session, kind=JOB_KIND, limit=1)
    return _options_of(dict(found[0].parameters)) if found else None


def _store_rows(world: BankWorld, tally: _Tally, truth: Path | None) -> _Writer | None:
    """Store the rows that are missing of one bank; None if all was there."""
    with get_db_session([world.bank.code]) as session:
        terms = bank_terms(session)
        run = _claim(session, terms.bank_id, world)
    tally.found(run.counts.accepted)
    if run.status is JobStatus.SUCCEEDED:
        return None
    writer = _Writer(world, Memory(terms), run, int(run.result.get("batches", 0)), run.counts)
    with _failed_if_stopped(run):
        _store_batches(writer, tally, truth)
    return writer


def _finish_bank(writer: _Writer) -> None:
    """Fold everybody's totals and end the run."""
    with _failed_if_stopped(writer.run), get_db_session([writer.world.bank.code]) as session:
        update_parties(session)
    said = Message(N_("{rows} rows of the demo stored."), {"rows": writer.counts.accepted})
    _finish(writer.run, JobStatus.SUCCEEDED, said)


@contextmanager
def _failed_if_stopped(run: Run) -> Iterator[None]:
    try:
        yield
    except BaseException:
        _finish(run, JobStatus.FAILED, Message(N_("Stopped; the same command goes on from there.")))
        raise


def _store_batches(writer: _Writer, tally: _Tally, truth: Path | None) -> None:
    """Store the batches that are missing; the truth is told from the first one on."""
    told = nullcontext() if truth is None else truth_file(truth, writer.world)
    start = writer.done if truth is None else 0
    with told as file, ahead(writer.world.batches(start)) as batches:
        for number, batch in enumerate(batches, start):
            if tally.is_over.is_set():
                raise ConflictError(N_("Stopped; the same command goes on from there."))
            if file is not None:
                file.add(batch.truth)
            if number >= writer.done:
                tally.add(writer.world.bank.name, writer.store(batch))


@dataclass(slots=True)
class _Writer:
    """Stores batches, each with its progress in one transaction."""

    world: BankWorld
    memory: Memory
    run: Run
    done: int
    counts: Counts

    def store(self, batch: Batch) -> int:
        bank_id = self.memory.terms.bank_id
        with get_db_session([self.memory.terms.code]) as session:
            stored = load_rows(
                session,
                self.memory,
                self.run.dataset_id,
                batch.rows,
                customers=self.world.customers,
                merchants=self.world.merchants,
            )
            counts = self.counts + Counts(read=batch.rows.num_rows, accepted=stored.inserted)
            first, last = stored.first_at, stored.last_at
            datasets.add_rows(session, bank_id, self.run.dataset_id, stored.inserted, first, last)
            is_cancelled = datasets.advance(
                session,
                bank_id,
                self.run,
                counts,
                bytes_total=0,
                kept={"batches": self.done + 1},
                rejects_file=None,
            )
            jobs.report(session, self.run.job_id, done=counts.accepted, total=self.world.rows)
            if is_cancelled is None or is_cancelled:
                raise ConflictError(N_("The demo was cancelled, or is being stored by another process."))
        self.done, self.counts = self.done + 1, counts
        told = {"category": "ingest", "bank_id": bank_id}
        logger.info(
            "Demo run %d stored batch %d: %d rows", self.run.job_id, self.done, stored.inserted, extra=told
        )
        return stored.inserted


def _ensure_bank(world: BankWorld) -> None:
    bank = world.bank
    with get_db_session() as session:
        found = banks.find(session, bank.code)
        if found is not None and not found.is_demo:
            raise ConflictError(
                N_("The bank {code} has your own data: the demo needs that name."), code=bank.code
            )
        found = found or banks.create(
            session,
            bank.code,
            name=bank.name,
            country=bank.country,
            base_currency=bank.currency,
            time_zone=bank.zone,
            is_demo=True,
        )
        banks.grant_to_admins(session, found.bank_id)
        add_demo_rates(session, bank.currency, world.rates())


def _claim(session: Session, bank_id: int, world: BankWorld) -> Run:
    """Take over the bank's run where it stopped, or begin it."""
    known = [one.dataset_id for one in datasets.of_bank(session, bank_id) if one.is_demo]
    last = datasets.newest_run(session, bank_id, known[0]) if known else None
    if last is not None and last.status is JobStatus.SUCCEEDED:
        return last
    dataset_id = (
        known[0]
        if known
        else datasets.create(session, bank_id, DATASET, origin=DatasetOrigin.GENERATED, is_demo=True)
    )
    if last is not None:
        jobs.finish(session, last.job_id, JobStatus.FAILED)
        last = datasets.newest_run(session, bank_id, dataset_id)
    job_id = jobs.create(session, JOB_KIND, _parameters(world.options), status=JobStatus.RUNNING)
    datasets.begin_run(session, bank_id, dataset_id, job_id, bytes_total=0)
    if last is not None:
        datasets.keep(session, job_id, {"batches": last.result.get("batches", 0)})
    run = datasets.run_of_job(session, bank_id, job_id)
    if run is None:
        raise ConflictError(N_("The demo was cancelled, or is being stored by another process."))
    return run if last is None else replace(run, counts=last.counts)


def _parameters(options: WorldOptions) -> dict[str, Any]:
    return {
        "until": options.until.isoformat(),
        "banks": options.banks,
        "days": options.days,
        "transactions": options.transactions,
        "seed": options.seed,
        "pressure": options.pressure,
    }


def _options_of(parameters: dict[str, Any]) -> WorldOptions:
    return WorldOptions(**{**parameters, "until": date.fromisoformat(parameters["until"])})


def _finish(run: Run, status: JobStatus, message: Message) -> None:
    with get_db_session() as session:
        jobs.finish(session, run.job_id, status, message=message)
    logger.info("Demo run %d %s: %s", run.job_id, status, message, extra={"category": "ingest"})
