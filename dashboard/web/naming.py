"""Gives each request a name: its path, its number and its person, for logs and slow statements."""

from __future__ import annotations

import secrets
from contextlib import ExitStack, suppress
from typing import Final
from urllib.parse import urlsplit

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
    page, filter_ = _where()
    g.acting.enter_context(acting(page=page, request_id=secrets.token_hex(8), filter_=filter_))


def _where() -> tuple[str, str | None]:
    """Return what is asked for; what a page asks for is the page's until its callback is known."""
    path, query = request.path, request.query_string.decode("utf-8", "replace")
    if path.startswith("/_dash-") and request.referrer:
        # Anybody may write anything there: what is no address names nothing.
        with suppress(ValueError):
            page = urlsplit(request.referrer)
            path, query = page.path.removeprefix(request.script_root), page.query
    return path[:LONGEST_FILTER] or "/", query[:LONGEST_FILTER] or None


def _end(_error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("acting", None)
    if stack is not None:
        stack.close()
