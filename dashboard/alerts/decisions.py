"""Changes of alerts: moved along their graph with label, step and audit row in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from dashboard import clock
from dashboard.alerts.changes import Decision, Done, Left, Looked, Outcome
from dashboard.alerts.names import REASONS, reason_of
from dashboard.labels import set_labels
from database.connection import Session, get_db_session
from database.queries import alert_events, audit
from database.queries.alert_events import Key
from database.queries.audit import Deed
from database.queries.labels import Statement
from models.access import Permission, Person
from models.alerts import TRANSITIONS, Alert, AlertEvent, AlertStatus
from models.errors import ConflictError, ForbiddenError, NotFoundError, UserError
from models.labels import LabelSource
from models.messages import N_, Message

__all__ = [
    "LABELS",
    "MOST_AT_ONCE",
    "Decision",
    "Done",
    "Left",
    "Looked",
    "Outcome",
    "add_note",
    "as_looked_at",
    "changed_since",
    "decide",
    "deed",
    "done",
    "refuse_person",
    "state_of",
]

LOGGER = logging.getLogger(__name__)
MOST_AT_ONCE: Final = 500
LONGEST_NOTE: Final = 2_000
LONGEST_SNOOZE: Final = timedelta(days=30)
LABELS: Final = {AlertStatus.CONFIRMED_FRAUD: True, AlertStatus.FALSE_POSITIVE: False}
"""The statuses that say what the payments were, and what they say."""

_LIVE: Final = timedelta(days=30)


def decide(person: Person, looked: Sequence[Looked], decision: Decision) -> Outcome:
    """Move alerts; of several, those that changed since they were looked at stay and are named.

    A single one that changed raises `ConflictError`, which says who changed it and when.
    """
    _refuse(person, looked, decision)
    now = clock.now()
    batch = uuid4() if len(looked) > 1 else None
    with get_db_session(person.banks) as session:
        chosen, left = as_looked_at(session, looked)
        movable = [alert for alert in chosen if decision.status in TRANSITIONS[AlertStatus(alert.status)]]
        left += [_cannot(alert, decision.status) for alert in chosen if alert not in movable]
        if left and len(looked) == 1:
            raise ConflictError(left[0].why.msgid, **left[0].why.params)
        events = [_move(alert, decision, person, now, batch) for alert in movable]
        alert_events.write(session, events)
        said = _label(session, movable, events, decision, person)
        audit.write(session, [deed(event, said) for event in events])
    LOGGER.info("%s alerts moved to %s by %s", len(events), decision.status, person.username)
    return Outcome(done(movable, events), tuple(left), batch)


def add_note(person: Person, alert_id: int, note: str) -> int:
    """Write a note on an alert and return its step; it changes nothing of the alert."""
    refuse_person(person, [Looked(alert_id, 1)])
    text = _read_note(note)
    if text is None:
        raise UserError(N_("The note is empty."))
    with get_db_session(person.banks) as session:
        found = alert_events.lock_many(session, [alert_id])
        if not found:
            raise NotFoundError(N_("There is no alert {alert_id}."), alert_id=alert_id)
        event = AlertEvent(
            bank_id=found[0].bank_id,
            alert_id=alert_id,
            kind="note",
            note=text,
            by=person.user_id,
            at=clock.now(),
            payload={},
        )
        alert_events.write(session, [event])
        audit.write(session, [deed(event, {})])
    return event.alert_event_id


def state_of(alert: Alert) -> dict[str, object]:
    """Return what an undo has to bring back of an alert, as plain values."""
    moments = {name: getattr(alert, name) for name in ("snoozed_until", "closed_at")}
    return {
        **{name: value.isoformat() if value else None for name, value in moments.items()},
        "status": str(alert.status),
        "assignee": alert.assignee,
    }


def changed_since(session: Session, bank_id: int, alert_id: int) -> Message:
    """Say who changed an alert since it was looked at, and when."""
    last = alert_events.last_step(session, bank_id, alert_id)
    if last is None:
        return Message(N_("Alert A{alert_id} has changed since you looked."), {"alert_id": alert_id})
    at = last.at.astimezone(ZoneInfo(last.zone))
    return Message(
        N_("{person} changed alert A{alert_id} at {when}, since you looked. Look again, then decide."),
        {"person": last.person or "Vigie", "alert_id": alert_id, "when": f"{at:%Y-%m-%d %H:%M:%S}"},
    )


def refuse_person(person: Person, looked: Sequence[Looked]) -> None:
    """Raise unless this person may change alerts, and these are some, each once, and not too many."""
    if not person.may(Permission.DECIDE_ALERTS):
        raise ForbiddenError(N_("Your role does not allow this."))
    if not 1 <= len({each.alert_id for each in looked}) == len(looked) <= MOST_AT_ONCE:
        raise UserError(N_("Choose from 1 to {most} alerts, each once."), most=MOST_AT_ONCE)


def _refuse(person: Person, looked: Sequence[Looked], decision: Decision) -> None:
    refuse_person(person, looked)
    if decision.status in LABELS and not person.may(Permission.LABEL):
        raise ForbiddenError(N_("Your role does not allow this."))
    if decision.status in REASONS and reason_of(decision.status, decision.reason) is None:
        raise UserError(N_("Say why: choose one of the reasons."))
    if decision.status not in REASONS and decision.reason is not None:
        raise UserError(N_("Only a decision has a reason; write a note instead."))
    if (decision.status is AlertStatus.SNOOZED) != (decision.until is not None):
        raise UserError(N_("A snoozed alert, and no other, says until when it sleeps."))
    if decision.until and not clock.now() < decision.until <= clock.now() + LONGEST_SNOOZE:
        raise UserError(
            N_("An alert sleeps at least a moment and at most {days} days."), days=LONGEST_SNOOZE.days
        )
    _read_note(decision.note)


def _read_note(note: str | None) -> str | None:
    text = (note or "").strip()
    if len(text) > LONGEST_NOTE or "\0" in text:
        raise UserError(N_("A note holds at most {most} characters."), most=LONGEST_NOTE)
    return text or None


def as_looked_at(session: Session, looked: Sequence[Looked]) -> tuple[list[Alert], list[Left]]:
    """Lock alerts; return those that are still as they were seen, and those that are not."""
    versions = {each.alert_id: each.version for each in looked}
    found = alert_events.lock_many(session, versions)
    missing = sorted(set(versions) - {alert.alert_id for alert in found})
    if missing and len(looked) == 1:
        raise NotFoundError(N_("There is no alert {alert_id}."), alert_id=missing[0])
    left = [Left(each, Message(N_("There is no alert {alert_id}."), {"alert_id": each})) for each in missing]
    left += [
        Left(alert.alert_id, changed_since(session, alert.bank_id, alert.alert_id))
        for alert in found
        if alert.version != versions[alert.alert_id]
    ]
    return [alert for alert in found if alert.version == versions[alert.alert_id]], left


def _cannot(alert: Alert, status: AlertStatus) -> Left:
    text = N_("Alert A{alert_id} cannot go from {before} to {after}.")
    return Left(
        alert.alert_id,
        Message(text, {"alert_id": alert.alert_id, "before": str(alert.status), "after": str(status)}),
    )


def _move(alert: Alert, decision: Decision, person: Person, now: datetime, batch: UUID | None) -> AlertEvent:
    before = state_of(alert)
    event = alert.move_to(
        decision.status,
        by=person.user_id,
        at=now,
        reason=decision.reason,
        note=_read_note(decision.note),
        until=decision.until,
    )
    event.batch, event.payload = batch, {"before": before, "version": alert.version}
    return event


def _label(
    session: Session,
    alerts: Sequence[Alert],
    events: Sequence[AlertEvent],
    decision: Decision,
    person: Person,
) -> Mapping[Key, Mapping[str, datetime]]:
    """Let a decision say what the payments were; return which they are, by alert."""
    reason = reason_of(decision.status, decision.reason)
    if reason is None or not alerts:
        return {}
    payments = alert_events.payments_of(session, alerts)
    for bank_id in {alert.bank_id for alert in alerts}:
        said = [
            Statement(
                payment,
                LABELS[decision.status],
                LabelSource.ANALYST,
                fraud_type=reason.fraud_type,
                reason=reason.code,
                # Of payments that were history already, the day of a decision says nothing about delays.
                known_at=event.at if event.at - at < _LIVE else None,
                recorded_by=person.user_id,
                alert_event_id=event.alert_event_id,
            )
            for alert, event in zip(alerts, events, strict=True)
            if alert.bank_id == bank_id
            for payment, at in payments[bank_id, alert.alert_id].items()
        ]
        set_labels(session, bank_id, said)
    return payments


def deed(event: AlertEvent, payments: Mapping[Key, Mapping[str, datetime]]) -> Deed:
    """Return the audit row of a step; `payments` are those that it labelled."""
    labelled = payments.get((event.bank_id, event.alert_id), {})
    details = {
        "event": event.alert_event_id,
        "from": event.from_status,
        "to": event.to_status,
        "note": event.note,
        "batch": str(event.batch) if event.batch else None,
        "labelled": list(labelled),
        **{name: value for name, value in event.payload.items() if name != "before"},
    }
    kept = {name: value for name, value in details.items() if value not in (None, [])}
    return Deed(
        event.by, event.bank_id, f"alert.{event.kind}", "alert", str(event.alert_id), event.reason, kept
    )


def done(alerts: Sequence[Alert], events: Sequence[AlertEvent]) -> tuple[Done, ...]:
    """Return what changed, once its steps have their numbers."""
    return tuple(
        Done(alert.alert_id, event.alert_event_id, alert.version, AlertStatus(alert.status))
        for alert, event in zip(alerts, events, strict=True)
    )
