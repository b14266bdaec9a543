"""How an import is written down: batch by batch, each with its progress and rejects in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dashboard.config import WebSettings
from dashboard.ingestion.follow_up import OPENED
from dashboard.ingestion.options import ImportCancelledError, ImportResult, Progress, Report
from dashboard.ingestion.plan import Plan, position_of
from dashboard.ingestion.rejects import RejectsFile
from dashboard.ingestion.sources import Position, Reject
from database.connection import Session, get_db_session
from database.queries import datasets
from database.queries.datasets import Counts, Run
from models.errors import ConflictError
from models.messages import N_

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one batch: its counts, the place in the file after it, its rejects by line."""

    counts: Counts
    end: Position
    rejects: Sequence[Reject] = ()
    first_at: datetime | None = None
    last_at: datetime | None = None


Store = Callable[[Session], Outcome]
"""Stores one batch in a transaction of the bank that somebody else ends."""


@dataclass(slots=True)
class Writer:
    """Stores batches one after the other and keeps the count."""

    plan: Plan
    run: Run
    bank_id: int
    counts: Counts = field(init=False)
    rejects: RejectsFile = field(init=False)
    begun: float = field(init=False, default_factory=time.monotonic)

    def __post_init__(self) -> None:
        """Go on where the run ended before."""
        self.counts = self.run.counts
        path = WebSettings.from_env().home / "rejects" / f"{self.run.dataset_id}-{self.run.job_id}.csv"
        self.rejects = RejectsFile(path, self.counts.rejected + self.counts.conflict)

    def store_all(self, batches: Iterable[Store], progress: Report | None) -> None:
        """Store batches to the last; raise `ImportCancelledError` after the one at which it was asked for."""
        for batch in batches:
            is_cancelled = self._store(batch)
            self.tell(progress)
            if is_cancelled:
                raise ImportCancelledError(
                    N_("Cancelled after {rows} rows; the same command goes on from there."),
                    rows=self.counts.read,
                )

    def tell(self, progress: Report | None) -> None:
        """Say how far the run is."""
        if progress is not None:
            seconds = time.monotonic() - self.begun
            progress(Progress(self.counts, self.plan.source.size, self.run.counts.read, seconds))

    def _store(self, batch: Store) -> bool:
        begun = time.monotonic()
        with get_db_session([self.plan.options.bank]) as session:
            outcome = batch(session)
            counts = self.counts + outcome.counts
            is_cancelled = self._advance(session, outcome, counts)
            # On the disk before the commit that counts them: a crash leaves too many, which are cut.
            self.rejects.append(outcome.rejects)
        self.counts = counts
        self._log(outcome, time.monotonic() - begun)
        return is_cancelled

    def _log(self, outcome: Outcome, seconds: float) -> None:
        batch = outcome.counts
        logger.info(
            "Import %d stored a batch up to record %d: %d rows added, %d there already, %d rejected",
            self.run.job_id,
            outcome.end.records,
            batch.accepted,
            batch.duplicate,
            batch.rejected + batch.conflict,
            extra={"category": "ingest", "bank_id": self.bank_id, "duration_ms": round(seconds * 1_000)},
        )

    def _advance(self, session: Session, outcome: Outcome, counts: Counts) -> bool:
        stored = outcome.counts.accepted
        if stored:
            first_at, last_at = outcome.first_at, outcome.last_at
            datasets.add_rows(session, self.bank_id, self.run.dataset_id, stored, first_at, last_at)
        opened = int(self.run.result.get(OPENED, 0)) + counts.accepted - self.run.counts.accepted
        is_cancelled = datasets.advance(
            session,
            self.bank_id,
            self.run,
            counts,
            bytes_total=self.plan.source.size,
            kept={
                "position": outcome.end.as_json(),
                "dataset_id": self.run.dataset_id,
                OPENED: opened,
            },
            rejects_file=self.rejects.path.name if counts.rejected + counts.conflict else None,
        )
        if is_cancelled is None:
            raise ConflictError(N_("This import was ended or is being continued by another process."))
        return is_cancelled

    def result(self) -> ImportResult:
        """Return what the run did, when nothing is left of the file."""
        return ImportResult(
            self.run.job_id,
            self.run.dataset_id,
            self.plan.layout.slug,
            self.counts,
            self.rejects.path if self.rejects.count else None,
            position_of(self.run).records,
            notes=self.plan.notes,
        )
