"""One import from a file to stored rows: chunk by chunk, each with its progress in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from dashboard.config import WebSettings
from dashboard.ingestion.ahead import ahead
from dashboard.ingestion.conflicts import name_first_lines, rejects_of
from dashboard.ingestion.layout import settled
from dashboard.ingestion.load import Memory, load_rows, stage_ahead
from dashboard.ingestion.normalise import Batch, Normaliser
from dashboard.ingestion.options import (
    ImportCancelledError,
    ImportOptions,
    ImportResult,
    Progress,
    Report,
)
from dashboard.ingestion.others import work_on_kind
from dashboard.ingestion.plan import Plan, alone, claim, plan_import, position_of
from dashboard.ingestion.rejects import RejectsFile
from database.connection import Session, get_db_session
from database.loading import BankTerms, Stored
from database.queries import datasets, jobs
from database.queries.datasets import Counts, Run
from models.datasets import DatasetKind
from models.errors import ConflictError, UserError
from models.jobs import JobStatus
from models.messages import N_, Message

__all__ = ["ImportCancelledError", "complete", "import_file", "said", "work"]
logger = logging.getLogger(__name__)


def import_file(path: Path, options: ImportOptions, progress: Report | None = None) -> ImportResult:
    """Import a file in this process and end its job; what was committed before an error stays.

    The same call again goes on where the last one ended, and adds nothing when it was complete.
    """
    plan = plan_import(path, options)
    with alone(plan):
        with get_db_session([options.bank]) as session:
            run, terms = claim(session, plan)
        if run.status is JobStatus.SUCCEEDED:
            return complete(plan, run)
        try:
            result = work(plan, run, terms, progress)
        except BaseException as error:
            _finish(run, *_end_of(run, error))
            raise
        _finish(run, JobStatus.SUCCEEDED, said(result))
        return result


def _end_of(run: Run, error: BaseException) -> tuple[JobStatus, Message]:
    if isinstance(error, ImportCancelledError):
        return JobStatus.CANCELLED, error.message
    if isinstance(error, UserError):
        return JobStatus.FAILED, error.message
    if isinstance(error, KeyboardInterrupt):
        return JobStatus.CANCELLED, Message(N_("Stopped; the same command goes on from there."))
    sentence = N_("Failed for a reason that the log explains under run {job_id}.")
    return JobStatus.FAILED, Message(sentence, {"job_id": run.job_id})


def work(plan: Plan, run: Run, terms: BankTerms, progress: Report | None = None) -> ImportResult:
    """Store what the run has not stored yet; the caller ends its job.

    Raises `ImportCancelledError` when somebody asked to cancel, `ConflictError` when another process took
    the run over.
    """
    if plan.options.kind is not DatasetKind.TRANSACTIONS:
        return work_on_kind(plan, run, terms, progress)
    settings = WebSettings.from_env()
    rejects = RejectsFile(
        settings.home / "rejects" / f"{run.dataset_id}-{run.job_id}.csv",
        run.counts.rejected + run.counts.conflict,
    )
    zone = plan.options.time_zone or terms.time_zone
    layout = settled(plan.layout, terms.base_currency)
    normaliser = Normaliser(layout, replace(plan.terms, zone=zone), settings.fingerprint_key.encode())
    writer = _Writer(plan, run, Memory(terms, run.dataset_id), rejects, run.counts)
    begun = time.monotonic()
    with ahead(_batches(plan, run, normaliser, writer.memory)) as batches:
        for batch, staged in batches:
            is_cancelled = writer.store(batch, staged)
            if progress is not None:
                seconds = time.monotonic() - begun
                progress(Progress(writer.counts, plan.source.size, run.counts.read, seconds))
            if is_cancelled:
                raise ImportCancelledError(
                    N_("Cancelled after {rows} rows; the same command goes on from there."),
                    rows=writer.counts.read,
                )
    name_first_lines(plan, rejects.path)
    return writer.result()


@dataclass(slots=True)
class _Writer:
    """Stores batches one after the other and keeps the count."""

    plan: Plan
    run: Run
    memory: Memory
    rejects: RejectsFile
    counts: Counts
    skipped: int = 0
    doubled: int = 0

    def store(self, batch: Batch, staged: bytes | None) -> bool:
        """Store one batch with its progress and say whether the import was cancelled."""
        with get_db_session([self.memory.terms.code]) as session:
            stored = load_rows(
                session,
                self.memory,
                self.run.dataset_id,
                batch.rows,
                customers=batch.customers,
                merchants=batch.merchants,
                lines=batch.lines,
                staged=staged,
                features=batch.features,
            )
            counts = self.counts + _counted(batch, stored)
            is_cancelled = self._advance(session, batch, stored, counts)
            # On the disk before the commit that counts them: a crash leaves too many, which are cut.
            column = self.plan.layout.columns.get("transaction_id", "")
            conflicts = rejects_of(session, self.memory.terms, self.run, column, stored.conflicts)
            self.rejects.append(sorted((*batch.rejects, *conflicts), key=lambda reject: reject.line))
        self.counts = counts
        self.skipped += batch.skipped
        self.doubled += batch.doubled
        return is_cancelled

    def _advance(self, session: Session, batch: Batch, stored: Stored, counts: Counts) -> bool:
        bank_id = self.memory.terms.bank_id
        if stored.inserted:
            datasets.add_rows(
                session, bank_id, self.run.dataset_id, stored.inserted, stored.first_at, stored.last_at
            )
        is_cancelled = datasets.advance(
            session,
            bank_id,
            self.run,
            counts,
            bytes_total=self.plan.source.size,
            kept={"position": batch.end.as_json()},
            rejects_file=self.rejects.path.name if counts.rejected + counts.conflict else None,
        )
        if is_cancelled is None:
            raise ConflictError(N_("This import was ended or is being continued by another process."))
        return is_cancelled

    def result(self) -> ImportResult:
        rejects_file = self.rejects.path if self.rejects.count else None
        return ImportResult(
            self.run.job_id,
            self.run.dataset_id,
            self.plan.layout.slug,
            self.counts,
            rejects_file,
            position_of(self.run).records,
            self.skipped,
            self.doubled,
            notes=self.plan.notes,
        )


def said(result: ImportResult) -> Message:
    """Return what an import did, in one sentence."""
    counts = result.counts
    return Message(
        N_(
            "{accepted} rows added; {duplicate} were there already, {conflict} had a known id with other "
            "content, {rejected} could not be read."
        ),
        {
            "accepted": counts.accepted,
            "duplicate": counts.duplicate,
            "conflict": counts.conflict,
            "rejected": counts.rejected,
        },
    )


def _batches(
    plan: Plan, run: Run, normaliser: Normaliser, memory: Memory
) -> Iterator[tuple[Batch, bytes | None]]:
    """Yield batches, staged already where they need nothing new of the database."""
    for chunk in plan.source.chunks(plan.layout.read, position_of(run), plan.options.chunk_rows):
        batch = normaliser.normalise(chunk)
        yield batch, stage_ahead(memory, batch.rows, batch.lines, batch.features)


def _counted(batch: Batch, stored: Stored) -> Counts:
    return Counts(
        read=batch.records,
        accepted=stored.inserted,
        duplicate=stored.duplicates,
        conflict=len(stored.conflicts),
        rejected=len(batch.rejects),
        bytes_read=batch.bytes_read,
    )


def complete(plan: Plan, run: Run) -> ImportResult:
    """Return that nothing was done: every row of the file was stored by an earlier run."""
    path = WebSettings.from_env().home / "rejects" / run.rejects_file if run.rejects_file else None
    return ImportResult(
        run.job_id, run.dataset_id, plan.layout.slug, run.counts, path, run.counts.read, was_complete=True
    )


def _finish(run: Run, status: JobStatus, message: Message) -> None:
    with get_db_session() as session:
        jobs.finish(session, run.job_id, status, message=message)
    logger.info("Import %d %s: %s", run.job_id, status, message, extra={"category": "ingest"})
