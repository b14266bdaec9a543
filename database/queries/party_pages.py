"""What the pages of customers and merchants tell: weeks, places, counterparties, and who shares with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, Literal

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.queries.volume import VOLUME

Party = Literal["customer", "merchant"]
OTHER: Final[dict[Party, Party]] = {"customer": "merchant", "merchant": "customer"}
SHARED: Final = ("card_fingerprint", "device_id", "ip_address", "email_fingerprint")
MOST_DOTS: Final = 1_500
MOST_PLACES: Final = 400
_MOST_VALUES: Final = 12


@dataclass(frozen=True, slots=True)
class Reach:
    """When a party's first and last payments were; None without any."""

    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts of a party's payments in a time; volume in base units, other parties and devices distinct."""

    payments: int
    volume: Decimal
    unconverted: int
    others: int
    devices: int
    labelled: int
    frauds: int


@dataclass(frozen=True, slots=True)
class Dot:
    """One payment of the strip."""

    transaction_id: str
    at: datetime
    amount: float
    is_fraud: bool | None


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of a party's payments, counted back from its last: `number` 0 holds the last payment."""

    number: int
    payments: int
    median: float | None
    largest: float | None
    online: int
    night: int
    others: int


@dataclass(frozen=True, slots=True)
class PlaceCount:
    """Payments at one place, to a tenth of a degree."""

    latitude: float
    longitude: float
    city: str | None
    payments: int
    frauds: int


@dataclass(frozen=True, slots=True)
class Counterparty:
    """Whom a party pays or is paid by most; `name` is None for who may not see it."""

    identity: str
    name: str | None
    category: str | None
    payments: int
    volume: Decimal
    frauds: int
    labelled: int


@dataclass(frozen=True, slots=True)
class SharedValue:
    """A card, device, address or e-mail that other customers use too; counts are of the others alone."""

    kind: str
    value: str
    shown: str | None
    customers: int
    payments: int
    labelled: int
    frauds: int


def _of(party: Party) -> str:
    return (
        f't.bank_id = :bank_id and t.{party}_id = :id and t."timestamp" > :since and t."timestamp" <= :until'
    )


def reach(session: Session, bank_id: int, party: Party, identity: str) -> Reach | None:
    """Return when a party's first and last payments were."""
    statement = f"""select min(t."timestamp"), max(t."timestamp") from transactions t
        where t.bank_id = :bank_id and t.{party}_id = :id"""
    first, last = session.execute(text(statement), {"bank_id": bank_id, "id": identity}).one()
    return None if first is None else Reach(first, last)


def facts(
    session: Session, bank_id: int, party: Party, identity: str, since: datetime, until: datetime
) -> Facts:
    """Count a party's payments after a moment, up to another."""
    statement = f"""
        select count(*), coalesce(sum(t.amount_base) filter (where {VOLUME}), 0),
            count(*) filter (where {VOLUME} and t.amount_base is null),
            count(distinct t.{OTHER[party]}_id), count(distinct t.device_id),
            count(t.is_fraud), count(*) filter (where t.is_fraud)
        from transactions t where {_of(party)}"""
    return Facts(*session.execute(text(statement), _given(bank_id, identity, since, until)).one())


def dots(
    session: Session, bank_id: int, party: Party, identity: str, since: datetime, until: datetime
) -> tuple[Dot, ...]:
    """Return a party's payments with an amount in base units, at most the newest 1,500, the oldest first."""
    statement = f"""
        select t.transaction_id, t."timestamp", cast(t.amount_base as double precision), t.is_fraud
        from transactions t where {_of(party)} and t.amount_base > 0
        order by t."timestamp" desc, t.transaction_id desc limit {MOST_DOTS}"""
    found = session.execute(text(statement), _given(bank_id, identity, since, until))
    return tuple(Dot(*row) for row in found)[::-1]


def weeks(
    session: Session, bank_id: int, party: Party, identity: str, last: datetime, *, most: int
) -> tuple[Week, ...]:
    """Return a party's weeks back from its last payment, newest first; empty ones are left out."""
    statement = f"""
        select cast(floor(extract(epoch from (:until - t."timestamp")) / 604800) as int) as week, count(*),
            percentile_cont(0.5) within group (order by cast(t.amount_base as double precision)),
            cast(max(t.amount_base) as double precision),
            count(*) filter (where t.channel in ('online', 'mobile')),
            count(*) filter (where t.time_of_day_category = 'night'), count(distinct t.{OTHER[party]}_id)
        from transactions t where {_of(party)} group by 1 order by 1"""
    since = last - timedelta(weeks=most)
    return tuple(
        Week(*row) for row in session.execute(text(statement), _given(bank_id, identity, since, last))
    )


def places(
    session: Session, bank_id: int, party: Party, identity: str, since: datetime, until: datetime
) -> tuple[PlaceCount, ...]:
    """Return where a party's payments were made, most payments first."""
    statement = f"""
        select round(cast(t.latitude as numeric), 1)::float8, round(cast(t.longitude as numeric), 1)::float8,
            mode() within group (order by t.city), count(*), count(*) filter (where t.is_fraud)
        from transactions t
        where {_of(party)} and t.latitude is not null and t.longitude is not null
        group by 1, 2 order by 4 desc, 1, 2 limit {MOST_PLACES}"""
    found = session.execute(text(statement), _given(bank_id, identity, since, until))
    return tuple(PlaceCount(*row) for row in found)


def counterparties(
    session: Session,
    bank_id: int,
    party: Party,
    identity: str,
    since: datetime,
    until: datetime,
    *,
    sees_people: bool,
    limit: int = 10,
) -> tuple[Counterparty, ...]:
    """Return whom a party pays, or is paid by, most often; people by name for who may see them."""
    other = OTHER[party]
    name, category = ("p.name", "p.category") if other == "merchant" else _name_of(sees_people=sees_people)
    statement = f"""
        with counted as (
            select t.{other}_id as id, count(*) as payments,
                coalesce(sum(t.amount_base) filter (where {VOLUME}), 0) as volume,
                count(*) filter (where t.is_fraud) as frauds, count(t.is_fraud) as labelled
            from transactions t where {_of(party)} and t.{other}_id is not null
            group by 1 order by 2 desc, 3 desc, 1 limit :limit
        )
        select c.id, {name}, {category}, c.payments, c.volume, c.frauds, c.labelled
        from counted c left join {other}s p on p.bank_id = :bank_id and p.{other}_id = c.id
        order by c.payments desc, c.volume desc, c.id"""
    given = {**_given(bank_id, identity, since, until), "limit": limit}
    return tuple(Counterparty(*row) for row in session.execute(text(statement), given))


def _name_of(*, sees_people: bool) -> tuple[str, str]:
    name = "nullif(concat_ws(' ', p.first_name, p.last_name), '')" if sees_people else "cast(null as text)"
    return name, "cast(null as text)"


def shared(
    session: Session, bank_id: int, customer_id: str, since: datetime, until: datetime
) -> tuple[SharedValue, ...]:
    """Return what a customer pays with that others have used too, in the same time."""
    found: list[SharedValue] = []
    for kind in SHARED:
        shown = "max(t.card_masked)" if kind == "card_fingerprint" else "cast(null as text)"
        statement = f"""
            with own as materialized (
                select t.{kind} as value, max(t."timestamp") as last, {shown} as shown from transactions t
                where {_of("customer")} and t.{kind} is not null
                group by 1 order by 2 desc limit {_MOST_VALUES}
            )
            select cast(own.value as text), own.shown, count(distinct t.customer_id), count(*),
                count(t.is_fraud), count(*) filter (where t.is_fraud)
            from own join transactions t on t.bank_id = :bank_id and t.{kind} = own.value
                and t."timestamp" > :since and t."timestamp" <= :until
                and t.customer_id <> :id
            group by own.value, own.shown order by 3 desc, 1"""
        rows = session.execute(text(statement), _given(bank_id, customer_id, since, until))
        found += [SharedValue(kind, *row) for row in rows]
    return tuple(sorted(found, key=lambda each: (-each.customers, each.kind, each.value)))


def open_alerts(session: Session, bank_id: int, party: Party, identity: str) -> tuple[int, ...]:
    """Return the open alerts about a party's payments, the newest first."""
    whose = (
        "a.customer_id = :id"
        if party == "customer"
        else """exists (select from transactions t where t.bank_id = a.bank_id
            and t.transaction_id = a.transaction_id and t.merchant_id = :id)"""
    )
    statement = f"""select a.alert_id from alerts a where a.bank_id = :bank_id
        and a.status in ('new', 'in_review', 'escalated', 'snoozed') and {whose}
        order by a.alert_id desc limit 20"""
    return tuple(session.scalars(text(statement), {"bank_id": bank_id, "id": identity}))


def _given(bank_id: int, identity: str, since: datetime, until: datetime) -> dict[str, Any]:
    return {"bank_id": bank_id, "id": identity, "since": since, "until": until}
