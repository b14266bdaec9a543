"""The counts behind the risk of customers and merchants as they stood on an earlier day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.copying import copy_into_temporary, encode_value
from database.listeners import BULK
from database.queries.parties import RISK_DAYS, FraudCounts, Party

UNDATED_DAYS: Final = 30
"""An imported label whose date nobody knows counts from so many days after its payment."""

# What was known before the day began: the first statement of what the payment is held for today.
_KNOWN = text(f"""
create temporary table known_then on commit drop as
select t.customer_id, t.merchant_id, t.is_fraud
from transactions t
where t.bank_id = :bank_id and t.is_fraud is not null
    and t."timestamp" >= cast(:day as timestamptz) - interval '{24 * RISK_DAYS} hours'
    and t."timestamp" < cast(:day as timestamptz)
    and exists (
        select from fraud_labels l
        where l.bank_id = :bank_id and l.transaction_id = t.transaction_id and l.is_fraud = t.is_fraud
            and coalesce(l.known_at, case when l.source = 'import'
                then t."timestamp" + interval '{24 * UNDATED_DAYS} hours' else l.recorded_at end)
                < cast(:day as timestamptz))
""")
_MONTHS = text("""
select distinct transaction_id, merchant_id, customer_id,
    cast(date_trunc('month', "timestamp" at time zone 'UTC') as date) from to_enrich
""")


@dataclass(frozen=True, slots=True)
class Taken:
    """A row taken for enrichment, and the day as of which its parties' risk is meant."""

    transaction_id: str
    merchant_id: str | None
    customer_id: str | None
    day: date


def taken(session: Session) -> list[Taken]:
    """Return the rows that enrichment has taken; risk is folded on the first day of each month, in UTC."""
    return [Taken(*row) for row in session.execute(_MONTHS)]


def counts_then(session: Session, bank_id: int, day: date) -> dict[Party, tuple[FraudCounts, ...]]:
    """Return what was known of every customer and merchant when a day began, in UTC: 90 days of labels."""
    session.execute(text("drop table if exists pg_temp.known_then"))
    given = {"bank_id": bank_id, "day": f"{day.isoformat()} 00:00+00"}
    session.execute(_KNOWN, given, execution_options={BULK: True})
    found: dict[Party, tuple[FraudCounts, ...]] = {}
    parties: tuple[Party, ...] = ("customer", "merchant")
    for party in parties:
        category = "p.category" if party == "merchant" else "cast(null as text)"
        statement = text(f"""
            select p.{party}_id, {category}, coalesce(s.labelled, 0), coalesce(s.frauds, 0)
            from {party}s p left join (
                select {party}_id, count(*) as labelled, count(*) filter (where is_fraud) as frauds
                from known_then group by {party}_id
            ) s using ({party}_id)
            where p.bank_id = :bank_id
        """)
        rows = session.execute(statement, {"bank_id": bank_id}, execution_options={BULK: True})
        found[party] = tuple(FraudCounts(*row) for row in rows)
    return found


def bank_counts_then(session: Session) -> tuple[int, int]:
    """Return labelled rows and frauds of the whole bank, as `counts_then` has just counted them."""
    row = session.execute(text("select count(*), count(*) filter (where is_fraud) from known_then")).one()
    return int(row[0]), int(row[1])


def put_beside(session: Session, risks: Iterable[tuple[str, float | None, float | None]]) -> None:
    """Put the risk of merchant and customer beside the rows that enrichment has taken, by transaction id."""
    columns = {
        "transaction_id": 'text collate "C"',
        "merchant_risk": "double precision",
        "customer_risk": "double precision",
    }
    # A value at a time by `encode_rows` would take as long as the rest of a chunk.
    lines = [
        f"{encode_value(identity)}\t{_or_null(merchant)}\t{_or_null(customer)}\n"
        for identity, merchant, customer in risks
    ]
    copy_into_temporary(session, "risk_then", columns, ["".join(lines)])
    session.execute(text("analyze risk_then"))


def _or_null(risk: float | None) -> str:
    return "\\N" if risk is None else repr(risk)
