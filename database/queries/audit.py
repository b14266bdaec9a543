"""Who did what to what: rows of the audit, written in the transaction of the change that they tell of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from database.context import current
from models.logs import AuditLog


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that somebody did; `details` holds values before and after, never a secret."""

    user_id: int | None
    bank_id: int | None
    action: str
    object_type: str
    object_id: str
    reason: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def write(session: Session, deeds: Sequence[Deed]) -> None:
    """Write deeds down with the request that they belong to."""
    rows = [
        {
            "user_id": deed.user_id,
            "bank_id": deed.bank_id,
            "action": deed.action,
            "object_type": deed.object_type,
            "object_id": deed.object_id,
            "reason": deed.reason,
            "details": dict(deed.details),
            "request_id": current().request_id,
        }
        for deed in deeds
    ]
    if rows:
        session.execute(insert(AuditLog), rows)
