"""Lists over the banks of the scope: each bank's index gives its first rows, which are then merged."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Column, Table, text
from sqlalchemy.orm import Session

from database.connection import bank_ids
from models.base import Base
from models.errors import ConflictError
from models.messages import N_

DEFAULT_LIMIT = 100

Record = TypeVar("Record")


def listed(
    session: Session,
    model: type[Base],
    record: type[Record],
    where: str = "true",
    *,
    order: str,
    limit: int = DEFAULT_LIMIT,
    least: Mapping[int, int] | None = None,
    each: Collection[str] = ("",),
    banks: Collection[int] | None = None,
    **given: Any,
) -> tuple[Record, ...]:
    """Return the first rows of `model` in this order that fulfil `where`, as `record`s, in one statement.

    `record` is a dataclass whose fields are columns; `where` and `order` are SQL of this folder over them,
    the row is `t`, and values come in by name. `scope.least` is the number that `least` gives for the row's
    bank (a bank that it leaves out has no rows), `each.value` is each of a few values in turn. `banks` are
    some of the scope's.

    An index on (bank_id, …) in this order is walked, never sorted: one equality per bank does that,
    `bank_id = any(…)` does not.
    """
    columns = _columns(model, record)
    names = ", ".join(f't."{column.name}"' for column in columns)
    statement = text(f"""
        select {names}
        from unnest(cast(:bank_ids as int[]), cast(:least as bigint[])) as scope (bank_id, least)
        cross join unnest(cast(:each as text[])) as each (value)
        cross join lateral (
            select t.* from {model.__tablename__} t
            where t.bank_id = scope.bank_id and ({where}) order by {order} limit :limit
        ) t
        order by {order} limit :limit
    """).columns(*columns)
    scope_ids = [bank_id for bank_id in bank_ids(session) if banks is None or bank_id in banks]
    ids = [bank_id for bank_id in scope_ids if least is None or bank_id in least]
    limits = [0 if least is None else least[bank_id] for bank_id in ids]
    scope = {"bank_ids": ids, "least": limits, "each": list(each), "limit": limit}
    found = session.execute(statement, {**scope, **given})
    return tuple(record(*row) for row in found)


def only(
    session: Session, model: type[Base], record: type[Record], where: str, *, bank: str | None, **given: Any
) -> Record | None:
    """Return the one row that fulfils `where`, in the bank with this code if several banks have one."""
    of_bank = "t.bank_id = (select b.bank_id from banks b where b.code = :bank)"
    clause = where if bank is None else f"{where} and {of_bank}"
    given = given if bank is None else {**given, "bank": bank}
    found = listed(session, model, record, clause, order="t.bank_id", limit=2, **given)
    if len(found) > 1:
        raise ConflictError(N_("Several banks know this id: say which bank is meant."))
    return found[0] if found else None


def _columns(model: type[Base], record: type[Any]) -> list[Column[Any]]:
    table = model.__table__
    assert isinstance(table, Table)  # noqa: S101 - declarative models here are tables, never joins
    return [table.c[field.name] for field in fields(record)]
