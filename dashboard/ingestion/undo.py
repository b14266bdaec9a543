"""Undo of an import: chunk by chunk and resumable; what others said of its rows is kept in a file."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dashboard.config import WebSettings
from dashboard.ingestion.converting import convert_everywhere
from dashboard.ingestion.follow_up import OPENED, follow
from dashboard.ingestion.late_labels import withdraw_file
from dashboard.jobs.control import Control
from database.connection import Session, get_db_session
from database.loading import BankTerms, bank_terms
from database.queries import datasets, events, jobs, rates, undoing
from database.queries.datasets import Counts
from database.queries.labels import Statement
from database.queries.undoing import Undoable
from models.datasets import DatasetKind
from models.errors import ConflictError, NotFoundError
from models.jobs import JobStatus
from models.messages import N_, Message

JOB_KIND: Final = "undo"
REMOVED_AT_ONCE: Final = 10_000
LABELS_HEADER: Final = (
    "transaction_id",
    "is_fraud",
    "fraud_type",
    "reason",
    "source",
    "known_at",
    "recorded_at",
)
Done = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What an undo took back; `labels_file` has what others had said of its rows."""

    job_id: int
    dataset_id: int
    rows: int
    customers: int = 0
    merchants: int = 0
    labels: int = 0
    labels_file: Path | None = None

    @property
    def message(self) -> Message:
        """Say it in one sentence."""
        if self.labels:
            return Message(
                N_(
                    "{rows} rows removed, with {customers} customers and {merchants} merchants that only "
                    "they named; {labels} labels of others are kept in {file}."
                ),
                {
                    "rows": self.rows,
                    "customers": self.customers,
                    "merchants": self.merchants,
                    "labels": self.labels,
                    "file": self.labels_file.name if self.labels_file else "-",
                },
            )
        return Message(
            N_(
                "{rows} rows removed, with {customers} customers and {merchants} merchants that only they "
                "named."
            ),
            {"rows": self.rows, "customers": self.customers, "merchants": self.merchants},
        )


def undo_dataset(
    bank: str, dataset_id: int, progress: Done | None = None, *, created_by: int | None = None
) -> UndoResult:
    """Take an import back in this process and end its job; the same call goes on where the last one ended."""
    with get_db_session() as session:
        job_id = jobs.create(
            session,
            JOB_KIND,
            {"bank": bank, "dataset_id": dataset_id},
            created_by=created_by,
            status=JobStatus.RUNNING,
        )
    try:
        result = remove_dataset(bank, dataset_id, job_id, progress or (lambda _done, _total: None))
    except BaseException as error:
        message = getattr(error, "message", None) or Message(N_("Stopped; the same undo goes on from there."))
        with get_db_session() as session:
            follow(session, job_id)
            jobs.finish(session, job_id, JobStatus.FAILED, message=message)
        raise
    with get_db_session() as session:
        follow(session, job_id)
        jobs.finish(session, job_id, JobStatus.SUCCEEDED, message=result.message, result=told(result))
    return result


def run_undo(control: Control) -> Mapping[str, Any]:
    """Undo the dataset of the job's parameters and return what came of it."""
    given = control.parameters
    result = remove_dataset(given["bank"], int(given["dataset_id"]), control.job_id, control.report)
    control.report(1, 1, result.message)
    return told(result)


def told(result: UndoResult) -> dict[str, Any]:
    """Return a result as a job keeps it."""
    return {
        "dataset_id": result.dataset_id,
        "rows": result.rows,
        "customers": result.customers,
        "merchants": result.merchants,
        "labels": result.labels,
        "labels_file": result.labels_file and result.labels_file.name,
    }


def remove_dataset(bank: str, dataset_id: int, job_id: int, report: Done) -> UndoResult:
    """Remove what an import brought; the caller ends the job."""
    with get_db_session([bank]) as holder:
        terms = bank_terms(holder)
        found = _found(holder, terms, dataset_id)
        # Held to the end, so that the same file is not imported meanwhile.
        if not datasets.hold(holder, terms.bank_id, found.file_sha256 or f"dataset {dataset_id}"):
            raise ConflictError(N_("This dataset is being imported or undone right now by another process."))
        with get_db_session([bank]) as session:
            _begin(session, terms, dataset_id, job_id)
        return _Undo(terms, found, job_id, report).run()


def _found(session: Session, terms: BankTerms, dataset_id: int) -> Undoable:
    found = undoing.find(session, terms.bank_id, dataset_id)
    if found is None:
        raise NotFoundError(
            N_("The bank {code} has no dataset {dataset_id}."), code=terms.code, dataset_id=dataset_id
        )
    if found.busy is not None:
        raise ConflictError(
            N_("Run {job_id} is still filling this dataset: cancel it, or wait for its end."),
            job_id=found.busy,
        )
    return found


def _begin(session: Session, terms: BankTerms, dataset_id: int, job_id: int) -> None:
    if datasets.run_of_job(session, terms.bank_id, job_id) is None:
        before = datasets.newest_run(session, terms.bank_id, dataset_id)
        datasets.begin_run(session, terms.bank_id, dataset_id, job_id, bytes_total=0)
        if before is not None and before.status is JobStatus.RUNNING:
            # A killed undo: it could not say what follows.
            datasets.keep(session, job_id, {OPENED: before.result.get(OPENED, 0)})
            taken_over = Message(N_("Continued by run {job_id}."), {"job_id": job_id})
            jobs.finish(session, before.job_id, JobStatus.FAILED, message=taken_over)


@dataclass(slots=True)
class _Undo:
    """One run: counts what it took back and keeps what others said."""

    terms: BankTerms
    found: Undoable
    job_id: int
    report: Done
    rows: int = 0
    labels: int = 0

    def run(self) -> UndoResult:
        kind = self.found.kind
        if kind is DatasetKind.TRANSACTIONS:
            self._remove_rows()
        elif kind is DatasetKind.LABELS:
            self.rows = withdraw_file(self.terms, self.found.dataset_id, REMOVED_AT_ONCE)
        customers, merchants = (self._remove_parties(place) for place in (0, 1))
        if kind is DatasetKind.RATES:
            self._remove_rates()
        with get_db_session([self.terms.code]) as session:
            if kind is DatasetKind.EVENTS:
                self._remove_events(session)
            undoing.forget_file(session, self.terms.bank_id, self.found.dataset_id)
        path = self.path if self.labels else None
        return UndoResult(
            self.job_id, self.found.dataset_id, self.rows, customers, merchants, self.labels, path
        )

    def _remove_rates(self) -> None:
        with get_db_session([self.terms.code]) as session:
            self.rows = rates.remove(session, rates.source_of(self.found.dataset_id))
            datasets.keep(session, self.job_id, {OPENED: self.rows})
        # Every row that has another rate than today's: a run that was killed removed some rates before.
        convert_everywhere(
            lambda session, bank: rates.foreign_spans(session, bank.bank_id, bank.base_currency),
            self.terms.code,
            lambda: self.report(self.rows, max(self.rows, 1)),
        )

    def _remove_events(self, session: Session) -> None:
        bank_id, dataset_id = self.terms.bank_id, self.found.dataset_id
        holidays = events.holidays_of(session, bank_id, dataset_id)
        self.rows = undoing.remove_events(session, bank_id, dataset_id)
        events.mark_holidays(session, bank_id, holidays)

    @property
    def path(self) -> Path:
        """Return where the labels of others are kept."""
        name = f"labels-of-undone-{self.found.dataset_id}.csv"
        return WebSettings.from_env().home / "rejects" / name

    def _remove_rows(self) -> None:
        bank_id, dataset_id = self.terms.bank_id, self.found.dataset_id
        with get_db_session([self.terms.code]) as session:
            bounds = undoing.ends(session, bank_id, dataset_id)
        total = self.found.rows
        while bounds is not None:
            with get_db_session([self.terms.code]) as session:
                count, last = undoing.take(session, bank_id, dataset_id, *bounds, REMOVED_AT_ONCE)
                # On the disk before the commit that removes them: after a crash some stand there twice.
                said = undoing.said_since(session, bank_id)
                self._keep(said)
                removed = undoing.remove(session, bank_id, dataset_id)
                self._advance(session, removed)
            self.rows += removed
            self.labels += len(said)
            self.report(self.rows, max(total, self.rows, 1))
            bounds = (last + 1, bounds[1]) if last is not None and count == REMOVED_AT_ONCE else None

    def _advance(self, session: Session, removed: int) -> None:
        run = datasets.run_of_job(session, self.terms.bank_id, self.job_id)
        if run is None or run.status is not JobStatus.RUNNING:
            raise ConflictError(N_("This undo was ended or is being continued by another process."))
        datasets.advance(
            session,
            self.terms.bank_id,
            run,
            run.counts + Counts(read=removed, accepted=removed),
            bytes_total=0,
            kept={OPENED: int(run.result.get(OPENED, 0)) + removed},
            rejects_file=None,
        )

    def _remove_parties(self, place: int) -> int:
        removed, total = REMOVED_AT_ONCE, 0
        while removed == REMOVED_AT_ONCE:
            with get_db_session([self.terms.code]) as session:
                removed = undoing.remove_parties(
                    session,
                    self.terms.bank_id,
                    self.found.dataset_id,
                    undoing.PARTIES[place],
                    REMOVED_AT_ONCE,
                )
            total += removed
        return total

    def _keep(self, said: Sequence[Statement]) -> None:
        """Write labels down in the form that `--kind labels` reads."""
        if not said:
            return
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            if is_new:
                writer.writerow(LABELS_HEADER)
            writer.writerows(map(_row, said))
            file.flush()
            os.fsync(file.fileno())


def _row(said: Statement) -> tuple[str, ...]:
    fraud = "" if said.is_fraud is None else str(said.is_fraud).lower()
    times = (time.isoformat() if time else "" for time in (said.known_at, said.recorded_at))
    return (said.transaction_id, fraud, said.fraud_type or "", said.reason or "", said.source, *times)
