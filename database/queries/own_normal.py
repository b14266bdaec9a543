"""What customers usually paid before a payment: the yardstick that stands beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.queries.rows import ListedTransaction
from database.queries.volume import VOLUME

DAYS: Final = 90

_BEFORE: Final = text(f"""
select bank, id, its.payments, its.median, its.largest
from unnest(cast(:banks as int[]), cast(:ids as text[]), cast(:customers as text[]),
    cast(:times as timestamptz[])) as wanted (bank, id, customer, at)
join lateral (
    select count(*) as payments, percentile_cont(0.5) within group (order by amount_base_e4) as median,
        max(amount_base_e4) as largest
    from transactions t
    where t.bank_id = bank and t.customer_id = customer
        and t."timestamp" < at and t."timestamp" >= at - interval '{DAYS} days'
        and t.amount_base_e4 is not null and t.{VOLUME}
) its on its.payments > 0
""")


@dataclass(frozen=True, slots=True)
class OwnNormal:
    """A customer's payments of the DAYS before: how many, their median and largest, in base e4."""

    payments: int
    median_e4: float
    largest_e4: int


def own_normals(session: Session, found: Iterable[ListedTransaction]) -> dict[tuple[int, str], OwnNormal]:
    """Return what is usual for the customers of rows, by (bank, transaction); a new customer has none."""
    known = [row for row in found if row.customer_id is not None]
    if not known:
        return {}
    given = {
        "banks": [row.bank_id for row in known],
        "ids": [row.transaction_id for row in known],
        "customers": [row.customer_id for row in known],
        "times": [row.timestamp for row in known],
    }
    return {
        (bank, identity): OwnNormal(payments, float(median), largest)
        for bank, identity, payments, median, largest in session.execute(_BEFORE, given)
    }
