"""What a query really does: how many statements, and by which index, as the application's role."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session


@contextmanager
def statements(session: Session) -> Iterator[list[tuple[str, Any]]]:
    """Every statement that the session sends meanwhile, with its parameters."""
    sent: list[tuple[str, Any]] = []
    connection = session.connection()

    def remember(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", remember)
    try:
        yield sent
    finally:
        event.remove(connection, "before_cursor_execute", remember)


def plans(session: Session, ask: Callable[[Session], object]) -> list[dict[str, Any]]:
    """The nodes of the plans of all statements that `ask` sends."""
    with statements(session) as sent:
        ask(session)
    nodes: list[dict[str, Any]] = []
    for statement, parameters in sent:
        found = session.connection().exec_driver_sql(f"explain (format json) {statement}", parameters)
        answer = found.scalar_one()
        plan = json.loads(answer) if isinstance(answer, str) else answer
        nodes += _flat(plan[0]["Plan"])
    return nodes


def _flat(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for below in plan.get("Plans", []) for node in _flat(below))]
