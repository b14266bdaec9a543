"""How PostgreSQL would go about a statement that was slow, without the values that it was asked with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from threading import Lock
from time import monotonic
from typing import Any, ClassVar, Final

import psycopg2
from sqlalchemy import Connection

LONGEST_PLAN: Final = 6_000
ASKED_AGAIN_S: Final = 600.0
_PLANNED: Final = re.compile(r"\s*(?:select|with|insert|update|delete)\b", re.IGNORECASE)
_TEXT: Final = re.compile(r"'(?:[^']|'')*'")
_CONDITION: Final = re.compile(r"^(\s*(?:\w+ )*(?:Cond|Filter|Key|Order By)\s*:)(.*)$", re.MULTILINE)
_NUMBER: Final = re.compile(r"(?<![\w.$])-?\d+(?:\.\d+)?\b")


class _Asked:
    """When a plan was last asked for in this process: a slow page is not made slower each time."""

    lock = Lock()
    at: ClassVar[dict[bytes, float]] = {}


def plan_of(connection: Connection, statement: str, parameters: Any) -> str | None:
    """Return the plan in words, at most once in ten minutes a statement; None where there is none.

    It is asked inside a savepoint of the statement's own transaction, which goes on as it was.
    """
    if not _PLANNED.match(statement) or not isinstance(parameters, Mapping | tuple) or not _is_due(statement):
        return None
    driver: Any = connection.connection.dbapi_connection
    if driver is None or driver.autocommit:
        return None
    with driver.cursor() as cursor:
        cursor.execute("SAVEPOINT vigie_plan")
        try:
            cursor.execute(f"EXPLAIN {statement}", parameters)
            lines = [str(row[0]) for row in cursor.fetchall()]
        except psycopg2.Error:
            cursor.execute("ROLLBACK TO SAVEPOINT vigie_plan")
            lines = []
        cursor.execute("RELEASE SAVEPOINT vigie_plan")
    return without_values("\n".join(lines))[:LONGEST_PLAN] or None


def without_values(plan: str) -> str:
    """Return a plan with a question mark for each value of a condition: values may be personal."""
    plan = _TEXT.sub("?", plan)
    return _CONDITION.sub(lambda found: found[1] + _NUMBER.sub("?", found[2]), plan)


def _is_due(statement: str) -> bool:
    key, now = blake2b(statement.encode(), digest_size=12).digest(), monotonic()
    with _Asked.lock:
        if now - _Asked.at.get(key, -ASKED_AGAIN_S) < ASKED_AGAIN_S:
            return False
        if len(_Asked.at) > 1_000:  # noqa: PLR2004 - statements that were slow in this process
            _Asked.at.clear()
        _Asked.at[key] = now
    return True
