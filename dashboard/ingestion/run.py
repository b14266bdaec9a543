"""One import from a file to stored rows: chunk by chunk, each with its progress in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from dashboard.config import WebSettings
from dashboard.ingestion.ahead import ahead
from dashboard.ingestion.conflicts import name_first_lines, rejects_of
from dashboard.ingestion.follow_up import follow
from dashboard.ingestion.layout import settled
from dashboard.ingestion.load import Memory, load_rows, stage_ahead
from dashboard.ingestion.normalise import Batch, Normaliser
from dashboard.ingestion.options import ImportCancelledError, ImportOptions, ImportResult, Report
from dashboard.ingestion.others import work_on_kind
from dashboard.ingestion.plan import Plan, alone, claim, plan_import, position_of
from dashboard.ingestion.writer import Outcome, Writer
from database.connection import Session, get_db_session
from database.loading import BankTerms, Stored
from database.queries import jobs
from database.queries.datasets import Counts, Run
from models.datasets import DatasetKind
from models.errors import UserError
from models.jobs import JobStatus
from models.messages import N_, Message

__all__ = ["ImportCancelledError", "complete", "import_file", "import_planned", "said", "work"]
logger = logging.getLogger(__name__)


def import_file(path: Path, options: ImportOptions, progress: Report | None = None) -> ImportResult:
    """Import a file in this process and end its job; what was committed before an error stays.

    The same call again goes on where the last one ended, and adds nothing when it was complete.
    """
    return import_planned(plan_import(path, options), progress)


def import_planned(plan: Plan, progress: Report | None = None) -> ImportResult:
    """Do so for a file that was looked at: planning it again would start a second reader."""
    with alone(plan):
        with get_db_session([plan.options.bank]) as session:
            run, terms = claim(session, plan)
        if run.status is JobStatus.SUCCEEDED:
            return complete(plan, run)
        try:
            result = work(plan, run, terms, progress)
        except BaseException as error:
            _finish(run, *_end_of(run, error))
            raise
        followed_by = _finish(run, JobStatus.SUCCEEDED, said(result))
        return replace(result, followed_by=followed_by)


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
    writer = Writer(plan, run, terms.bank_id)
    if plan.options.kind is not DatasetKind.TRANSACTIONS:
        return work_on_kind(writer, terms, progress)
    zone = plan.options.time_zone or terms.time_zone
    layout = settled(plan.layout, terms.base_currency)
    key = WebSettings.from_env().fingerprint_key.encode()
    normaliser = Normaliser(layout, replace(plan.terms, zone=zone), key)
    loader = _Loader(plan, run, Memory(terms, run.dataset_id))
    with ahead(_batches(plan, run, normaliser, loader.memory)) as batches:
        writer.store_all((partial(loader.store, *batch) for batch in batches), progress)
    name_first_lines(plan, writer.rejects.path)
    return replace(writer.result(), skipped_hours=loader.skipped, doubled_hours=loader.doubled)


@dataclass(slots=True)
class _Loader:
    """Loads batches of payments, and keeps what it learns of the bank."""

    plan: Plan
    run: Run
    memory: Memory
    skipped: int = 0
    doubled: int = 0

    def store(self, batch: Batch, staged: bytes | None, version: str | None, session: Session) -> Outcome:
        """Store one batch, staged by a version of the rates, and say what became of it."""
        if self.memory.keep_rates_still(session, batch.rows) != version:
            staged = None
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
        column = self.plan.layout.columns.get("transaction_id", "")
        conflicts = rejects_of(session, self.memory.terms, self.run, column, stored.conflicts)
        rejects = sorted((*batch.rejects, *conflicts), key=lambda reject: reject.line)
        self.skipped += batch.skipped
        self.doubled += batch.doubled
        return Outcome(_counted(batch, stored), batch.end, rejects, stored.first_at, stored.last_at)


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
) -> Iterator[tuple[Batch, bytes | None, str | None]]:
    """Yield batches, staged already where they need nothing new of the database, and by which rates."""
    for chunk in plan.source.chunks(plan.layout.read, position_of(run), plan.options.chunk_rows):
        batch, version = normaliser.normalise(chunk), memory.rates_version
        yield batch, stage_ahead(memory, batch.rows, batch.lines, batch.features), version


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


def _finish(run: Run, status: JobStatus, message: Message) -> int | None:
    with get_db_session() as session:
        is_ended = jobs.finish(session, run.job_id, status, message=message)
        followed_by = follow(session, run.job_id) if is_ended else None
    logger.info("Import %d %s: %s", run.job_id, status, message, extra={"category": "ingest"})
    return followed_by
