"""Eight clients change alerts at once, then all is taken back: states equal, nothing lost, nothing doubled.

    python -m tests.proofs.status_changes --sequences 1000 --seed 1

A sequence is what an analyst does with an alert: one to six random moves, some from a stale look, some of
several alerts together, some taken back at once. Every change that was acknowledged has exactly one step,
one audit row and, where it decides, one label per payment; what was refused has none. Then every change
that stands is taken back, the last one first: alerts and labels are what they were, and segments equal rows.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from dashboard import clock
from dashboard.alerts.assigning import assign
from dashboard.alerts.decisions import LABELS, Decision, Looked, Outcome, decide
from dashboard.alerts.names import REASONS
from dashboard.alerts.undoing import undo
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from database.segments.check import check
from models.access import Person, Role
from models.alerts import TRANSITIONS, AlertStatus
from models.errors import ConflictError
from tests.alerting import make_alert, make_person
from tests.factories import NOON, make_bank, make_customer, make_transaction
from tests.proofs.own_server import own_server

CLIENTS = 8
ALERTS = 60
STATE = "select alert_id, status, assignee, snoozed_until, closed_at from alerts order by alert_id"
ROWS = "select transaction_id, is_fraud, fraud_type, fraud_reason from transactions order by transaction_id"


@dataclass(slots=True)
class Told:
    """What one client was told: steps acknowledged (with the status decided, if any), and refusals."""

    steps: dict[int, AlertStatus | None] = field(default_factory=dict)
    refused: int = 0

    def note(self, outcome: Outcome, *, decided: AlertStatus | None) -> None:
        """Remember what was acknowledged."""
        for done in outcome.done:
            assert done.event_id not in self.steps, f"step {done.event_id} was acknowledged twice"
            self.steps[done.event_id] = decided
        self.refused += len(outcome.left)


@dataclass(frozen=True, slots=True)
class Proof:
    """What was proven: changes acknowledged, refused as stale, taken back on the way and at the end."""

    changes: int
    refused: int
    undone: int


def prepare(code: str) -> list[Person]:
    """Make a bank with alerts, some about two payments, some labelled before; and the people who decide."""
    with get_db_session() as session:
        bank = make_bank(session, code)
        people = [make_person(session, bank, role=Role.LEAD) for _ in range(CLIENTS)]
    with get_db_session([code]) as session:
        customer = make_customer(session, bank)
        for number in range(ALERTS):
            label = (None, None, True, False)[number % 4]
            payments = [
                make_transaction(
                    session,
                    bank,
                    f"p-{number}-{each}",
                    customer=customer,
                    timestamp=NOON + timedelta(hours=number),
                    is_fraud=label,
                )
                for each in range(1 + (number % 7 == 0))
            ]
            make_alert(session, bank, *payments)
    return people


def sequence(person: Person, told: Told, randomness: random.Random) -> None:
    """Do what an analyst does with an alert."""
    (bank,) = person.banks
    rows = execute_query("select alert_id, version, status from alerts", banks=[bank])
    chosen = randomness.sample(rows, k=1 if randomness.random() < 0.8 else 5)
    for _ in range(randomness.randint(1, 6)):
        try:
            _change(person, chosen, told, randomness)
        except ConflictError:
            told.refused += 1
        if randomness.random() < 0.7:
            ids = [row["alert_id"] for row in chosen]
            statement = "select alert_id, version, status from alerts where alert_id = any(:ids)"
            chosen = execute_query(statement, {"ids": ids}, banks=[bank])


def _change(person: Person, chosen: Sequence[dict[str, Any]], told: Told, randomness: random.Random) -> None:
    looked = [Looked(row["alert_id"], row["version"]) for row in chosen]
    kind = randomness.random()
    if kind < 0.15 and told.steps:
        told.note(undo(person, randomness.choice(list(told.steps)[-5:])), decided=None)
    elif kind < 0.25:
        told.note(assign(person, looked, randomness.choice((person.user_id, None))), decided=None)
    else:
        status = randomness.choice(sorted(TRANSITIONS[AlertStatus(chosen[0]["status"])]))
        reasons = REASONS.get(status)
        decision = Decision(
            status,
            randomness.choice(reasons).code if reasons else None,
            randomness.choice((None, "a note")),
            clock.now() + timedelta(hours=1) if status is AlertStatus.SNOOZED else None,
        )
        told.note(decide(person, looked, decision), decided=status if status in LABELS else None)


def prove(sequences: int, seed: int, code: str = "status") -> Proof:
    """Run sequences by eight clients at once, compare, take everything back, compare again."""
    people = prepare(code)
    alerts, rows = _read(STATE, code), _read(ROWS, code)
    labels = _number("select count(*)::int as n from fraud_labels", code)

    def client(number: int) -> Told:
        told, randomness = Told(), random.Random(seed * CLIENTS + number)
        for _ in range(number, sequences, CLIENTS):
            sequence(people[number], told, randomness)
        return told

    with ThreadPoolExecutor(CLIENTS) as pool:
        everyone = list(pool.map(client, range(CLIENTS)))
    steps = {step: decided for told in everyone for step, decided in told.steps.items()}
    assert len(steps) == sum(len(told.steps) for told in everyone), "two clients were told of one step"
    _compare_records(code, steps, labels)
    undone = _take_everything_back(code, people[0])
    assert _read(STATE, code) == alerts, "an alert is not what it was"
    assert _read(ROWS, code) == rows, "a label is not what it was"
    with owner_session(snapshot=True) as session:
        assert check(session).agree, "segments differ from rows"
    return Proof(len(steps), sum(told.refused for told in everyone), undone)


def _compare_records(code: str, steps: dict[int, AlertStatus | None], labels_before: int) -> None:
    """Each acknowledged change has one step, one audit row and its labels; there is nothing else."""
    events = _read("select alert_event_id, alert_id, kind, undoes from alert_events", code)
    assert Counter(row["alert_event_id"] for row in events) == Counter(list(steps)), (
        "steps differ from changes"
    )
    audit = _read(
        "select (details ->> 'event')::bigint as step from audit_log where object_type = 'alert'"
        " and bank_id = (select bank_id from banks where code = :code)",
        code,
    )
    assert Counter(row["step"] for row in audit) == Counter(list(steps)), "audit rows differ from changes"
    members = Counter(row["alert_id"] for row in _read("select alert_id from alert_transactions", code))
    of = {row["alert_event_id"]: row for row in events}
    wanted: Counter[int] = Counter()
    for step, decided in steps.items():
        labels_again = steps.get(of[step]["undoes"]) is not None
        if decided is not None or labels_again:
            wanted[step] = members[of[step]["alert_id"]]
    said = _read("select alert_event_id from fraud_labels where alert_event_id is not null", code)
    assert Counter(row["alert_event_id"] for row in said) == wanted, "labels differ from decisions"
    total = _number("select count(*)::int as n from fraud_labels", code)
    assert total == labels_before + sum(wanted.values()), "a label came from nowhere"


def _take_everything_back(code: str, person: Person) -> int:
    """Take back every change that stands, the last one first."""
    standing = _read(
        "select alert_event_id from alert_events e where kind in ('status', 'assign') and not exists"
        " (select from alert_events u where u.bank_id = e.bank_id and u.undoes = e.alert_event_id)"
        " order by alert_event_id desc",
        code,
    )
    for row in standing:
        undo(person, row["alert_event_id"])
    return len(standing)


def _read(statement: str, code: str) -> list[dict[str, Any]]:
    return execute_query(statement, {"code": code}, banks=[code])


def _number(statement: str, code: str) -> int:
    return int(_read(statement, code)[0]["n"])


def main() -> int:
    """Run the proof on an embedded server of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sequences", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with own_server():
        proof = prove(options.sequences, options.seed)
    sys.stdout.write(
        f"{options.sequences} sequences by {CLIENTS} clients, seed {options.seed}: {proof.changes} changes,"
        f" {proof.refused} refused, {proof.undone} taken back at the end; every state as before\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
