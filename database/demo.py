"""Away with the demo: its banks with all their rows, its jobs and its people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from sqlalchemy import Table, delete, select, text
from sqlalchemy.orm import Session

import models
from models.banks import Bank, ExchangeRate
from models.scope import SCOPED_TABLES
from models.users import User

DEMO_EMAILS: Final = "@demo.localhost"
"""How the addresses of the demo's people end; nobody else has one."""

_JOBS = text("""
delete from jobs where job_id in (select job_id from dataset_jobs where bank_id = any(:bank_ids))
    or parameters ->> 'bank' in (select code from banks where bank_id = any(:bank_ids))
""")


DEMO_RATES: Final = "demo"
"""The source of made-up exchange rates, by which only the demo's banks convert."""

_ADD_RATES = text("""
insert into exchange_rates (rate_date, currency, base_currency, rate, source)
select day, currency, :base, rate, :source
from unnest(cast(:days as date[]), cast(:currencies as text[]), cast(:rates as numeric[]))
    as given (day, currency, rate)
on conflict do nothing
""")


def add_demo_rates(session: Session, base_currency: str, rates: Sequence[tuple[date, str, Decimal]]) -> None:
    """Add made-up rates (day, currency, base units for one); those that are known stay as they are."""
    days, currencies, values = zip(*rates, strict=True)
    given = {"days": list(days), "currencies": list(currencies), "rates": list(values)}
    session.execute(_ADD_RATES, {"base": base_currency, "source": DEMO_RATES, **given})


def remove_demo(owner: Session, report: Callable[[str, int], None] | None = None) -> int:
    """Delete everything of the demo banks and return how many banks that were; own data is not touched.

    It needs the owner's session. Segments go as a whole with their bank: there is nothing to take back.
    """
    bank_ids = list(owner.scalars(select(Bank.bank_id).where(Bank.is_demo)))
    if bank_ids:
        owner.execute(_JOBS, {"bank_ids": bank_ids})
        for table in _children_first():
            count = owner.connection().execute(delete(table).where(table.c.bank_id.in_(bank_ids))).rowcount
            if report is not None and count:
                report(table.name, count)
        owner.execute(delete(Bank).where(Bank.bank_id.in_(bank_ids)))
    owner.execute(delete(ExchangeRate).where(ExchangeRate.source == DEMO_RATES))
    owner.execute(delete(User).where(User.email.endswith(DEMO_EMAILS, autoescape=True)))
    return len(bank_ids)


def _children_first() -> list[Table]:
    """Return the tables under the bank policy, those that point at others before them."""
    return [table for table in reversed(models.Base.metadata.sorted_tables) if table.name in SCOPED_TABLES]
