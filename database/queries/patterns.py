"""Patterns that detectors found: kept by their own name, with the payments that show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.copying import copy_into_temporary, encode_rows
from database.queries import locking
from models.alerts import Severity

PatternKind = Literal["fraud", "anomaly"]
ACTIVE: Final = "active"
GONE: Final = "gone"


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern as a detector sees it: `key` is its name in its bank, the same in the next run."""

    kind: PatternKind
    pattern_type: str
    key: str
    transaction_ids: tuple[str, ...]
    first_at: datetime
    last_at: datetime
    confidence: float
    severity: Severity
    characteristics: Mapping[str, Any]


_COLUMNS: Final = {
    "pattern_type": "text",
    "pattern_key": "text",
    "characteristics": "jsonb",
    "severity": "text",
    "detection_count": "int",
    "first_detected": "timestamptz",
    "last_detected": "timestamptz",
    "confidence_score": "double precision",
}
_NAMES: Final = ", ".join(_COLUMNS)
_LATEST: Final = ", ".join(
    f"{name} = excluded.{name}" for name in _COLUMNS if name not in ("pattern_type", "pattern_key")
)


def store(session: Session, bank_id: int, found: Sequence[Found]) -> int:
    """Keep what was found; what is known by its key is brought up to date. Return how many are new.

    One that was gone is active again; any other status is a person's word and stays.
    """
    new = 0
    locking.keep_rows(session, bank_id)
    for kind in ("fraud", "anomaly"):
        mine = {(one.pattern_type, one.key): one for one in found if one.kind == kind}
        if mine:
            new += _store(session, bank_id, kind, list(mine.values()))
    return new


def _store(session: Session, bank_id: int, kind: PatternKind, found: Sequence[Found]) -> int:
    rows = (
        (
            one.pattern_type,
            one.key,
            dict(one.characteristics),
            one.severity.value,
            len(one.transaction_ids),
            one.first_at,
            one.last_at,
            round(one.confidence, 4),
        )
        for one in found
    )
    copy_into_temporary(session, "found_patterns", _COLUMNS, encode_rows(rows))
    evidence = ((one.pattern_type, one.key, identity) for one in found for identity in one.transaction_ids)
    columns = {"pattern_type": "text", "pattern_key": "text", "transaction_id": 'text collate "C"'}
    copy_into_temporary(session, "found_evidence", columns, encode_rows(evidence))
    session.execute(text("analyze pg_temp.found_patterns, pg_temp.found_evidence"))
    statement = text(f"""
with kept as (
    insert into {kind}_patterns (bank_id, {_NAMES}) select :bank_id, {_NAMES} from found_patterns
    on conflict (bank_id, pattern_type, pattern_key) do update set {_LATEST}, updated_at = now(),
        status = case {kind}_patterns.status when '{GONE}' then '{ACTIVE}' else {kind}_patterns.status end
    returning {kind}_pattern_id, pattern_type, pattern_key, xmax = 0 as is_new
),
shown as (
    insert into pattern_transactions (bank_id, {kind}_pattern_id, transaction_id)
    select :bank_id, {kind}_pattern_id, transaction_id
    from kept join found_evidence using (pattern_type, pattern_key)
    join transactions t using (transaction_id) where t.bank_id = :bank_id
    on conflict do nothing
)
select count(*) filter (where is_new) from kept""")
    return int(session.execute(statement, {"bank_id": bank_id}).scalar_one())


def retire(session: Session, bank_id: int, job_id: int) -> int:
    """Mark what a detector found before, and not since this job was asked for, as gone; return how many."""
    gone = 0
    for kind in ("fraud", "anomaly"):
        statement = text(f"""
            update {kind}_patterns set status = '{GONE}', updated_at = now()
            where bank_id = :bank_id and status = '{ACTIVE}' and pattern_key is not null
                and updated_at < (select created_at from jobs where job_id = :job_id)
            returning 1""")
        gone += len(session.execute(statement, {"bank_id": bank_id, "job_id": job_id}).all())
    return gone
