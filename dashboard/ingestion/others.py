"""An import of customers, merchants, labels, rates or days, and what follows from rates at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from dashboard.config import WebSettings
from dashboard.ingestion.converting import convert_everywhere
from dashboard.ingestion.kinds import ROW_KINDS
from dashboard.ingestion.normalise import Normaliser
from dashboard.ingestion.options import ImportResult, Report
from dashboard.ingestion.plan import position_of
from dashboard.ingestion.sources import Chunk
from dashboard.ingestion.stores import STORES, Rows, Written
from dashboard.ingestion.writer import Outcome, Store, Writer
from database.connection import Session
from database.loading import BankTerms
from database.queries import rates
from database.queries.datasets import Counts
from models.datasets import DatasetKind


def work_on_kind(writer: Writer, terms: BankTerms, progress: Report | None) -> ImportResult:
    """Store what the run has not stored yet; the caller ends its job."""
    plan, run = writer.plan, writer.run
    zone = plan.options.time_zone or terms.time_zone
    key = WebSettings.from_env().fingerprint_key.encode()
    kind = ROW_KINDS[plan.options.kind]
    normaliser = Normaliser(plan.layout, replace(plan.terms, zone=zone), key, kind.fields)
    writer.store_all(_batches(writer, terms, normaliser), progress)
    if plan.options.kind is DatasetKind.RATES:
        # By the source and not by what this process stored: a run that was killed stored some before.
        source = rates.source_of(run.dataset_id)
        convert_everywhere(
            lambda session, bank: rates.spans_of(session, source, bank.base_currency),
            terms.code,
            lambda: writer.tell(progress),
        )
    return writer.result()


def _batches(writer: Writer, terms: BankTerms, normaliser: Normaliser) -> Iterator[Store]:
    plan, run = writer.plan, writer.run
    for chunk in plan.source.chunks(plan.layout.read, position_of(run), plan.options.chunk_rows):
        yield partial(_store, writer, terms, normaliser, chunk)


def _store(
    writer: Writer, terms: BankTerms, normaliser: Normaliser, chunk: Chunk, session: Session
) -> Outcome:
    """Store one batch and say what became of it."""
    options = writer.plan.options
    typed = normaliser.typed(chunk)
    written = Written(0, 0)
    if len(typed.lines):
        rows = Rows(typed.columns, typed.lines, options.created_by)
        written = STORES[options.kind](session, terms, writer.run.dataset_id, rows)
    refused = sorted((*typed.rejects, *written.rejects), key=lambda reject: reject.line)
    counts = Counts(
        read=chunk.records,
        accepted=written.accepted,
        duplicate=written.duplicates,
        rejected=len(refused),
        bytes_read=chunk.bytes_read,
    )
    return Outcome(counts, chunk.end, refused)
