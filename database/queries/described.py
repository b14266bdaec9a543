"""Customers and merchants as a file describes them: absent ones are added, known ones completed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.copying import copy_into_temporary
from database.listeners import BULK
from database.loading import CUSTOMER_COLUMNS, MERCHANT_COLUMNS, Party
from database.queries import parties

MORE_COLUMNS: Final = {"age": "int", "income_level": "text", "credit_score": "int"}
DESCRIBED: Final = {
    "customers": ("customer_id", {**CUSTOMER_COLUMNS, **MORE_COLUMNS}),
    "merchants": ("merchant_id", dict(MERCHANT_COLUMNS)),
}
# An address that two customers share finds the first of them.
_FREE_EMAIL: Final = """case when s.email_key is not null
    and row_number() over (partition by s.email_key order by s.ctid) = 1
    and not exists (select from customers o where o.bank_id = :bank_id and o.email_key = s.email_key
        and o.customer_id <> s.customer_id) then s.email_key end"""


def describe(
    session: Session, party: Party, bank_id: int, dataset_id: int, rows: Iterable[bytes]
) -> tuple[int, int]:
    """Add absent parties and complete known ones, as CSV of their columns; return how many of each.

    What a file says replaces what was stored; what it leaves out stays. Ids in a batch are distinct.
    """
    key, columns = DESCRIBED[party]
    staged = f"described_{party}"
    copy_into_temporary(session, staged, columns, rows, form="csv")
    parties.hold(session, bank_id)
    given = {"bank_id": bank_id, "dataset_id": dataset_id}
    names = ", ".join(columns)
    values = ", ".join(_FREE_EMAIL if name == "email_key" else f"s.{name}" for name in columns)
    required = {"name": f"coalesce(s.name, s.{key})", "category": "coalesce(s.category, 'other')"}
    required["search_key"] = f"coalesce(s.search_key, lower(s.{key}))"
    if party == "merchants":
        values = ", ".join(required.get(name, f"s.{name}") for name in columns)
    changed = session.execute(
        text(_change(party, key, columns, staged)), given, execution_options={BULK: True}
    )
    completed = len(changed.all())
    added = session.execute(
        text(
            f"insert into {party} (bank_id, dataset_id, {names}) select :bank_id, :dataset_id, {values}"
            f" from {staged} s where not exists"
            f" (select from {party} p where p.bank_id = :bank_id and p.{key} = s.{key})"
            f" order by s.ctid on conflict do nothing returning 1"
        ),
        given,
        execution_options={BULK: True},
    )
    return len(added.all()), completed


def _change(party: str, key: str, columns: Iterable[str], staged: str) -> str:
    own = [name for name in columns if name not in {key, "email_key"}]
    new = ", ".join(f"coalesce(s.{name}, p.{name})" for name in own)
    return f"""
update {party} p set ({", ".join(own)}) = row({new}), updated_at = now()
from {staged} s
where p.bank_id = :bank_id and p.{key} = s.{key}
    and ({", ".join(f"p.{name}" for name in own)}) is distinct from ({new})
returning 1
"""
