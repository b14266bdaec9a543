"""Alerts: found, listed by what is at stake, opened, and locked by whoever moves them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from database.connection import bank_ids
from database.queries import locking
from database.queries.listing import DEFAULT_LIMIT, listed, only
from models.alerts import Alert, AlertEvent, AlertStatus, AlertTransaction, Severity
from models.errors import NotFoundError
from models.messages import N_

OPEN: Final = (AlertStatus.NEW, AlertStatus.IN_REVIEW, AlertStatus.ESCALATED, AlertStatus.SNOOZED)
_MOST_AT_STAKE_FIRST: Final = "t.expected_loss_e4 desc, t.alert_id, t.bank_id"


@dataclass(frozen=True, slots=True)
class StoredAlert:
    """An alert as lists of alerts show it; `expected_loss_e4` is in ten-thousandths of base units."""

    bank_id: int
    alert_id: int
    transaction_id: str
    customer_id: str | None
    severity: Severity
    status: AlertStatus
    fraud_probability: float
    expected_loss_e4: int
    reason_code: str
    reason_params: dict[str, Any]
    assignee: int | None
    claimed_by: int | None
    claimed_until: datetime | None
    snoozed_until: datetime | None
    due_at: datetime | None
    version: int
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One step of an alert's life."""

    alert_event_id: int
    kind: str
    from_status: AlertStatus | None
    to_status: AlertStatus | None
    reason: str | None
    note: str | None
    by: int | None
    at: datetime
    undoes: int | None
    payload: dict[str, Any]


def by_id(session: Session, alert_id: int) -> StoredAlert | None:
    """Return the alert with this number, if a bank of the scope has it."""
    return only(session, Alert, StoredAlert, "t.alert_id = :alert_id", bank=None, alert_id=alert_id)


def by_status(
    session: Session,
    statuses: Collection[AlertStatus] = OPEN,
    *,
    limit: int = DEFAULT_LIMIT,
    after: StoredAlert | None = None,
) -> tuple[StoredAlert, ...]:
    """Return the alerts of these statuses, those with most at stake first, page by page."""
    where, each = "t.status = each.value", [str(status) for status in statuses]
    given: dict[str, Any] = {}
    if after is not None:
        where += """ and t.expected_loss_e4 <= :loss and (t.expected_loss_e4 < :loss
            or (t.alert_id, t.bank_id) > (:behind_id, :behind_bank))"""
        given |= {
            "loss": after.expected_loss_e4,
            "behind_id": after.alert_id,
            "behind_bank": after.bank_id,
        }
    return listed(
        session, Alert, StoredAlert, where, order=_MOST_AT_STAKE_FIRST, limit=limit, each=each, **given
    )


def by_customer(session: Session, customer_id: str, *, limit: int = DEFAULT_LIMIT) -> tuple[StoredAlert, ...]:
    """Return a customer's alerts, the newest first."""
    order = "t.created_at desc, t.alert_id desc, t.bank_id"
    where = "t.customer_id = :customer_id"
    return listed(session, Alert, StoredAlert, where, order=order, limit=limit, customer_id=customer_id)


def of_transaction(session: Session, bank_id: int, transaction_id: str) -> StoredAlert | None:
    """Return the alert that a payment belongs to; there is at most one."""
    member = select(AlertTransaction.alert_id).where(
        AlertTransaction.bank_id == bank_id, AlertTransaction.transaction_id == transaction_id
    )
    alert_id = session.scalar(member)
    return None if alert_id is None else by_id(session, alert_id)


def counts(session: Session) -> Mapping[tuple[AlertStatus, Severity], int]:
    """Return how many alerts the scope's banks have, by status and severity."""
    found = session.execute(
        select(Alert.status, Alert.severity, func.count())
        .where(Alert.bank_id.in_(bank_ids(session)))
        .group_by(Alert.status, Alert.severity)
    )
    return {(status, severity): number for status, severity, number in found}


def create(
    session: Session,
    bank_id: int,
    transaction_id: str,
    *,
    severity: Severity,
    fraud_probability: float,
    expected_loss_e4: int,
    reason_code: str,
    reason_params: Mapping[str, Any] | None = None,
    customer_id: str | None = None,
    due_at: datetime | None = None,
) -> int | None:
    """Open an alert about a payment and return its number; None if the payment is in one already."""
    values = {
        "bank_id": bank_id,
        "transaction_id": transaction_id,
        "customer_id": customer_id,
        "severity": severity,
        "fraud_probability": round(fraud_probability, 4),
        "expected_loss_e4": expected_loss_e4,
        "reason_code": reason_code,
        "reason_params": dict(reason_params or {}),
        "due_at": due_at,
    }
    # Whoever locks the payment first opens its alert.
    locked = "select from transactions where bank_id = :bank_id and transaction_id = :id for no key update"
    session.execute(text(locked), {"bank_id": bank_id, "id": transaction_id})
    if of_transaction(session, bank_id, transaction_id) is not None:
        return None
    alert_id = session.execute(insert(Alert).values(values).returning(Alert.alert_id)).scalar_one()
    add_transactions(session, bank_id, alert_id, [transaction_id])
    return alert_id


def add_transactions(session: Session, bank_id: int, alert_id: int, ids: Sequence[str]) -> None:
    """Let payments that are in no alert join one."""
    rows = [{"bank_id": bank_id, "alert_id": alert_id, "transaction_id": one} for one in ids]
    session.execute(insert(AlertTransaction), rows)


def transactions_of(session: Session, bank_id: int, alert_id: int) -> tuple[str, ...]:
    """Return the ids of the payments that an alert is about."""
    members = (
        select(AlertTransaction.transaction_id)
        .where(AlertTransaction.bank_id == bank_id, AlertTransaction.alert_id == alert_id)
        .order_by(AlertTransaction.transaction_id)
    )
    return tuple(session.scalars(members))


def locked(session: Session, alert_id: int) -> Alert:
    """Return the alert to be moved, locked until the transaction ends; add the event that a move returns."""
    alert = session.scalars(select(Alert).where(Alert.alert_id == alert_id).with_for_update()).one_or_none()
    if alert is None:
        raise NotFoundError(N_("There is no alert {alert_id}."), alert_id=alert_id)
    return alert


def events_of(session: Session, bank_id: int, alert_id: int) -> tuple[StoredEvent, ...]:
    """Return an alert's history, the oldest step first."""
    columns = [getattr(AlertEvent, name) for name in StoredEvent.__dataclass_fields__]
    found = session.execute(
        select(*columns)
        .where(AlertEvent.bank_id == bank_id, AlertEvent.alert_id == alert_id)
        .order_by(AlertEvent.at, AlertEvent.alert_event_id)
    )
    return tuple(StoredEvent(*row) for row in found)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A flagged payment that may become an alert; `amount` is in its own currency."""

    transaction_id: str
    customer_id: str | None
    score: float
    amount: Decimal
    currency: str
    amount_base_e4: int | None
    category: str | None
    country: str | None
    time_of_day_category: str
    has_alert: bool


@dataclass(frozen=True, slots=True)
class NewAlert:
    """An alert to be opened about a payment."""

    transaction_id: str
    customer_id: str | None
    severity: Severity
    fraud_probability: float
    expected_loss_e4: int
    reason_code: str
    reason_params: Mapping[str, Any]


_OF_DATASET: Final = "(cast(:dataset_id as bigint) is null or t.dataset_id = cast(:dataset_id as bigint))"
_FLAGGED = text(f"""
select t.transaction_id, t.customer_id, t.flagged_score, t.amount, t.currency, t.amount_base_e4, t.category,
    t.country, t.time_of_day_category, a.alert_id is not null
from transactions t left join alert_transactions a using (bank_id, transaction_id)
where t.bank_id = :bank_id and t.flagged_score is not null and {_OF_DATASET}
    and (cast(:recent_s as double precision) is null or t."timestamp" > (
        select max(t."timestamp") from transactions t where t.bank_id = :bank_id and {_OF_DATASET}
    ) - make_interval(secs => :recent_s))
order by round(cast(t.flagged_score * coalesce(t.amount_base_e4, 0) as numeric)) desc, t.flagged_score desc,
    t.transaction_id
""")
_CREATE_MANY = text("""
with ins as (
    insert into alerts (bank_id, transaction_id, customer_id, severity, fraud_probability, expected_loss_e4,
        reason_code, reason_params)
    select :bank_id, given.* from unnest(cast(:transaction_id as text[]), cast(:customer_id as text[]),
        cast(:severity as text[]), cast(:fraud_probability as double precision[]),
        cast(:expected_loss_e4 as bigint[]), cast(:reason_code as text[]), cast(:reason_params as jsonb[]))
        as given (transaction_id, customer_id, severity, fraud_probability, expected_loss_e4, reason_code,
            reason_params)
    where not exists (select from alert_transactions a
        where a.bank_id = :bank_id and a.transaction_id = given.transaction_id)
    returning alert_id, transaction_id
)
insert into alert_transactions (bank_id, transaction_id, alert_id)
select :bank_id, transaction_id, alert_id from ins returning 1
""")


def flagged(
    session: Session, bank_id: int, dataset_id: int | None, recent: timedelta | None
) -> tuple[Candidate, ...]:
    """Return a dataset's (or bank's) flagged payments, most at stake first; `recent` ends at the newest."""
    given = {
        "bank_id": bank_id,
        "dataset_id": dataset_id,
        "recent_s": None if recent is None else recent.total_seconds(),
    }
    return tuple(Candidate(*row) for row in session.execute(_FLAGGED, given))


def flagged_count(session: Session, bank_id: int, dataset_id: int | None) -> int:
    """Return how many payments of a dataset (or bank) are flagged."""
    statement = f"select count(*) from transactions t where t.bank_id = :bank_id and {_OF_DATASET}"
    given = {"bank_id": bank_id, "dataset_id": dataset_id}
    return int(session.scalar(text(f"{statement} and t.flagged_score is not null"), given) or 0)


def create_many(session: Session, bank_id: int, new: Sequence[NewAlert]) -> int:
    """Open alerts about payments that are in none, each about its own; return how many that were."""
    ids = [one.transaction_id for one in new]
    locking.keep_rows(session, bank_id)
    # Whoever locks the payment first opens its alert.
    session.execute(
        text(
            "select from transactions where bank_id = :bank_id and transaction_id = any(:ids)"
            " order by bank_id, transaction_id for no key update"
        ),
        {"bank_id": bank_id, "ids": ids},
    )
    columns: dict[str, Any] = {name: [getattr(one, name) for one in new] for name in NewAlert.__slots__}
    columns["reason_params"] = [json.dumps(dict(one.reason_params)) for one in new]
    return len(session.execute(_CREATE_MANY, {"bank_id": bank_id, **columns}).all())
