"""The gate: every address is closed until it says for whom it is open.

A view declares itself with `@opens(…)`; Dash's own addresses are declared by name. What declares
nothing is refused to everybody, administrators included, and a test names it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import quote

from flask import Flask, current_app, jsonify, redirect, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from dashboard.web.naming import name_person
from dashboard.web.origins import refuse_foreign_writes
from dashboard.web.signed_in import person_here
from models.access import Permission, Person
from models.errors import ForbiddenError
from models.messages import N_

LOGGER = logging.getLogger(__name__)


class Door(StrEnum):
    """For whom an address is open, where no permission says it."""

    EVERYBODY = "everybody"
    SIGNED_IN = "signed in"
    CHANGING_PASSWORD = "changing password"  # noqa: S105 - the name of a door
    NOBODY = "nobody"


Access = Permission | Door
View = TypeVar("View", bound=Callable[..., object])
ACCESS: Final = "vigie_access"
GO: Final = "X-Vigie-Go"


def opens(access: Access) -> Callable[[View], View]:
    """Declare for whom a view is open."""

    def declare(view: View) -> View:
        setattr(view, ACCESS, access)
        return view

    return declare


def declare(server: Flask, doors: dict[str, Access]) -> None:
    """Declare for whom the endpoints of a library are open."""
    server.extensions.setdefault(ACCESS, {}).update(doors)


def access_of(server: Flask, endpoint: str) -> Access | None:
    """For whom an endpoint is open; None = nobody has said so."""
    named: Access | None = server.extensions.get(ACCESS, {}).get(endpoint)
    return named or getattr(server.view_functions.get(endpoint), ACCESS, None)


def guard(server: Flask) -> None:
    """Put the gate before every request."""
    server.before_request(gate)


def gate() -> Response | None:
    """Let a request through, send it to the login or the change of password, or refuse it."""
    access = access_of(current_app, request.endpoint) if request.endpoint else Door.SIGNED_IN
    if access is not Door.EVERYBODY:
        person = person_here()
        if person is None:
            return to_login()
        name_person(person)
        if person.must_change_password and access is not Door.CHANGING_PASSWORD:
            return to_password_change()
        _refuse(person, access)
    refuse_foreign_writes()
    return None


def to_login() -> Response:
    """Send a stranger to the login with the way back; a script's request is answered with 401."""
    if not _is_navigation():
        return _for_scripts(401)
    return redirect(url_for("login.login", next=way_back()))


def to_password_change() -> Response:
    """Send somebody with a password that is not their own to the page where they choose one."""
    page = url_for("login.password")
    if _is_navigation():
        return redirect(page)
    answer = _for_scripts(403)
    answer.headers[GO] = page
    return answer


def way_back() -> str | None:
    """The address to return to after the login; none for the start page, which needs no telling."""
    asked = request.full_path.rstrip("?") if request.query_string else request.path
    return None if asked == "/" else quote(f"{request.script_root}{asked}", safe="/?=&%+:,.!~-_")


def _refuse(person: Person, access: Access | None) -> None:
    if access is None:
        LOGGER.error("%s declares no access", request.endpoint, extra={"category": "security"})
    if access is Door.NOBODY:
        raise NotFound
    if access is None or (isinstance(access, Permission) and not person.may(access)):
        LOGGER.warning("refused %s", request.path, extra={"category": "security"})
        raise ForbiddenError(N_("Your role does not allow this."))


def _is_navigation() -> bool:
    asked_by_script = request.path.startswith("/_") or request.headers.get("Sec-Fetch-Mode") in {
        "cors",
        "no-cors",
    }
    return request.method in {"GET", "HEAD"} and not asked_by_script


def _for_scripts(status: int) -> Response:
    answer = jsonify(status=status)
    answer.status_code = status
    return answer
