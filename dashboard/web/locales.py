"""Which language a request is answered in: the person's, else what the browser chose or prefers."""

from __future__ import annotations

from typing import Final

from flask import Flask, request
from flask_babel import Babel
from werkzeug.wrappers import Response

from dashboard.language import LANGUAGES
from dashboard.web.signed_in import cookie_path, is_secure, person_here, settings

COOKIE: Final = "vigie_language"
ONE_YEAR_S: Final = 365 * 24 * 3600


def choose_locales(server: Flask) -> None:
    """Let Flask-Babel ask us for every request's locale."""
    Babel(server, locale_selector=chosen)


def chosen() -> str:
    """The language of this request."""
    picked = picked_here()
    if picked is not None:
        return picked
    person = person_here()
    if person is not None:
        return person.language
    preferred = request.accept_languages.best_match(LANGUAGES)
    return chosen_by_hand() or preferred or settings().language


def picked_here() -> str | None:
    """The language that this very address asks for."""
    asked = request.args.get("lang")
    return asked if asked in LANGUAGES else None


def chosen_by_hand() -> str | None:
    """The language that somebody picked before signing in, here or earlier in this browser."""
    kept = request.cookies.get(COOKIE)
    return picked_here() or (kept if kept in LANGUAGES else None)


def remember(response: Response, language: str) -> Response:
    """Keep a picked language in the browser."""
    response.set_cookie(
        COOKIE,
        language,
        max_age=ONE_YEAR_S,
        path=cookie_path(),
        secure=is_secure(),
        httponly=True,
        samesite="Lax",
    )
    return response
