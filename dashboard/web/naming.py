"""Gives each request a name: its path, its number and its person, for logs and slow statements."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from typing import Final

from flask import Flask, g, request

from database.context import acting
from models.access import Person

LONGEST_FILTER: Final = 1_000


def name_requests(server: Flask) -> None:
    """Name every request from its start to its end."""
    server.before_request(_begin)
    server.teardown_request(_end)


def name_person(person: Person) -> None:
    """Say whose request this is, once the gate knows."""
    g.acting.enter_context(acting(user=person.username, user_id=person.user_id))


def _begin() -> None:
    g.acting = ExitStack()
    g.acting.enter_context(acting(page=request.path, request_id=secrets.token_hex(8), filter_=_filter()))


def _filter() -> str | None:
    return request.query_string.decode("utf-8", "replace")[:LONGEST_FILTER] or None


def _end(_error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("acting", None)
    if stack is not None:
        stack.close()
