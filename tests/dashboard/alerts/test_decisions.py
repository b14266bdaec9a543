"""An alert moves with its label, its step and its audit row, or not at all; and is taken back exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dashboard import clock
from dashboard.alerts.assigning import assign
from dashboard.alerts.decisions import Decision, Looked, Outcome, add_note, decide
from dashboard.alerts.undoing import undo, undo_batch
from dashboard.labels import set_label
from database.queries import audit
from models.access import Person, Role
from models.alerts import Alert, AlertEvent, AlertStatus
from models.errors import ConflictError, ForbiddenError, NotFoundError, UserError
from models.labels import FraudLabel, LabelSource
from models.logs import AuditLog
from tests.alerting import count, fresh, label_of, make_alert, make_person
from tests.factories import make_bank, make_transaction

FRAUD = Decision(AlertStatus.CONFIRMED_FRAUD, "stolen_card")
GENUINE = Decision(AlertStatus.FALSE_POSITIVE, "travel")
REVIEW = Decision(AlertStatus.IN_REVIEW)


def looked(*alerts: Alert) -> list[Looked]:
    return [Looked(alert.alert_id, alert.version) for alert in alerts]


def state(db: Session, alert: Alert) -> tuple[object, ...]:
    now = fresh(db, alert)
    return now.status, now.assignee, now.snoozed_until, now.closed_at


def moved(db: Session, person: Person, alert: Alert, decision: Decision) -> Outcome:
    return decide(person, looked(fresh(db, alert)), decision)


def test_a_decision_writes_step_label_and_audit_row_together(db: Session) -> None:
    bank = make_bank(db)
    payments = [make_transaction(db, bank, timestamp=clock.now() - timedelta(days=each)) for each in (1, 60)]
    alert = make_alert(db, bank, *payments)
    ana = make_person(db, bank)
    done = decide(ana, looked(alert), replace(FRAUD, note=" seen on camera ")).done
    now = fresh(db, alert)
    assert (now.status, now.version) == (AlertStatus.CONFIRMED_FRAUD, 2)
    assert now.closed_at is not None
    [event] = db.scalars(select(AlertEvent)).all()
    assert (event.alert_event_id, event.by, event.reason) == (done[0].event_id, ana.user_id, "stolen_card")
    assert (event.from_status, event.to_status, event.note) == ("new", "confirmed_fraud", "seen on camera")
    said = {label.transaction_id: label for label in db.scalars(select(FraudLabel))}
    assert set(said) == {payment.transaction_id for payment in payments}
    assert {label.alert_event_id for label in said.values()} == {event.alert_event_id}
    assert said[payments[0].transaction_id].known_at == event.at
    assert said[payments[1].transaction_id].known_at is None  # history tells nothing of delays
    assert {label_of(db, payment) for payment in payments} == {(True, "stolen_card", "stolen_card")}
    [deed] = db.scalars(select(AuditLog)).all()
    assert (deed.user_id, deed.bank_id, deed.action) == (ana.user_id, bank.bank_id, "alert.status")
    assert (deed.object_type, deed.object_id) == ("alert", str(alert.alert_id))
    assert deed.details["event"] == event.alert_event_id
    assert deed.details["labelled"] == sorted(said)


@pytest.mark.parametrize("status", [AlertStatus.IN_REVIEW, AlertStatus.ESCALATED])
def test_only_decisions_label(db: Session, status: AlertStatus) -> None:
    bank = make_bank(db)
    alert = make_alert(db, bank)
    decide(make_person(db, bank), looked(alert), Decision(status))
    assert fresh(db, alert).status is status
    assert count(db, "fraud_labels") == 0
    assert (count(db, "alert_events"), count(db, "audit_log")) == (1, 1)


def test_a_stale_change_is_refused_saying_who_and_when(db: Session) -> None:
    bank = make_bank(db)
    alert = make_alert(db, bank)
    before = looked(alert)
    bea = make_person(db, bank, full_name="Bea Costa")
    decide(bea, before, FRAUD)
    event = db.scalars(select(AlertEvent)).one()
    with pytest.raises(ConflictError, match="Bea Costa changed alert") as refused:
        decide(make_person(db, bank), before, GENUINE)
    assert refused.value.status == 409
    assert f"{event.at:%Y-%m-%d %H:%M:%S}" in str(refused.value)
    assert fresh(db, alert).status is AlertStatus.CONFIRMED_FRAUD
    assert (count(db, "alert_events"), count(db, "audit_log"), count(db, "fraud_labels")) == (1, 1, 1)


def test_what_fails_in_the_middle_leaves_nothing(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = make_bank(db)
    alert = make_alert(db, bank)

    def broken(*_: object) -> None:
        raise RuntimeError("the audit is gone")

    monkeypatch.setattr(audit, "write", broken)
    with pytest.raises(RuntimeError):
        decide(make_person(db, bank), looked(alert), FRAUD)
    assert fresh(db, alert).version == 1
    assert (count(db, "alert_events"), count(db, "audit_log"), count(db, "fraud_labels")) == (0, 0, 0)


@pytest.mark.parametrize(
    "decision",
    [
        Decision(AlertStatus.CONFIRMED_FRAUD),
        Decision(AlertStatus.CONFIRMED_FRAUD, "travel"),
        Decision(AlertStatus.IN_REVIEW, "travel"),
        Decision(AlertStatus.SNOOZED),
        Decision(AlertStatus.IN_REVIEW, until=clock.now() + timedelta(hours=1)),
        Decision(AlertStatus.SNOOZED, until=clock.now() - timedelta(hours=1)),
        Decision(AlertStatus.SNOOZED, until=clock.now() + timedelta(days=31)),
        Decision(AlertStatus.IN_REVIEW, note="n" * 2_001),
        Decision(AlertStatus.IN_REVIEW, note="a\0b"),
    ],
)
def test_a_decision_that_says_too_little_or_too_much_is_refused(db: Session, decision: Decision) -> None:
    bank = make_bank(db)
    alert = make_alert(db, bank)
    with pytest.raises(UserError):
        decide(make_person(db, bank), looked(alert), decision)
    assert fresh(db, alert).version == 1


def test_a_move_that_the_graph_does_not_know_is_refused(db: Session) -> None:
    bank = make_bank(db)
    alert = make_alert(db, bank, status=AlertStatus.FALSE_POSITIVE)
    with pytest.raises(ConflictError, match="cannot go from false_positive to confirmed_fraud"):
        decide(make_person(db, bank), looked(alert), FRAUD)


def test_who_may_not_decide_or_sees_another_bank_changes_nothing(db: Session) -> None:
    bank, other = make_bank(db), make_bank(db)
    alert = make_alert(db, bank)
    with pytest.raises(ForbiddenError):
        decide(make_person(db, bank, role=Role.VIEWER), looked(alert), FRAUD)
    with pytest.raises(ForbiddenError):
        add_note(make_person(db, bank, role=Role.VIEWER), alert.alert_id, "x")
    # Scope itself is tested committed; here the number alone is foreign.
    with pytest.raises(NotFoundError):
        decide(make_person(db, other), [Looked(2**40, 1)], FRAUD)
    assert fresh(db, alert).version == 1


def test_undo_restores_the_alert_and_the_label_exactly(db: Session) -> None:
    bank = make_bank(db)
    payment = make_transaction(db, bank)
    alert = make_alert(db, bank, payment)
    ana = make_person(db, bank)
    states, labels, steps = [], [], []
    sleep = Decision(AlertStatus.SNOOZED, until=clock.now() + timedelta(hours=4))
    for decision in (sleep, FRAUD, REVIEW, GENUINE, REVIEW, Decision(AlertStatus.CONFIRMED_FRAUD, "mule")):
        states.append(state(db, alert))
        labels.append(label_of(db, payment))
        steps.append(moved(db, ana, alert, decision).done[0].event_id)
    assert label_of(db, payment) == (True, "mule", "mule")
    for step, was, said in reversed(list(zip(steps, states, labels, strict=True))):
        undo(ana, step)
        assert state(db, alert) == was
        assert label_of(db, payment) == said
    assert fresh(db, alert).version == 13
    assert count(db, "alert_events") == count(db, "audit_log") == 12
    assert count(db, "fraud_labels") == 6  # three decisions, three times said again


def test_undo_of_a_first_decision_withdraws_its_label(db: Session) -> None:
    bank = make_bank(db)
    payment = make_transaction(db, bank, is_fraud=False)
    alert = make_alert(db, bank, payment)
    ana = make_person(db, bank)
    step = moved(db, ana, alert, FRAUD).done[0].event_id
    assert label_of(db, payment)[0] is True
    undo(ana, step)
    assert label_of(db, payment)[0] is False  # the import's word counts again
    last = db.scalars(select(FraudLabel).order_by(FraudLabel.label_id.desc())).first()
    assert last is not None
    assert (last.is_fraud, last.source) == (None, LabelSource.ANALYST)


def test_a_label_given_past_the_alert_survives_the_undo(db: Session) -> None:
    bank = make_bank(db)
    payment = make_transaction(db, bank)
    alert = make_alert(db, bank, payment)
    ana = make_person(db, bank)
    step = moved(db, ana, alert, FRAUD).done[0].event_id
    set_label(db, bank.bank_id, payment.transaction_id, is_fraud=False, by=ana.user_id)
    undo(ana, step)
    assert fresh(db, alert).status is AlertStatus.NEW
    assert label_of(db, payment)[0] is False


def test_only_the_last_change_may_be_taken_back_and_once(db: Session) -> None:
    bank = make_bank(db)
    alert = make_alert(db, bank)
    ana = make_person(db, bank, full_name="Ana Lima")
    first = moved(db, ana, alert, REVIEW).done[0].event_id
    second = moved(db, ana, alert, FRAUD).done[0].event_id
    with pytest.raises(ConflictError, match="Ana Lima changed alert"):
        undo(ana, first)
    undo(ana, second)
    with pytest.raises(ConflictError, match="taken back already"):
        undo(ana, second)
    undo(ana, first)
    assert fresh(db, alert).status is AlertStatus.NEW


def test_undo_is_for_a_day_and_for_ones_own(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    bank = make_bank(db)
    alert = make_alert(db, bank)
    ana, bea = make_person(db, bank), make_person(db, bank)
    step = moved(db, ana, alert, FRAUD).done[0].event_id
    with pytest.raises(ForbiddenError):
        undo(bea, step)
    later = clock.now() + timedelta(hours=24, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    with pytest.raises(ConflictError, match="24 hours"):
        undo(ana, step)
    monkeypatch.undo()
    undo(make_person(db, bank, role=Role.LEAD), step)
    assert fresh(db, alert).status is AlertStatus.NEW
    with pytest.raises(NotFoundError):
        undo(ana, 2**40)


def test_bulk_moves_the_frozen_set_and_names_the_exceptions(db: Session) -> None:
    bank = make_bank(db)
    alerts = [make_alert(db, bank) for _ in range(5)]
    ana, bea = make_person(db, bank), make_person(db, bank, full_name="Bea Costa")
    frozen = [*looked(*alerts), Looked(2**40, 1)]
    decide(bea, looked(alerts[1]), REVIEW)
    decided = make_alert(db, bank, status=AlertStatus.FALSE_POSITIVE)
    outcome = decide(ana, [*frozen, *looked(decided)], FRAUD)
    assert {each.alert_id for each in outcome.done} == {alerts[each].alert_id for each in (0, 2, 3, 4)}
    why = {each.alert_id: str(each.why) for each in outcome.left}
    assert set(why) == {alerts[1].alert_id, decided.alert_id, 2**40}
    assert "Bea Costa" in why[alerts[1].alert_id]
    assert "cannot go" in why[decided.alert_id]
    assert outcome.batch is not None
    again = undo_batch(ana, outcome.batch)
    assert len(again.done) == 4
    assert {fresh(db, alerts[each]).status for each in (0, 2, 3, 4)} == {AlertStatus.NEW}
    assert db.scalar(text("select count(*) from transactions where is_fraud is not null")) == 0


def test_undo_of_a_batch_leaves_what_changed_again(db: Session) -> None:
    bank = make_bank(db)
    alerts = [make_alert(db, bank) for _ in range(3)]
    ana = make_person(db, bank)
    outcome = decide(ana, looked(*alerts), FRAUD)
    assert outcome.batch is not None
    moved(db, ana, alerts[0], REVIEW)
    again = undo_batch(ana, outcome.batch)
    assert [each.alert_id for each in again.left] == [alerts[0].alert_id]
    assert [fresh(db, each).status for each in alerts] == ["in_review", "new", "new"]


def test_an_alert_is_taken_given_and_given_back(db: Session) -> None:
    bank, other = make_bank(db), make_bank(db)
    alert = make_alert(db, bank)
    ana, lead = make_person(db, bank), make_person(db, bank, role=Role.LEAD)
    stranger = make_person(db, other)
    step = assign(ana, looked(alert), ana.user_id).done[0]
    assert fresh(db, alert).assignee == ana.user_id
    with pytest.raises(ForbiddenError):
        assign(ana, [Looked(alert.alert_id, step.version)], lead.user_id)
    with pytest.raises(UserError, match="does not work for the bank"):
        assign(lead, [Looked(alert.alert_id, step.version)], stranger.user_id)
    undo(ana, step.event_id)
    assert fresh(db, alert).assignee is None


def test_only_a_lead_takes_or_unassigns_a_colleague_s_alert(db: Session) -> None:
    bank = make_bank(db)
    ana, bea = (make_person(db, bank, full_name=name) for name in ("Ana Lima", "Bea Costa"))
    lead = make_person(db, bank, role=Role.LEAD)
    alerts = [make_alert(db, bank, assignee=whose) for whose in (bea.user_id, ana.user_id, None)]
    for to in (ana.user_id, None):
        with pytest.raises(ForbiddenError, match="is Bea Costa’s: only a lead"):
            assign(ana, looked(alerts[0]), to)
    assert count(db, "alert_events") == count(db, "audit_log") == 0
    taken = assign(ana, looked(*alerts), ana.user_id)
    assert [each.alert_id for each in taken.left] == [alerts[0].alert_id]
    assert [fresh(db, each).assignee for each in alerts] == [bea.user_id, ana.user_id, ana.user_id]
    assign(ana, looked(fresh(db, alerts[1])), None)
    assign(lead, looked(fresh(db, alerts[0])), None)
    assert {fresh(db, each).assignee for each in alerts[:2]} == {None}


def test_a_note_changes_nothing_but_the_history(db: Session) -> None:
    bank = make_bank(db)
    alert = make_alert(db, bank)
    ana = make_person(db, bank)
    number = add_note(ana, alert.alert_id, "called, no answer")
    assert fresh(db, alert).version == 1
    with pytest.raises(UserError, match="empty"):
        add_note(ana, alert.alert_id, "  ")
    with pytest.raises(ConflictError):
        undo(ana, number)


def test_at_most_five_hundred_alerts_are_changed_at_once(db: Session) -> None:
    ana = make_person(db, make_bank(db))
    for many in ([], [Looked(each, 1) for each in range(501)], [Looked(1, 1), Looked(1, 1)]):
        with pytest.raises(UserError, match="from 1 to 500"):
            decide(ana, many, FRAUD)
