"""Whose alerts are: taken, given back, and given to colleagues by who may assign."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from dashboard import clock
from dashboard.alerts.changes import Left, Looked, Outcome
from dashboard.alerts.decisions import as_looked_at, deed, done, refuse_person, state_of
from database.connection import Session, get_db_session
from database.queries import alert_events, alert_list, audit
from models.access import Permission, Person
from models.alerts import Alert, AlertEvent
from models.errors import ConflictError, ForbiddenError, UserError
from models.messages import N_, Message


def assign(person: Person, looked: Sequence[Looked], to: int | None) -> Outcome:
    """Give alerts to somebody, or to nobody.

    Without the permission to assign one takes what is nobody's and gives back one's own: a colleague's
    alerts stay and are named, a single one raises `ForbiddenError`.
    """
    if to not in {None, person.user_id} and not person.may(Permission.ASSIGN_ALERTS):
        raise ForbiddenError(N_("Your role does not allow this."))
    refuse_person(person, looked)
    now = clock.now()
    batch = uuid4() if len(looked) > 1 else None
    with get_db_session(person.banks) as session:
        chosen, left = as_looked_at(session, looked)
        if left and len(looked) == 1:
            raise ConflictError(left[0].why.msgid, **left[0].why.params)
        theirs = _of_colleagues(session, chosen, person)
        if theirs and len(looked) == 1:
            raise ForbiddenError(theirs[0].why.msgid, **theirs[0].why.params)
        left += theirs
        chosen = [alert for alert in chosen if alert.alert_id not in {each.alert_id for each in theirs}]
        for bank_id in {alert.bank_id for alert in chosen}:
            if to is not None and to not in alert_events.colleagues(session, bank_id):
                raise UserError(N_("This person does not work for the bank of the alert."))
        events = [_give(alert, to, person, now, batch) for alert in chosen]
        alert_events.write(session, events)
        audit.write(session, [deed(event, {}) for event in events])
    return Outcome(done(chosen, events), tuple(left), batch)


def _of_colleagues(session: Session, alerts: Sequence[Alert], person: Person) -> list[Left]:
    """Return the alerts that a colleague has and this person may not take, and whose they are."""
    theirs = [alert.alert_id for alert in alerts if alert.assignee not in {None, person.user_id}]
    if not theirs or person.may(Permission.ASSIGN_ALERTS):
        return []
    text = N_("Alert A{alert_id} is {person}’s: only a lead takes it or gives it to somebody else.")
    return [
        Left(row.alert_id, Message(text, {"alert_id": row.alert_id, "person": row.assigned or ""}))
        for row in alert_list.lines_of(session, theirs)
    ]


def _give(alert: Alert, to: int | None, person: Person, now: datetime, batch: UUID | None) -> AlertEvent:
    before = state_of(alert)
    alert.assignee = to
    alert.version += 1
    return AlertEvent(
        bank_id=alert.bank_id,
        alert_id=alert.alert_id,
        kind="assign",
        by=person.user_id,
        at=now,
        batch=batch,
        payload={"before": before, "version": alert.version, "assigned": to},
    )
