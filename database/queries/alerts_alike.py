"""Beside one alert: its payments, their merchants' names, and how alerts for the same reason were decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.queries.stored_transaction import StoredTransaction
from models.alerts import AlertStatus

MOST_ALIKE: Final = 50


@dataclass(frozen=True, slots=True)
class Alike:
    """A decided alert that was raised for the same reason; its parameters as in `ListedAlert`."""

    alert_id: int
    status: AlertStatus
    reason_code: str
    reason_params: dict[str, Any]
    closed_at: datetime


_PAYMENTS: Final = text("""
select t.transaction_id from alert_transactions m
join transactions t on t.bank_id = m.bank_id and t.transaction_id = m.transaction_id
join alerts a on a.bank_id = m.bank_id and a.alert_id = m.alert_id
where m.bank_id = :bank_id and m.alert_id = :alert_id
order by t.transaction_id = a.transaction_id desc, t."timestamp" desc, t.transaction_id limit 100
""")
_ALIKE: Final = text("""
select a.alert_id, a.status, a.reason_code,
    a.reason_params || jsonb_build_object('transaction_type', t.transaction_type), a.closed_at
from unnest(array['confirmed_fraud', 'false_positive']) as decided (status)
join alerts a on a.bank_id = :bank_id and a.status = decided.status
join transactions t on t.bank_id = a.bank_id and t.transaction_id = a.transaction_id
where a.reason_code = :reason_code and a.alert_id <> :alert_id and a.closed_at is not null
order by a.closed_at desc, a.alert_id desc limit :limit
""")


def payments(session: Session, bank_id: int, alert_id: int) -> tuple[str, ...]:
    """Return the ids of an alert's payments: the one that opened it, then the newest first."""
    return tuple(session.scalars(_PAYMENTS, {"bank_id": bank_id, "alert_id": alert_id}))


def merchant_names(session: Session, bank_id: int, found: Sequence[StoredTransaction]) -> Mapping[str, str]:
    """Return the names of the merchants of payments, by id."""
    ids = sorted({each.merchant_id for each in found if each.merchant_id})
    statement = "select merchant_id, name from merchants where bank_id = :bank_id and merchant_id = any(:ids)"
    rows = session.execute(text(statement), {"bank_id": bank_id, "ids": ids})
    return {identity: str(name) for identity, name in rows}


def alike(session: Session, bank_id: int, alert_id: int, reason_code: str) -> tuple[Alike, ...]:
    """Return the alerts of a bank decided last that were raised for the same reason, at most 50."""
    given = {"bank_id": bank_id, "alert_id": alert_id, "reason_code": reason_code, "limit": MOST_ALIKE}
    return tuple(
        Alike(number, AlertStatus(status), *rest) for number, status, *rest in session.execute(_ALIKE, given)
    )
