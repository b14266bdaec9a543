"""Alerts in a list: those whose opening payment is in a selection, by state, severity and person."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.connection import bank_ids
from database.queries.selected import where
from database.segments.selection import Selection
from models.alerts import AlertStatus, Severity

MOST_COUNTED: Final = 10_000
"""Up to this many open alerts are counted exactly where the count is asked for every other second."""

NOBODY: Final = 0
"""Stands for "assigned to nobody" where a person's number is expected."""


class AlertOrder(StrEnum):
    """In which order alerts are listed."""

    LOSS = "loss"
    NEWEST = "newest"
    AMOUNT = "amount"
    SCORE = "score"


class Standing(StrEnum):
    """Whether alerts still ask for something; a snoozed one does again when its time is up."""

    OPEN = "open"
    SNOOZED = "snoozed"
    DECIDED = "decided"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Choice:
    """Which alerts of a selection: all statuses of a standing, or those named; no set means any."""

    standing: Standing = Standing.OPEN
    statuses: frozenset[AlertStatus] = frozenset()
    severities: frozenset[Severity] = frozenset()
    assignees: frozenset[int] = frozenset()
    order: AlertOrder = AlertOrder.LOSS


@dataclass(frozen=True, slots=True)
class ListedAlert:
    """An alert as a line of a list, with its opening payment; `payments` counts what it is about.

    `reason_params` are those that are stored, and the opening payment's `transaction_type`.
    """

    bank_id: int
    alert_id: int
    version: int
    status: AlertStatus
    severity: Severity
    fraud_probability: float
    expected_loss_e4: int
    reason_code: str
    reason_params: dict[str, Any]
    snoozed_until: datetime | None
    created_at: datetime
    transaction_id: str
    timestamp: datetime
    amount: Decimal
    currency: str
    amount_base_e4: int | None
    customer_id: str | None
    customer: str | None
    assignee: int | None
    assigned: str | None
    payments: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of the list ended."""

    value: datetime | float
    alert_id: int


@dataclass(frozen=True, slots=True)
class Group:
    """How many alerts stand so, and what is likely lost in them; `assignee` is None for nobody's."""

    standing: Standing
    status: AlertStatus
    severity: Severity
    assignee: int | None
    count: int
    expected_loss_e4: int


@dataclass(frozen=True, slots=True)
class News:
    """How many alerts are open, how many of them came after one that is known, and the newest of all."""

    open: int
    arrived: int
    newest: int


_STANDING: Final = """case
    when a.status in ('confirmed_fraud', 'false_positive') then 'decided'
    when a.status = 'snoozed' and a.snoozed_until > :now then 'snoozed' else 'open' end"""
_VALUES: Final = {
    AlertOrder.LOSS: "a.expected_loss_e4",
    AlertOrder.NEWEST: "a.created_at",
    AlertOrder.AMOUNT: "coalesce(t.amount_base_e4, 0)",
    AlertOrder.SCORE: "a.fraud_probability",
}
_KINDS: Final = {
    AlertOrder.LOSS: "bigint",
    AlertOrder.NEWEST: "timestamptz",
    AlertOrder.AMOUNT: "bigint",
    AlertOrder.SCORE: "double precision",
}
_FROM: Final = """
from alerts a join transactions t on t.bank_id = a.bank_id and t.transaction_id = a.transaction_id"""
_LINE: Final = """
select a.bank_id, a.alert_id, a.version, a.status, a.severity, a.fraud_probability, a.expected_loss_e4,
    a.reason_code, a.reason_params || jsonb_build_object('transaction_type', t.transaction_type),
    a.snoozed_until, a.created_at, t.transaction_id, t."timestamp", t.amount,
    t.currency, t.amount_base_e4, a.customer_id,
    (select nullif(concat_ws(' ', c.first_name, c.last_name), '') from customers c
        where c.bank_id = a.bank_id and c.customer_id = a.customer_id),
    a.assignee,
    (select coalesce(nullif(u.full_name, ''), u.username) from users u where u.user_id = a.assignee),
    (select count(*)::int from alert_transactions m
        where m.bank_id = a.bank_id and m.alert_id = a.alert_id)"""


def alert_rows(
    session: Session,
    selection: Selection,
    choice: Choice,
    *,
    now: datetime,
    limit: int,
    after: Place | None = None,
) -> tuple[ListedAlert, ...]:
    """Return the next alerts of a choice, the highest value first."""
    value = _VALUES[choice.order]
    clauses, given = _clauses(session, selection, choice, now)
    if after is not None:
        clauses.append(f"({value}, a.alert_id) < (cast(:behind as {_KINDS[choice.order]}), :behind_id)")
        given |= {"behind": after.value, "behind_id": after.alert_id}
    statement = f"""{_LINE}{_FROM}
        where {" and ".join(clauses)} order by {value} desc, a.alert_id desc limit :limit"""
    found = session.execute(text(statement), {**given, "limit": limit})
    return tuple(_listed(row) for row in found)


def one_row(session: Session, alert_id: int) -> ListedAlert | None:
    """Return one alert of the scope as a line."""
    statement = f"{_LINE}{_FROM} where a.bank_id = any(:banks) and a.alert_id = :alert_id"
    row = session.execute(
        text(statement), {"banks": list(bank_ids(session)), "alert_id": alert_id}
    ).one_or_none()
    return None if row is None else _listed(row)


def place_of(row: ListedAlert, order: AlertOrder) -> Place:
    """Return where a list goes on behind a row."""
    values: dict[AlertOrder, datetime | float] = {
        AlertOrder.LOSS: row.expected_loss_e4,
        AlertOrder.NEWEST: row.created_at,
        AlertOrder.AMOUNT: row.amount_base_e4 or 0,
        AlertOrder.SCORE: row.fraud_probability,
    }
    return Place(values[order], row.alert_id)


def groups(session: Session, selection: Selection, *, now: datetime) -> tuple[Group, ...]:
    """Count the alerts of a selection by all that they may be chosen by."""
    clauses, given = _clauses(session, selection, Choice(standing=Standing.ALL), now)
    statement = f"""
        select {_STANDING}, a.status, a.severity, a.assignee, count(*)::int, sum(a.expected_loss_e4)::bigint
        {_FROM} where {" and ".join(clauses)} group by 1, 2, 3, 4"""
    return tuple(
        Group(Standing(standing), AlertStatus(status), Severity(severity), assignee, number, loss)
        for standing, status, severity, assignee, number, loss in session.execute(
            text(statement), {**given, "now": now}
        )
    )


def versions(
    session: Session, selection: Selection, choice: Choice, *, now: datetime, limit: int
) -> tuple[tuple[int, int], ...]:
    """Return number and version of the first alerts of a choice: a set that may be frozen."""
    clauses, given = _clauses(session, selection, choice, now)
    statement = f"""select a.alert_id, a.version {_FROM} where {" and ".join(clauses)}
        order by {_VALUES[choice.order]} desc, a.alert_id desc limit :limit"""
    return tuple((row[0], row[1]) for row in session.execute(text(statement), {**given, "limit": limit}))


def lines_of(session: Session, alert_ids: Collection[int]) -> tuple[ListedAlert, ...]:
    """Return those alerts of the scope that there are, as lines."""
    statement = f"{_LINE}{_FROM} where a.bank_id = any(:banks) and a.alert_id = any(:ids) order by a.alert_id"
    given = {"banks": list(bank_ids(session)), "ids": list(alert_ids)}
    return tuple(_listed(row) for row in session.execute(text(statement), given))


_NEWS: Final = text(f"""
with open as materialized (
    select a.alert_id from alerts a
    where a.bank_id = any(:banks) and (a.status in ('new', 'in_review', 'escalated')
        or a.status = 'snoozed' and a.snoozed_until <= :now)
    limit {MOST_COUNTED}
)
select (select count(*)::int from open), (select count(*)::int from open where alert_id > :known),
    coalesce((select max(newest) from unnest(cast(:banks as int[])) as scope (bank_id) cross join lateral (
        select max(a.alert_id) as newest from alerts a where a.bank_id = scope.bank_id) own), 0)
""")


def news(session: Session, *, now: datetime, known: int) -> News:
    """Count the open alerts of the scope; `known` is the newest alert that the reader knows."""
    given = {"banks": list(bank_ids(session)), "now": now, "known": known}
    return News(*session.execute(_NEWS, given).one())


def _clauses(
    session: Session, selection: Selection, choice: Choice, now: datetime
) -> tuple[list[str], dict[str, Any]]:
    condition = where(selection)
    scope = [bank_id for bank_id in bank_ids(session) if bank_id in selection.bank_ids]
    clauses = ["a.bank_id = any(:banks)", condition.sql]
    given: dict[str, Any] = {**condition.given, "banks": scope}
    if choice.statuses:
        clauses.append("a.status = any(:statuses)")
        given["statuses"] = sorted(choice.statuses)
    elif choice.standing is not Standing.ALL:
        clauses.append(f"{_STANDING} = :standing")
        given |= {"standing": choice.standing, "now": now}
    if choice.severities:
        clauses.append("a.severity = any(:severities)")
        given["severities"] = sorted(choice.severities)
    if choice.assignees:
        clauses.append("coalesce(a.assignee, 0) = any(:assignees)")
        given["assignees"] = sorted(choice.assignees)
    return clauses, given


def _listed(row: Sequence[Any]) -> ListedAlert:
    values = list(row)
    values[3], values[4] = AlertStatus(values[3]), Severity(values[4])
    return ListedAlert(*values)
