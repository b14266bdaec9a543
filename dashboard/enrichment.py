"""New rows become comparable: derived columns, scores, totals and alerts, in a job after each import.

A chunk is a second's work in one transaction. What is done says so in its rows (`enriched_at`), so a run that
was killed goes on with what is left, and a second run finds nothing.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Final

from dashboard.alerts.birth import AlertMode, raise_alerts
from dashboard.jobs.control import Control
from dashboard.risk import risk_as_of, update_parties
from dashboard.scoring import baseline
from dashboard.scoring.habits import habits
from database.connection import Session, bank_ids, get_db_session
from database.queries import datasets, enrichment, history, past_risk, predictions
from database.queries.enrichment import Chunk, Position
from database.queries.measuring import measure
from database.queries.parties import Party
from models.errors import UserError
from models.messages import N_, Message

CHUNK_ROWS: Final = 50_000
_MONTHS_KEPT: Final = 12

Risks = dict[date, Mapping[Party, Mapping[str, float]]]
"""What everybody's risk was on some days, worked out once for all rows of a month; see `risk_as_of`."""


def enrich_lock(parameters: Mapping[str, Any]) -> str:
    """Rows of one bank are enriched one run after the other."""
    return f"enrich {parameters.get('bank')}"


def run_enrichment(control: Control) -> Mapping[str, Any]:
    """Enrich and score what a bank has not enriched yet, fold totals and risk, and raise alerts.

    With `dataset_id` only the time range of that dataset is looked at. `alerts` is none, recent or all.
    """
    bank, dataset_id, mode = _asked(control.parameters)
    with get_db_session([bank]) as session:
        (bank_id,) = bank_ids(session)
        since, until = _range(session, bank_id, dataset_id)
        total = enrichment.waiting(session, bank_id, since, until)
        work = Work(bank, bank_id, since, until, enrichment.enriched_until(session, bank_id))
    if work.enriched_until is None:
        with get_db_session() as session:
            enrichment.learn_bank(session)
    while work.enrich_chunk():
        # One step is kept for everybody's totals, one for the alerts.
        control.report(work.rows, max(total, work.rows) + 2)
    with get_db_session([bank]) as session:
        parties = update_parties(session)
    control.report(work.rows + 1, work.rows + 2)
    born = raise_alerts(bank, dataset_id, mode)
    done = {"rows": work.rows, "alerts": born.raised, "left_out": born.left_out}
    said = Message(N_("{rows} rows scored, {alerts} alerts raised, {left_out} more not raised."), done)
    control.report(work.rows + 2, work.rows + 2, said)
    return {**done, "affected": work.affected, "parties": parties}


@dataclass(slots=True)
class Work:
    """What is left of a bank's rows, taken chunk by chunk."""

    bank: str
    bank_id: int
    since: datetime | None = None
    until: datetime | None = None
    enriched_until: datetime | None = None
    rows: int = 0
    affected: int = 0
    chunk_rows: int = CHUNK_ROWS
    _position: Position | None = None
    _risks: Risks = field(default_factory=dict)

    def enrich_chunk(self) -> bool:
        """Enrich and score the next rows in one transaction; False when nothing was left."""
        # By itself: a chunk that recorded the version would keep every other run waiting to its commit.
        with get_db_session() as session:
            _ensure_version(session)
        start = self._position or (None if self.since is None else Position(self.since, -1))
        with get_db_session([self.bank]) as session:
            chunk = self._take(session, start)
            if chunk is None:
                return False
            _complete(session, self.bank_id, self._risks)
        self.rows, self.affected, self._position = (
            self.rows + chunk.rows,
            self.affected + chunk.affected,
            chunk.end,
        )
        return True

    def _take(self, session: Session, start: Position | None) -> Chunk | None:
        return enrichment.take(
            session,
            self.bank_id,
            start,
            self.chunk_rows,
            until=self.until,
            # Nothing enriched at all: no row can have been changed by these.
            enriched_until=self.enriched_until or datetime.min.replace(tzinfo=UTC),
        )


def enrich_rows(session: Session, bank_id: int, ids: Collection[str], risks: Risks | None = None) -> None:
    """Enrich and score these rows in the session's transaction: what live scoring does with a new one.

    Who calls it often keeps `risks` of the bank, an empty dictionary at first, and gives it each time.
    """
    _ensure_version(session)
    enrichment.name(session, bank_id, ids)
    _complete(session, bank_id, {} if risks is None else risks)


def _ensure_version(session: Session) -> None:
    predictions.ensure_version(session, baseline.MODEL_NAME, baseline.MODEL_VERSION, baseline.PARAMETERS)


def _complete(session: Session, bank_id: int, risks: Risks) -> None:
    """Give the rows that were taken their columns, scores and predictions."""
    _put_risk_beside(session, bank_id, risks)
    measure(session, bank_id)
    begun = time.perf_counter()
    known = habits(history.histories(session, bank_id))
    scores = baseline.score(known)
    rows = zip(
        known.transaction_id.to_pylist(),
        scores.score.tolist(),
        scores.decisions(),
        scores.each(),
        strict=True,
    )
    time_ms = (time.perf_counter() - begun) * 1_000 / max(1, len(known.amount))
    predictions.put_scores_beside(session, baseline.MODEL_NAME, baseline.MODEL_VERSION, rows)
    enrichment.store(session, bank_id)
    predictions.predict_scored(session, bank_id, time_ms=time_ms)


def _put_risk_beside(session: Session, bank_id: int, risks: Risks) -> None:
    """Put each row's risk of merchant and customer beside it, as of the first of its month."""
    taken = past_risk.taken(session)
    for day in sorted({row.day for row in taken} - risks.keys()):
        risks[day] = risk_as_of(session, bank_id, day)
    past_risk.put_beside(
        session,
        (
            (
                row.transaction_id,
                risks[row.day]["merchant"].get(row.merchant_id or ""),
                risks[row.day]["customer"].get(row.customer_id or ""),
            )
            for row in taken
        ),
    )
    for day in sorted(risks)[:-_MONTHS_KEPT]:
        del risks[day]


def _asked(parameters: Mapping[str, Any]) -> tuple[str, int | None, AlertMode]:
    """Return bank, dataset and mode of alerts, or a sentence about what is wrong with them."""
    if not parameters.get("bank"):
        raise UserError(N_("Say which bank: this run names none."))
    mode = parameters.get("alerts") or AlertMode.RECENT
    if mode not in set(AlertMode):
        raise UserError(N_("Alerts can be none, recent or all, not {mode}."), mode=str(mode))
    dataset_id = parameters.get("dataset_id")
    return str(parameters["bank"]), None if dataset_id is None else int(dataset_id), AlertMode(mode)


def _range(session: Session, bank_id: int, dataset_id: int | None) -> tuple[datetime | None, datetime | None]:
    """Return the moments of a dataset's first and last row; without one, no bounds."""
    if dataset_id is None:
        return None, None
    found = [one for one in datasets.of_bank(session, bank_id) if one.dataset_id == dataset_id]
    if not found:
        raise UserError(N_("The bank has no dataset {dataset_id}."), dataset_id=dataset_id)
    return found[0].first_at, found[0].last_at
