"""Who is behind this request: the cookie's session, read from the database once per request."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask import Flask, Request, current_app, g, request
from flask_babel import get_locale
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from dashboard import accounts, clock
from dashboard.config import WebSettings
from dashboard.language import DEFAULT_LANGUAGE, language_of
from models.access import Person
from models.errors import NotSignedInError
from models.messages import N_

COOKIE: Final = "vigie_session"
BACKGROUND_HEADER: Final = "X-Vigie-Background"
LONGEST_AGENT: Final = 300


class Visitor(UserMixin):  # type: ignore[misc]  # flask-login comes without types
    """A person as flask-login wants to hold them."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def get_id(self) -> str:
        """The user's number, as text."""
        return str(self.person.user_id)


def settings() -> WebSettings:
    """The settings that this server was made with."""
    given: WebSettings = current_app.extensions["vigie_settings"]
    return given


def origin() -> accounts.Origin:
    """Where this request comes from."""
    return accounts.Origin(request.remote_addr or "0.0.0.0", str(request.user_agent)[:LONGEST_AGENT])  # noqa: S104 - stands for "unknown", nothing is bound to it


def person_here() -> Person | None:
    """The person behind this request, or None for a stranger."""
    return current_user.person if current_user and current_user.is_authenticated else None


def current_person() -> Person:
    """The person behind this request; a stranger is an error."""
    person = person_here()
    if person is None:
        raise NotSignedInError(N_("Sign in to go on."))
    return person


def current_locale() -> str:
    """The language of this request: `en` or `fr`."""
    found = get_locale()
    return DEFAULT_LANGUAGE if found is None else language_of(str(found))


def give_cookie(response: Response, token: str, until: datetime) -> Response:
    """Put the session's secret into the browser, out of reach of scripts and other sites."""
    response.set_cookie(
        COOKIE,
        token,
        expires=until,
        path=cookie_path(),
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response


def take_cookie(response: Response) -> Response:
    """Remove the session's secret from the browser, and what the browser kept of our pages."""
    response.delete_cookie(COOKIE, path=cookie_path(), httponly=True, samesite="Lax", secure=is_secure())
    return response


def cookie_path() -> str:
    """Where our cookies are valid: below our own address only."""
    return settings().base_path


def is_secure() -> bool:
    """Whether the browser reaches us over TLS."""
    public = settings().public_url or ""
    return request.is_secure or public.startswith("https://")


def has_lost_session() -> bool:
    """Whether the browser came with a session that is no more."""
    return bool(g.get("session_was_lost", False))


def read_sessions(server: Flask) -> None:
    """Let flask-login ask our table who is there."""
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(server, add_context_processor=False)
    manager.request_loader(_visitor)


def _visitor(asked: Request) -> Visitor | None:
    token = asked.cookies.get(COOKIE)
    if not token:
        return None
    try:
        person = accounts.person_of(
            token, settings=settings(), now=clock.now(), is_background=BACKGROUND_HEADER in asked.headers
        )
    except NotSignedInError:
        g.session_was_lost = True
        return None
    return Visitor(person)
