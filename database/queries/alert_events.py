"""Steps in the life of alerts: alerts locked together, steps written, and which of them may be taken back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from database.connection import bank_ids
from models.access import Role
from models.alerts import Alert, AlertEvent, AlertStatus

CHANGES: Final = ("status", "assign")
"""Kinds of steps that change an alert, and that an undo takes back."""

Key = tuple[int, int]
"""Bank and alert."""


@dataclass(frozen=True, slots=True)
class LastStep:
    """Who changed an alert last, when, and in whose zone that is to be read."""

    person: str | None
    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an alert's history with the names of people; `undone_by` is the step that took it back."""

    alert_event_id: int
    kind: str
    from_status: AlertStatus | None
    to_status: AlertStatus | None
    reason: str | None
    note: str | None
    by: int | None
    person: str | None
    at: datetime
    batch: UUID | None
    undoes: int | None
    undone_by: int | None
    assignee: str | None


_PAYMENTS: Final = text("""
select a.bank_id, a.alert_id, t.transaction_id, t."timestamp"
from unnest(cast(:bank_ids as int[]), cast(:alert_ids as bigint[])) as wanted (bank_id, alert_id)
join alert_transactions a using (bank_id, alert_id)
join transactions t using (bank_id, transaction_id)
order by a.bank_id, t.transaction_id
""")
_COLLEAGUES: Final = text("""
select u.user_id, coalesce(nullif(u.full_name, ''), u.username) as name
from user_banks b join users u using (user_id)
where b.bank_id = :bank_id and u.is_active and u.role <> :viewer order by name, u.user_id
""")
_LABELLED: Final = text("""
select l.transaction_id, e.alert_event_id
from alert_events e
join alert_transactions a using (bank_id, alert_id)
join fraud_labels l on l.bank_id = a.bank_id and l.transaction_id = a.transaction_id
    and l.alert_event_id = e.alert_event_id
where e.bank_id = :bank_id and e.alert_event_id = any(:numbers)
""")
_LAST: Final = text(f"""
select u.full_name, e.at, b.time_zone
from alert_events e join banks b using (bank_id) left join users u on u.user_id = e.by
where e.bank_id = :bank_id and e.alert_id = :alert_id and e.kind in {(*CHANGES, "undo")}
order by e.alert_event_id desc limit 1
""")
_STANDING: Final = text(f"""
select distinct on (e.bank_id, e.alert_id) e.bank_id, e.alert_id, e.alert_event_id
from alert_events e
where e.bank_id = any(:bank_ids) and e.alert_id = any(:alert_ids) and e.kind in {CHANGES}
    and not exists (select from alert_events u where u.bank_id = e.bank_id and u.undoes = e.alert_event_id)
order by e.bank_id, e.alert_id, e.alert_event_id desc
""")
_HISTORY: Final = text("""
select e.alert_event_id, e.kind, e.from_status, e.to_status, e.reason, e.note, e.by,
    coalesce(nullif(u.full_name, ''), u.username), e.at, e.batch, e.undoes, undo.alert_event_id,
    coalesce(nullif(given.full_name, ''), given.username)
from alert_events e
left join users u on u.user_id = e.by
left join users given on given.user_id = cast(e.payload ->> 'assigned' as bigint)
left join alert_events undo on undo.bank_id = e.bank_id and undo.undoes = e.alert_event_id
where e.bank_id = :bank_id and e.alert_id = :alert_id
order by e.alert_event_id desc limit :limit
""")


def lock_many(session: Session, alert_ids: Collection[int]) -> tuple[Alert, ...]:
    """Return those alerts of the scope that there are, locked in one order until the transaction ends."""
    found = session.scalars(
        select(Alert)
        .where(Alert.bank_id.in_(bank_ids(session)), Alert.alert_id.in_(alert_ids))
        .order_by(Alert.bank_id, Alert.alert_id)
        .with_for_update()
    )
    return tuple(found)


def payments_of(session: Session, alerts: Sequence[Alert]) -> Mapping[Key, Mapping[str, datetime]]:
    """Return the payments that each alert is about, by their ids, with their times."""
    found = session.execute(
        _PAYMENTS,
        {
            "bank_ids": [alert.bank_id for alert in alerts],
            "alert_ids": [alert.alert_id for alert in alerts],
        },
    )
    members: dict[Key, dict[str, datetime]] = {(alert.bank_id, alert.alert_id): {} for alert in alerts}
    for bank_id, alert_id, transaction_id, at in found:
        members[bank_id, alert_id][transaction_id] = at
    return members


def colleagues(session: Session, bank_id: int) -> Mapping[int, str]:
    """Return the people who may be given a bank's alerts: active, and more than viewers; their names."""
    found = session.execute(_COLLEAGUES, {"bank_id": bank_id, "viewer": Role.VIEWER})
    return {user_id: str(name) for user_id, name in found}


def write(session: Session, events: Sequence[AlertEvent]) -> None:
    """Write steps together with the alerts that they changed; each step knows its number afterwards."""
    session.add_all(events)
    session.flush()


def labelled_by(session: Session, bank_id: int, numbers: Collection[int]) -> Mapping[str, int]:
    """Return the payments that steps labelled, each with its step."""
    found = session.execute(_LABELLED, {"bank_id": bank_id, "numbers": list(numbers)})
    return {payment: int(number) for payment, number in found}


def last_step(session: Session, bank_id: int, alert_id: int) -> LastStep | None:
    """Return who changed an alert last; None if nobody has."""
    found = session.execute(_LAST, {"bank_id": bank_id, "alert_id": alert_id}).one_or_none()
    return None if found is None else LastStep(*found)


def standing(session: Session, alerts: Sequence[Alert]) -> Mapping[Key, int]:
    """Return each alert's last change that was not taken back: the only one that may be."""
    given = {
        "bank_ids": sorted({alert.bank_id for alert in alerts}),
        "alert_ids": [alert.alert_id for alert in alerts],
    }
    return {(bank_id, alert_id): number for bank_id, alert_id, number in session.execute(_STANDING, given)}


def some(session: Session, numbers: Collection[int]) -> tuple[AlertEvent, ...]:
    """Return those steps of the scope that there are, the oldest first."""
    found = session.scalars(
        select(AlertEvent)
        .where(AlertEvent.bank_id.in_(bank_ids(session)), AlertEvent.alert_event_id.in_(numbers))
        .order_by(AlertEvent.alert_event_id)
    )
    return tuple(found)


def of_batch(session: Session, batch: UUID) -> tuple[int, ...]:
    """Return the numbers of the changes that were made together."""
    found = session.scalars(
        select(AlertEvent.alert_event_id).where(
            AlertEvent.bank_id.in_(bank_ids(session)),
            AlertEvent.batch == batch,
            AlertEvent.kind.in_(CHANGES),
        )
    )
    return tuple(found)


def history(session: Session, bank_id: int, alert_id: int, *, limit: int = 200) -> tuple[Step, ...]:
    """Return an alert's steps, the newest first."""
    found = session.execute(_HISTORY, {"bank_id": bank_id, "alert_id": alert_id, "limit": limit})
    return tuple(_step(*row) for row in found)


def _step(number: int, kind: str, before: str | None, after: str | None, *rest: Any) -> Step:
    was, became = (None if value is None else AlertStatus(value) for value in (before, after))
    return Step(number, kind, was, became, *rest)
