"""Changes of alerts taken back: the alert is exactly as it was, and its payments' label says what it said."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from dashboard import clock
from dashboard.alerts.decisions import LABELS, MOST_AT_ONCE, Done, Left, Outcome, changed_since
from dashboard.labels import set_labels
from database.connection import Session, get_db_session
from database.queries import alert_events, audit, labels
from database.queries.alert_events import CHANGES
from database.queries.audit import Deed
from database.queries.labels import Statement
from models.access import Permission, Person
from models.alerts import Alert, AlertEvent, AlertStatus
from models.errors import ConflictError, ForbiddenError, NotFoundError
from models.labels import LabelSource
from models.messages import N_, Message

__all__ = ["AS_LONG_AS", "CHANGES", "undo", "undo_batch"]

LOGGER = logging.getLogger(__name__)
AS_LONG_AS: Final = timedelta(hours=24)


def undo(person: Person, event_id: int) -> Outcome:
    """Take one change back; it must be the alert's last one, at most a day old, and one's own.

    Who may approve decisions may take back anybody's. What is taken back stays in the history.
    """
    return _undo(person, [event_id])


def undo_batch(person: Person, batch: UUID) -> Outcome:
    """Take back what was changed together; alerts that changed again since stay and are named."""
    with get_db_session(person.banks) as session:
        numbers = alert_events.of_batch(session, batch)
    if not numbers:
        raise NotFoundError(N_("There is no such change."))
    return _undo(person, numbers)


def _undo(person: Person, numbers: Sequence[int]) -> Outcome:
    if not person.may(Permission.DECIDE_ALERTS):
        raise ForbiddenError(N_("Your role does not allow this."))
    now = clock.now()
    with get_db_session(person.banks) as session:
        changes = alert_events.some(session, numbers[:MOST_AT_ONCE])
        if not changes:
            raise NotFoundError(N_("There is no such change."))
        for change in changes:
            _refuse(change, person, now)
        locked = {
            alert.alert_id: alert
            for alert in alert_events.lock_many(session, [each.alert_id for each in changes])
        }
        standing = alert_events.standing(session, tuple(locked.values()))
        last = [
            each for each in changes if standing.get((each.bank_id, each.alert_id)) == each.alert_event_id
        ]
        left = [_left(session, locked[each.alert_id], each) for each in changes if each not in last]
        if left and len(numbers) == 1:
            raise ConflictError(left[0].why.msgid, **left[0].why.params)
        steps = [_restore(locked[each.alert_id], each, person, now) for each in last]
        alert_events.write(session, steps)
        _say_again(session, last, steps)
        audit.write(session, [_deed(step, each) for step, each in zip(steps, last, strict=True)])
    LOGGER.info("%s changes of alerts taken back by %s", len(steps), person.username)
    done = tuple(
        Done(step.alert_id, step.alert_event_id, locked[step.alert_id].version, locked[step.alert_id].status)
        for step in steps
    )
    return Outcome(done, tuple(left))


def _refuse(change: AlertEvent, person: Person, now: datetime) -> None:
    if change.kind not in CHANGES:
        raise ConflictError(N_("Only a change of an alert can be taken back."))
    if change.by != person.user_id and not person.may(Permission.APPROVE_DECISIONS):
        raise ForbiddenError(N_("Only who made a change, or a lead, may take it back."))
    if now - change.at > AS_LONG_AS:
        raise ConflictError(N_("A change can be taken back for {hours} hours."), hours=24 * AS_LONG_AS.days)


def _left(session: Session, alert: Alert, change: AlertEvent) -> Left:
    later = alert_events.standing(session, [alert]).get((alert.bank_id, alert.alert_id))
    if later is None or later < change.alert_event_id:
        text = N_("This change of alert A{alert_id} was taken back already.")
        return Left(alert.alert_id, Message(text, {"alert_id": alert.alert_id}))
    return Left(alert.alert_id, changed_since(session, alert.bank_id, alert.alert_id))


def _restore(alert: Alert, change: AlertEvent, person: Person, now: datetime) -> AlertEvent:
    """Bring back what an alert was before a change, and return the step that says so."""
    before: Mapping[str, Any] = change.payload["before"]
    was = alert.status
    alert.status = AlertStatus(before["status"])
    alert.assignee = before["assignee"]
    alert.snoozed_until = _moment(before["snoozed_until"])
    alert.closed_at = _moment(before["closed_at"])
    alert.version += 1
    return AlertEvent(
        bank_id=alert.bank_id,
        alert_id=alert.alert_id,
        kind="undo",
        from_status=was,
        to_status=alert.status,
        by=person.user_id,
        at=now,
        batch=change.batch,
        undoes=change.alert_event_id,
        payload={"version": alert.version},
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _say_again(session: Session, changes: Sequence[AlertEvent], steps: Sequence[AlertEvent]) -> None:
    """Let analysts say of each payment what they said before the change: a label, or nothing."""
    undone = {
        change.alert_event_id: step
        for change, step in zip(changes, steps, strict=True)
        if change.to_status in LABELS and change.kind == "status"
    }
    for bank_id in {change.bank_id for change in changes}:
        numbers = [change.alert_event_id for change in changes if change.bank_id == bank_id]
        wanted = [number for number in numbers if number in undone]
        payments = alert_events.labelled_by(session, bank_id, wanted)
        said = labels.statements(session, bank_id, sorted(payments))
        again = [
            _before(said[payment], number, undone[number])
            for payment, number in sorted(payments.items())
            if _is_last_word(said[payment], number)
        ]
        if again:
            set_labels(session, bank_id, again)


def _is_last_word(said: Sequence[Statement], number: int) -> bool:
    """Whether no analyst has labelled a payment past its alert since."""
    own = [each for each in said if each.source is LabelSource.ANALYST]
    later = own[[each.alert_event_id for each in own].index(number) + 1 :]
    return all(each.alert_event_id is not None for each in later)


def _before(said: Sequence[Statement], number: int, step: AlertEvent) -> Statement:
    """Return what analysts said of a payment before a change, as said again by the step that undoes it."""
    own = [each for each in said if each.source is LabelSource.ANALYST]
    at = [each.alert_event_id for each in own].index(number)
    nothing = Statement(own[at].transaction_id, None, LabelSource.ANALYST)
    return replace(
        own[at - 1] if at else nothing,
        recorded_at=None,
        recorded_by=step.by,
        alert_event_id=step.alert_event_id,
    )


def _deed(step: AlertEvent, change: AlertEvent) -> Deed:
    details = {
        "event": step.alert_event_id,
        "undoes": change.alert_event_id,
        "from": step.from_status,
        "to": step.to_status,
        **step.payload,
    }
    return Deed(step.by, step.bank_id, "alert.undo", "alert", str(step.alert_id), None, details)
