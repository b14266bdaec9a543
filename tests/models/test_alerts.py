"""The alert's life: its graph by hand, and what a move leaves behind."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from models.alerts import TRANSITIONS, Alert, AlertStatus, Severity
from models.errors import ConflictError

NOW = datetime(2024, 3, 4, 12, 0, tzinfo=UTC)
LATER = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)

# Typed from CATALOGUE.md, section 2.
GRAPH = {
    "new": {"in_review", "escalated", "snoozed", "confirmed_fraud", "false_positive"},
    "in_review": {"new", "escalated", "snoozed", "confirmed_fraud", "false_positive"},
    "escalated": {"in_review", "snoozed", "confirmed_fraud", "false_positive"},
    "snoozed": {"new", "in_review", "escalated", "confirmed_fraud", "false_positive"},
    "confirmed_fraud": {"in_review"},
    "false_positive": {"in_review"},
}
MOVES = [(before, after) for before in GRAPH for after in GRAPH]


def an_alert(status: str = "new") -> Alert:
    return Alert(
        bank_id=1,
        alert_id=7,
        transaction_id="t",
        severity=Severity.HIGH,
        status=AlertStatus(status),
        fraud_probability=0.9,
        expected_loss_e4=1,
        reason_code="amount",
        reason_params={},
        version=3,
    )


def test_the_graph_is_the_catalogues() -> None:
    assert {
        before.value: {after.value for after in afters} for before, afters in TRANSITIONS.items()
    } == GRAPH


@pytest.mark.parametrize(("before", "after"), MOVES)
def test_a_move_is_possible_exactly_where_the_graph_has_it(before: str, after: str) -> None:
    alert = an_alert(before)
    until = LATER if after == "snoozed" else None
    if after in GRAPH[before]:
        alert.move_to(AlertStatus(after), by=5, at=NOW, until=until)
        assert (alert.status, alert.version) == (after, 4)
    else:
        with pytest.raises(ConflictError, match=f"from {before} to {after}"):
            alert.move_to(AlertStatus(after), by=5, at=NOW, until=until)
        assert (alert.status, alert.version) == (before, 3)


def test_a_move_returns_the_event_that_tells_of_it() -> None:
    event = an_alert().move_to(AlertStatus.CONFIRMED_FRAUD, by=5, at=NOW, reason="called", note="Said so.")
    assert (event.bank_id, event.alert_id, event.kind) == (1, 7, "status")
    assert (event.from_status, event.to_status) == (AlertStatus.NEW, AlertStatus.CONFIRMED_FRAUD)
    assert (event.by, event.at, event.reason, event.note) == (5, NOW, "called", "Said so.")


def test_a_decision_closes_and_a_reopening_opens_again() -> None:
    alert = an_alert()
    alert.move_to(AlertStatus.FALSE_POSITIVE, by=5, at=NOW)
    assert alert.closed_at == NOW
    alert.move_to(AlertStatus.IN_REVIEW, by=5, at=LATER)
    assert alert.closed_at is None


def test_only_a_snoozed_alert_sleeps_and_it_says_until_when() -> None:
    alert = an_alert()
    with pytest.raises(ConflictError, match="until when"):
        alert.move_to(AlertStatus.SNOOZED, by=5, at=NOW)
    with pytest.raises(ConflictError, match="until when"):
        alert.move_to(AlertStatus.IN_REVIEW, by=5, at=NOW, until=LATER)
    alert.move_to(AlertStatus.SNOOZED, by=5, at=NOW, until=LATER)
    assert alert.snoozed_until == LATER
    alert.move_to(AlertStatus.NEW, by=None, at=LATER)
    assert alert.snoozed_until is None
