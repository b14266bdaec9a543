"""One merged timeline of a customer or merchant: payments, labels, alerts and their steps, newest first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.queries.party_pages import OTHER, Party

RECENT: Final = 200
"""A party's newest payments, whose labels and alerts stand in the timeline."""

LEAST_TOGETHER: Final = 3
"""Fewer labels of one import, or alerts of one run, stay lines of their own."""


class Kind(StrEnum):
    """What happened."""

    PAYMENT = "payment"
    LABEL = "label"
    ALERT = "alert"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a timeline; what its kind does not have is None.

    `together` holds all that one import or one run said at once, itself the first; a few stay apart.
    """

    kind: Kind
    at: datetime
    transaction_id: str | None
    alert_id: int | None
    amount: Decimal | None
    currency: str | None
    other: str | None
    is_fraud: bool | None
    detail: str | None
    extra: str | None
    person: str | None
    together: tuple[Happening, ...] = ()


_STATEMENT: Final = """
with recent as materialized (
    select t.* from transactions t where t.bank_id = :bank_id and t.{party}_id = :id
    order by t."timestamp" desc, t.transaction_id desc limit {recent}
),
own as materialized (
    select a.* from alerts a where a.bank_id = :bank_id and {whose}
    order by a.created_at desc limit {recent}
),
events (story, kind, at, transaction_id, alert_id, amount, currency, other, is_fraud, detail, extra, person)
as (
    select 'p' || r.transaction_id, 'payment', r."timestamp", r.transaction_id, cast(null as bigint),
        r.amount, r.currency, {name}, r.is_fraud, r.channel, r.payment_method, cast(null as text)
    from recent r
    union all
    select case when l.source = 'import' then coalesce('d' || coalesce(l.dataset_id, r.dataset_id), 'i')
            when l.recorded_by is null then l.source || l.recorded_at else 'l' || l.label_id end,
        'label', l.recorded_at, l.transaction_id, null,
        r.amount, r.currency, {name}, l.is_fraud, l.source, l.reason,
        coalesce(nullif(u.full_name, ''), u.username)
    from recent r join fraud_labels l on l.bank_id = :bank_id and l.transaction_id = r.transaction_id
        left join users u on u.user_id = l.recorded_by
    union all
    select 'a' || a.created_at, 'alert', a.created_at, a.transaction_id, a.alert_id, null, null, null, null,
        a.severity, a.reason_code, null
    from own a
    union all
    select 'e' || e.alert_event_id, 'step', e.at, null, e.alert_id, null, null, null, null,
        coalesce(e.to_status, e.kind), coalesce(e.note, e.reason),
        coalesce(nullif(u.full_name, ''), u.username)
    from own a join alert_events e on e.bank_id = :bank_id and e.alert_id = a.alert_id
        left join users u on u.user_id = e.by
),
placed as (
    select dense_rank() over (order by newest desc, story) as place, told.*
    from (select max(at) over (partition by story) as newest, events.* from events) told
)
select place, kind, at, transaction_id, alert_id, amount, currency, other, is_fraud, detail, extra, person
from placed where place <= :limit
order by place, at desc, kind, transaction_id desc, alert_id desc"""
# {party}, {name} and {whose} are SQL of this module.


def timeline(
    session: Session, bank_id: int, party: Party, identity: str, *, limit: int = 60
) -> tuple[Happening, ...]:
    """Return what happened around a party, the newest first; what was said at once counts once."""
    other = OTHER[party]
    name = (
        "(select m.name from merchants m where m.bank_id = :bank_id and m.merchant_id = r.merchant_id)"
        if other == "merchant"
        else "r.customer_id"
    )
    whose = (
        "a.customer_id = :id"
        if party == "customer"
        else "a.transaction_id in (select transaction_id from recent)"
    )
    statement = _STATEMENT.format(recent=RECENT, party=party, name=name, whose=whose)
    found = session.execute(text(statement), {"bank_id": bank_id, "id": identity, "limit": limit})
    stories = groupby(found, key=attrgetter("place"))
    return tuple(
        line
        for _, rows in stories
        for line in _lines([Happening(Kind(kind), *rest) for _, kind, *rest in rows])
    )


def _lines(said: list[Happening]) -> list[Happening]:
    return said if len(said) < LEAST_TOGETHER else [replace(said[0], together=tuple(said))]
