"""The bank scope: whose rows one transaction may see, told to PostgreSQL in one statement at its start."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal, TypeVar

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from database.context import current
from models.errors import NotFoundError, ScopeMissing
from models.messages import N_
from models.scope import SCOPED_TABLES

APPLICATION_ROLE: Final = "vigie_app"
READER_ROLE: Final = "vigie_reader"
Banks = Iterable[str] | Literal["all"] | None
Answer = TypeVar("Answer")

LOGGER = logging.getLogger(__name__)
_SCOPE = "vigie_scope"
_BANK_IDS = "vigie_bank_ids"
_TOLD = "vigie_told"

# The role is set together with the banks, always both: what an earlier savepoint left behind in this
# transaction must never combine with half of a new scope.
_WITHOUT_BANKS = """
select set_config('role', %(role)s, true), set_config('vigie.banks', '', true),
       set_config('statement_timeout', %(timeout)s, true), '' as ids, '{}'::text[] as codes
"""
_WITH_BANKS = """
select set_config('role', %(role)s, true), set_config('vigie.banks', wanted.ids, true),
       set_config('statement_timeout', %(timeout)s, true), wanted.ids, wanted.codes
from (select coalesce(string_agg(bank_id::text, ',' order by bank_id), '') as ids,
             coalesce(array_agg(code::text order by bank_id), '{}') as codes
      from banks where %(every)s or code = any(%(codes)s::text[])) as wanted
"""
_NOT_TABLES = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)
_SCOPED_NAME = re.compile(rf"\b({'|'.join(sorted(SCOPED_TABLES))})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a session asked for: the role it works as and the codes of its banks (None = no scope)."""

    role: str = APPLICATION_ROLE
    banks: tuple[str, ...] | Literal["all"] | None = None


def scope_of(banks: Banks, *, role: str) -> Scope:
    """Return the scope for codes as callers give them; a single code is taken as one bank."""
    if banks is None or banks == "all":
        return Scope(role, banks)
    codes = (banks,) if isinstance(banks, str) else banks
    return Scope(role, tuple(dict.fromkeys(codes)))


def put(session: Session, scope: Scope) -> None:
    """Give the session its scope; it holds from its next transaction on."""
    session.info[_SCOPE] = scope


def of(session: Session) -> Scope:
    """Return the scope that the session works under."""
    scope: Scope = session.info.get(_SCOPE, Scope())
    return scope


def bank_ids(session: Session) -> tuple[int, ...]:
    """Return the ids of the scope in force; begins the transaction where it has not begun."""
    session.connection()
    ids: tuple[int, ...] | None = session.info.get(_BANK_IDS)
    if ids is None:
        raise ScopeMissing(
            N_("This work needs to know whose rows it reads: open the session with banks=[…] or banks='all'.")
        )
    return ids


def told_once(session: Session, question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """Return the answer to a question, asked once in a reader's transaction, which sees one snapshot."""
    if of(session).role != READER_ROLE:
        return ask()
    session.connection()
    told: dict[Hashable, Any] = session.info.setdefault(_TOLD, {})
    if question not in told:
        told[question] = ask()
    answer: Answer = told[question]
    return answer


def apply(session: Session, connection: Connection, *, timeout_ms: int) -> None:
    """Tell PostgreSQL the session's role, banks and statement time-out for this transaction only."""
    scope = of(session)
    row = connection.exec_driver_sql(
        _WITHOUT_BANKS if scope.banks is None else _WITH_BANKS,
        {
            "role": scope.role,
            "timeout": str(timeout_ms),
            "every": scope.banks == "all",
            "codes": [] if scope.banks is None or scope.banks == "all" else list(scope.banks),
        },
    ).one()
    connection.info[_SCOPE] = scope.banks is not None
    session.info[_BANK_IDS] = None
    session.info.pop(_TOLD, None)
    if scope.banks is None:
        return
    _refuse_unknown(scope, row.codes)
    session.info[_BANK_IDS] = tuple(int(number) for number in row.ids.split(",") if number)
    if scope.banks == "all":
        _audit_all(scope, row.codes)


def forget(_connection: Any, entry: Any) -> None:
    """Forget the scope of a connection that goes back to the pool."""
    entry.info.pop(_SCOPE, None)


def refuse_without_scope(
    connection: Connection, _cursor: Any, statement: str, _parameters: Any, _context: Any, _many: object
) -> None:
    """Raise before a statement on banks' rows is sent by a session that named no bank."""
    if connection.info.get(_SCOPE):
        return
    names = scoped_tables(statement)
    if names:
        raise ScopeMissing(
            N_(
                "{tables} holds banks' rows and this session names no bank: "
                "open it with banks=[…] or banks='all'."
            ),
            tables=", ".join(names),
        )


@lru_cache(maxsize=512)
def scoped_tables(statement: str) -> tuple[str, ...]:
    """Return the tables under the bank policy that a statement speaks of, in alphabetical order."""
    found = _SCOPED_NAME.findall(_NOT_TABLES.sub(" ", statement))
    return tuple(sorted({name.lower() for name in found}))


def _refuse_unknown(scope: Scope, known: list[str]) -> None:
    if scope.banks is None or scope.banks == "all":
        return
    unknown = sorted(set(scope.banks) - set(known))
    if unknown:
        raise NotFoundError(N_("There is no bank with the code {codes}."), codes=", ".join(unknown))


def _audit_all(scope: Scope, codes: list[str]) -> None:
    acting = current()
    LOGGER.info(
        "every bank opened as %s by %s on %s: %s",
        scope.role,
        acting.user or "nobody",
        acting.page or "no page",
        ", ".join(codes),
        extra={
            "category": "security",
            "details": {"banks": codes, "role": scope.role},
        },
    )
