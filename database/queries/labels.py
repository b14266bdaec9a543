"""What was said about payments: the statements, their projection, and how long the truth takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.segments.tail import relabel
from models.labels import LabelSource
from models.transactions import FraudType

DELAY_STEPS = 200
RIPE_SHARE = 0.95


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source said of a payment; `is_fraud` None takes back what that source said before."""

    transaction_id: str
    is_fraud: bool | None
    source: LabelSource
    fraud_type: FraudType | None = None
    reason: str | None = None
    known_at: datetime | None = None
    recorded_at: datetime | None = None
    recorded_by: int | None = None
    alert_event_id: int | None = None
    dataset_id: int | None = None


@dataclass(frozen=True, slots=True)
class Projection:
    """What a payment's row shall say of its label; `is_fraud` None is "not labelled"."""

    transaction_id: str
    is_fraud: bool | None = None
    fraud_type: FraudType | None = None
    fraud_reason: str | None = None


@dataclass(frozen=True, slots=True)
class LabelDelays:
    """How long it took until frauds were known, from those whose date is known.

    `delays` are the DELAY_STEPS quantiles in order, `ripe` the age by which 95 % are known, `until` the
    newest date on which a fraud became known: labels are counted as received up to it.
    """

    delays: tuple[timedelta, ...]
    ripe: timedelta
    until: datetime
    frauds: int


_LOCK = text("""
select transaction_id from transactions
where bank_id = :bank_id and transaction_id = any(:ids)
order by bank_id, transaction_id for no key update
""")
_STATEMENTS = text("""
select transaction_id, is_fraud, source, fraud_type, reason, known_at, recorded_at, recorded_by,
    alert_event_id, dataset_id
from fraud_labels where bank_id = :bank_id and transaction_id = any(:ids)
order by transaction_id, recorded_at, label_id
""")
# The clock and not the transaction's beginning: whoever waited for the lock said it later.
_APPEND = text("""
insert into fraud_labels (bank_id, transaction_id, is_fraud, fraud_type, reason, source, known_at,
    recorded_at, recorded_by, alert_event_id, dataset_id)
select :bank_id, transaction_id, is_fraud, fraud_type, reason, source, known_at,
    coalesce(recorded_at, clock_timestamp()), recorded_by, alert_event_id, dataset_id
from unnest(cast(:transaction_id as text[]), cast(:is_fraud as boolean[]), cast(:fraud_type as text[]),
    cast(:reason as text[]), cast(:source as text[]), cast(:known_at as timestamptz[]),
    cast(:recorded_at as timestamptz[]), cast(:recorded_by as bigint[]), cast(:alert_event_id as bigint[]),
    cast(:dataset_id as bigint[]))
    as said (transaction_id, is_fraud, fraud_type, reason, source, known_at, recorded_at, recorded_by,
        alert_event_id, dataset_id)
""")
_PROJECTED = """(select cast(:bank_id as int) as bank_id, said.* from unnest(
    cast(:transaction_id as text[]), cast(:is_fraud as boolean[]), cast(:fraud_type as text[]),
    cast(:fraud_reason as text[])) as said (transaction_id, is_fraud, fraud_type, fraud_reason)) projected"""
_PROJECT = text(relabel(_PROJECTED))
_TRUTH = text("""
update model_predictions p
set ground_truth = said.is_fraud, is_correct = p.prediction = said.is_fraud
from unnest(cast(:transaction_id as text[]), cast(:is_fraud as boolean[])) as said (transaction_id, is_fraud)
where p.bank_id = :bank_id and p.transaction_id = said.transaction_id
    and p.ground_truth is distinct from said.is_fraud
""")
# The first date counts, and only of what is a fraud today; nobody knows before it happened.
_DELAYS = text("""
select count(*) as frauds, max(known_at) as until,
    percentile_disc(cast(:shares as double precision[])) within group (order by delay) as delays,
    percentile_disc(:ripe) within group (order by delay) as ripe
from (
    select min(l.known_at) as known_at, greatest(min(l.known_at) - t.timestamp, interval '0') as delay
    from fraud_labels l join transactions t using (bank_id, transaction_id)
    where (cast(:banks as bigint[]) is null or l.bank_id = any(:banks))
        and l.is_fraud and l.known_at is not null and t.is_fraud
    group by t.bank_id, t.transaction_id, t.timestamp
) known
""")


def lock(session: Session, bank_id: int, ids: Sequence[str]) -> frozenset[str]:
    """Lock payments, so that nobody else labels them before this transaction ends; return those there are."""
    found = session.execute(_LOCK, {"bank_id": bank_id, "ids": list(ids)})
    return frozenset(found.scalars())


def statements(session: Session, bank_id: int, ids: Sequence[str]) -> dict[str, list[Statement]]:
    """Return all that was said of payments, the oldest first."""
    said: dict[str, list[Statement]] = {}
    for row in session.execute(_STATEMENTS, {"bank_id": bank_id, "ids": list(ids)}):
        values = {**row._mapping, "source": LabelSource(row.source)}  # noqa: SLF001 - its public name
        values["fraud_type"] = FraudType(row.fraud_type) if row.fraud_type else None
        said.setdefault(row.transaction_id, []).append(Statement(**values))
    return said


def append(session: Session, bank_id: int, said: Sequence[Statement]) -> None:
    """Write statements down; they are recorded now unless they say when."""
    session.execute(_APPEND, {"bank_id": bank_id, **_arrays(said)})


def project(session: Session, bank_id: int, projections: Sequence[Projection]) -> None:
    """Let rows, segment records and the truth of predictions say what the labels are, in one transaction."""
    arrays = _arrays(projections)
    session.execute(_PROJECT, {"bank_id": bank_id, **arrays})
    truth = {name: arrays[name] for name in ("transaction_id", "is_fraud")}
    session.execute(_TRUTH, {"bank_id": bank_id, **truth})


def label_delays(session: Session, bank_ids: Sequence[int] | None = None) -> LabelDelays | None:
    """Return how long labels of frauds took, in all banks in sight or in some; None where no date is known.

    It reads every fraud of them: keep the answer for a while.
    """
    shares = [(step + 1) / DELAY_STEPS for step in range(DELAY_STEPS)]
    given = {"banks": None if bank_ids is None else list(bank_ids), "shares": shares, "ripe": RIPE_SHARE}
    row = session.execute(_DELAYS, given).one()
    return LabelDelays(tuple(row.delays), row.ripe, row.until, row.frauds) if row.frauds else None


def _arrays(rows: Sequence[Statement] | Sequence[Projection]) -> Mapping[str, list[object]]:
    names = type(rows[0]).__dataclass_fields__ if rows else Statement.__dataclass_fields__
    return {name: [getattr(row, name) for row in rows] for name in names}
