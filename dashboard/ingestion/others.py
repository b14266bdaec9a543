"""An import of customers, merchants, labels, rates or days: batch by batch, each with its progress."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

from dashboard.config import WebSettings
from dashboard.ingestion.kinds import ROW_KINDS
from dashboard.ingestion.normalise import Normaliser
from dashboard.ingestion.options import ImportCancelledError, ImportResult, Progress, Report
from dashboard.ingestion.plan import Plan, position_of
from dashboard.ingestion.rejects import RejectsFile
from dashboard.ingestion.sources import Chunk
from dashboard.ingestion.stores import STORES, Rows, Written
from database.connection import Session, get_db_session
from database.loading import BankTerms
from database.queries import datasets, rates
from database.queries.datasets import Counts, Run
from database.queries.rates import Span
from models.errors import ConflictError
from models.messages import N_

CONVERTED_AT_ONCE = 10_000


def work_on_kind(plan: Plan, run: Run, terms: BankTerms, progress: Report | None) -> ImportResult:
    """Store what the run has not stored yet; the caller ends its job."""
    settings = WebSettings.from_env()
    zone = plan.options.time_zone or terms.time_zone
    fields = ROW_KINDS[plan.options.kind].fields
    key = settings.fingerprint_key.encode()
    normaliser = Normaliser(plan.layout, replace(plan.terms, zone=zone), key, fields)
    path = settings.home / "rejects" / f"{run.dataset_id}-{run.job_id}.csv"
    rejects = RejectsFile(path, run.counts.rejected + run.counts.conflict)
    writer = _Writer(plan, run, terms, rejects, run.counts)
    begun = time.monotonic()
    for chunk in plan.source.chunks(plan.layout.read, position_of(run), plan.options.chunk_rows):
        is_cancelled = writer.store(chunk, normaliser)
        if progress is not None:
            seconds = time.monotonic() - begun
            progress(Progress(writer.counts, plan.source.size, run.counts.read, seconds))
        if is_cancelled:
            raise ImportCancelledError(
                N_("Cancelled after {rows} rows; the same command goes on from there."),
                rows=writer.counts.read,
            )
    for span in writer.spans:
        convert_span(terms, span)
    return ImportResult(
        run.job_id,
        run.dataset_id,
        plan.layout.slug,
        writer.counts,
        rejects.path if rejects.count else None,
        position_of(run).records,
        notes=plan.notes,
    )


def convert_span(terms: BankTerms, span: Span) -> int:
    """Convert the bank's rows of these days anew, chunk by chunk; what was done stays after a stop."""
    total, done = 0, CONVERTED_AT_ONCE
    while done == CONVERTED_AT_ONCE:
        with get_db_session([terms.code]) as session:
            done = rates.convert_anew(session, terms.bank_id, terms.base_currency, span, CONVERTED_AT_ONCE)
        total += done
    return total


@dataclass(slots=True)
class _Writer:
    """Stores batches one after the other and keeps the count."""

    plan: Plan
    run: Run
    terms: BankTerms
    rejects: RejectsFile
    counts: Counts
    spans: list[Span] = field(default_factory=list)

    def store(self, chunk: Chunk, normaliser: Normaliser) -> bool:
        """Store one batch with its progress and say whether the import was cancelled."""
        typed = normaliser.typed(chunk)
        rows = Rows(typed.columns, typed.lines, self.plan.options.created_by)
        with get_db_session([self.terms.code]) as session:
            written = Written(0, 0)
            if len(typed.lines):
                store = STORES[self.plan.options.kind]
                written = store(session, self.terms, self.run.dataset_id, rows)
            refused = sorted((*typed.rejects, *written.rejects), key=lambda reject: reject.line)
            counts = self.counts + Counts(
                read=chunk.records,
                accepted=written.accepted,
                duplicate=written.duplicates,
                rejected=len(refused),
                bytes_read=chunk.bytes_read,
            )
            is_cancelled = self._advance(session, chunk, written.accepted, counts)
            self.rejects.append(refused)
        self.counts = counts
        self.spans += written.spans
        return is_cancelled

    def _advance(self, session: Session, chunk: Chunk, accepted: int, counts: Counts) -> bool:
        bank_id = self.terms.bank_id
        if accepted:
            datasets.add_rows(session, bank_id, self.run.dataset_id, accepted, None, None)
        is_cancelled = datasets.advance(
            session,
            bank_id,
            self.run,
            counts,
            bytes_total=self.plan.source.size,
            kept={"position": chunk.end.as_json()},
            rejects_file=self.rejects.path.name if counts.rejected else None,
        )
        if is_cancelled is None:
            raise ConflictError(N_("This import was ended or is being continued by another process."))
        return is_cancelled
