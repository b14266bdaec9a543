"""The alert list: what an address means, every count and order against plain Python, page by page."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from dashboard import clock
from dashboard.alerts import listing
from dashboard.alerts.choice import AlertAddress
from dashboard.alerts.detail import alert_detail, read_number
from dashboard.alerts.listing import alerts_of, counted, frozen, more_alerts
from models.access import Person
from models.alerts import Alert, AlertStatus, Severity
from tests.alerting import make_alert, make_person
from tests.factories import NOON, make_bank, make_customer, make_merchant, make_transaction

NOW = clock.now()


def world(db: Session, number: int = 40) -> tuple[Person, list[Alert], dict[int, Any]]:
    """Alerts of every status, severity and person, the opening payments online or not."""
    randomness = random.Random(7)
    bank = make_bank(db)
    ana, bea = make_person(db, bank), make_person(db, bank)
    customer = make_customer(db, bank, first_name="Ana", last_name="Lima")
    alerts, payments = [], {}
    for each in range(number):
        payment = make_transaction(
            db,
            bank,
            customer=customer,
            amount=randomness.randint(1, 900),
            timestamp=NOON + timedelta(hours=each),
            channel=randomness.choice(("online", "pos")),
        )
        status = randomness.choice(list(AlertStatus))
        alert = make_alert(
            db,
            bank,
            payment,
            severity=randomness.choice(list(Severity)),
            fraud_probability=randomness.random(),
            expected_loss_e4=randomness.randint(1, 20) * 10_000,
            status=status,
            assignee=randomness.choice((None, ana.user_id, bea.user_id)),
            created_at=NOON + timedelta(minutes=randomness.randint(0, 9)),
        )
        if status is AlertStatus.SNOOZED:
            alert.snoozed_until = NOW + timedelta(hours=1 if each % 2 else -1)
        alerts.append(alert)
        payments[alert.alert_id] = payment
    db.flush()
    return ana, alerts, payments


def standing(alert: Alert) -> str:
    if alert.status in {"confirmed_fraud", "false_positive"}:
        return "decided"
    is_asleep = alert.status == "snoozed" and alert.snoozed_until is not None and alert.snoozed_until > NOW
    return "snoozed" if is_asleep else "open"


VALUES: dict[str, Any] = {
    "loss": lambda alert, _: alert.expected_loss_e4,
    "newest": lambda alert, _: alert.created_at,
    "amount": lambda _, payment: payment.amount,
    "score": lambda alert, _: alert.fraud_probability,
}


@pytest.mark.parametrize("sort", VALUES)
@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", lambda a, p, me: standing(a) == "open"),
        ("status=decided", lambda a, p, me: standing(a) == "decided"),
        ("status=all", lambda a, p, me: True),
        ("status=snoozed", lambda a, p, me: a.status == "snoozed"),
        ("status=new&status=escalated", lambda a, p, me: a.status in {"new", "escalated"}),
        (
            "severity=high&severity=low",
            lambda a, p, me: standing(a) == "open" and a.severity in {"high", "low"},
        ),
        ("assignee=me", lambda a, p, me: standing(a) == "open" and a.assignee == me),
        ("assignee=none&status=all", lambda a, p, me: a.assignee is None),
        ("channel=online&status=all", lambda a, p, me: p.channel == "online"),
        ("amount=100..500&status=all", lambda a, p, me: 100 <= p.amount <= 500),
    ],
)
def test_a_list_holds_exactly_its_alerts_in_their_order(
    db: Session, monkeypatch: pytest.MonkeyPatch, query: str, wanted: Any, sort: str
) -> None:
    ana, alerts, payments = world(db)
    monkeypatch.setattr(listing, "BLOCK", 7)
    chosen = [alert for alert in alerts if wanted(alert, payments[alert.alert_id], ana.user_id)]
    expected = sorted(chosen, key=lambda a: (VALUES[sort](a, payments[a.alert_id]), a.alert_id), reverse=True)
    address = f"range=all&{query}&sort={sort}"
    found = alerts_of(ana, address, now=NOW)
    assert not found.problems
    ids = [row.alert_id for row in found.first.rows]
    after = found.first.after
    while after:
        _, block = more_alerts(ana, address, after, now=NOW)
        ids += [row.alert_id for row in block.rows]
        after = block.after
    assert ids == [alert.alert_id for alert in expected]
    total = (len(chosen), sum(alert.expected_loss_e4 for alert in chosen))
    assert counted(found.groups, found.address.choice(ana.user_id)) == total
    assert frozen(ana, address, now=NOW) == tuple((alert.alert_id, alert.version) for alert in expected)


def test_the_count_of_the_navigation_is_that_of_the_open_ones(db: Session) -> None:
    ana, alerts, _ = world(db)
    found = alerts_of(ana, "range=all", now=NOW)
    assert found.news.open == sum(standing(alert) == "open" for alert in alerts)
    assert found.news.newest == max(alert.alert_id for alert in alerts)


@pytest.mark.parametrize(
    "query",
    [
        "status=closed",
        "severity=9",
        "assignee=-1",
        "assignee=" + "9" * 99,
        "sort=x",
        "status=new&status=open",
    ],
)
def test_what_cannot_be_meant_is_said_and_left_out(query: str) -> None:
    address, problems = AlertAddress.understood(query)
    assert address == AlertAddress()
    assert len(problems) == 1


def test_an_address_reads_back_what_it_writes() -> None:
    for query in ("", "status=decided", "status=escalated&status=new&severity=high&assignee=me&sort=newest"):
        address, problems = AlertAddress.understood(query)
        assert not problems
        assert address.to_query() == query


@pytest.mark.parametrize("query", ["%ff", "a" * 9_000, "&".join(f"status=x{n}" for n in range(99))])
def test_a_hostile_address_gives_a_working_list(db: Session, query: str) -> None:
    ana, _, _ = world(db, 3)
    assert alerts_of(ana, query, now=NOW).problems


def test_the_page_of_an_alert_tells_its_payments_and_the_alike(db: Session) -> None:
    bank = make_bank(db)
    ana, customer = make_person(db, bank), make_customer(db, bank)
    shop = make_merchant(db, bank, "m", name="Corner")
    paid = [
        make_transaction(db, bank, customer=customer, merchant=shop, timestamp=NOON + timedelta(days=each))
        for each in (0, 50, 89, 100)
    ]
    alert = make_alert(db, bank, *paid[2:])
    outcomes = (AlertStatus.CONFIRMED_FRAUD, AlertStatus.FALSE_POSITIVE, AlertStatus.NEW)
    others = [make_alert(db, bank, status=each) for each in outcomes]
    for each in others[:2]:
        each.closed_at = NOW
    db.flush()
    found = alert_detail(ana, alert.alert_id, now=NOW)
    assert found is not None
    assert [each.transaction_id for each in found.payments] == [
        paid[2].transaction_id,
        paid[3].transaction_id,
    ]
    assert found.merchants == {"m": "Corner"}
    assert [dot.transaction_id for dot in found.strip] == [each.transaction_id for each in paid[1:]]
    assert {each.alert_id for each in found.alike} == {each.alert_id for each in others[:2]}
    assert alert_detail(ana, 2**40, now=NOW) is None
    assert (read_number("A12"), read_number("12"), read_number("x"), read_number("9" * 30)) == (12, 12, 0, 0)
