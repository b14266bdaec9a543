"""Writes come from our own pages only: JSON or bytes with an origin of ours, or a form with its token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import UnsupportedMediaType

from dashboard.web.signed_in import is_secure, settings
from models.errors import ForbiddenError, UserError
from models.messages import N_

View = TypeVar("View", bound=Callable[..., object])
READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
FORMS: Final = frozenset({"login.login", "login.logout", "login.password"})
LARGEST_FORM: Final = 16_384
TAKES_BYTES: Final = "vigie_takes_bytes"
_OWN_SITES: Final = frozenset({"same-origin", "none"})
_tokens = CSRFProtect()


class ExpiredFormError(UserError):
    """A form came back without the token that went out with it."""

    status = 400


def protect_forms(server: Flask) -> None:
    """Give forms their token; the gate asks for it, so that JSON addresses can do without."""
    server.config.update(WTF_CSRF_CHECK_DEFAULT=False, WTF_CSRF_TIME_LIMIT=None, WTF_CSRF_SSL_STRICT=False)
    _tokens.init_app(server)


def takes_bytes(most: int) -> Callable[[View], View]:
    """Declare that a view takes raw bytes, so many at most: a kind that no other site's form can send."""

    def declare(view: View) -> View:
        setattr(view, TAKES_BYTES, most)
        return view

    return declare


def refuse_foreign_writes() -> None:
    """Raise when a write does not come from a page of ours."""
    if request.method in READS:
        return
    if not _is_ours():
        raise ForbiddenError(N_("This request came from another site."))
    if request.mimetype == "application/json":
        return
    most: int | None = getattr(current_app.view_functions.get(request.endpoint or ""), TAKES_BYTES, None)
    if most is not None and request.mimetype == "application/octet-stream":
        request.max_content_length = most
        return
    if request.endpoint not in FORMS:
        raise UnsupportedMediaType
    request.max_content_length = LARGEST_FORM
    try:
        _tokens.protect()
    except CSRFError as error:
        raise ExpiredFormError(N_("This form is no longer valid. Send it once more.")) from error


def _is_ours() -> bool:
    """Whether what the browser tells of the sender names us; a program that tells nothing is no browser."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in _OWN_SITES:
        return False
    sender = request.headers.get("Origin")
    return sender is None or _sender(sender) in {request.host, urlsplit(settings().public_url or "").netloc}


def _sender(origin: str) -> str | None:
    """The host that an Origin header names; None for `null`, for what is no address, for less than TLS."""
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    schemes = {"https"} if is_secure() else {"http", "https"}
    return parts.netloc or None if parts.scheme in schemes else None
