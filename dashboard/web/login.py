"""Login, logout and the change of one's own password: plain pages with nothing of the application."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from dashboard import accounts, clock
from dashboard.language import NAMES, other_languages, translate
from dashboard.passwords import SHORTEST
from dashboard.web import locales
from dashboard.web.access import Door, opens
from dashboard.web.preferences import CHOICES
from dashboard.web.signed_in import (
    COOKIE,
    current_locale,
    current_person,
    give_cookie,
    has_lost_session,
    origin,
    person_here,
    settings,
    take_cookie,
)
from models.errors import UserError

blueprint = Blueprint("login", __name__)
RETRY_AFTER_S: Final = {429: "1800"}


@blueprint.route("/login", methods=["GET", "POST"])
@opens(Door.EVERYBODY)
def login() -> AnyResponse:
    """Show the form, or take it."""
    if request.method != "POST":
        person = person_here()
        return redirect(_onwards()) if person is not None else _form("login.html")
    try:
        opened = accounts.sign_in(
            _field("name"), _field("password"), origin(), settings=settings(), now=clock.now()
        )
    except UserError as error:
        return _form("login.html", error)
    _end_old_session()
    # Who comes for the first time has chosen nothing yet: the language of this page is theirs.
    seen = current_locale() if opened.must_change_password else None
    _keep_choices(opened.user_id, locales.chosen_by_hand() or seen)
    onwards = url_for("login.password", next=_next()) if opened.must_change_password else _onwards()
    return give_cookie(redirect(onwards, 303), opened.token, opened.until)


@blueprint.post("/logout")
@opens(Door.CHANGING_PASSWORD)
def logout() -> AnyResponse:
    """End the session of this browser."""
    _end_old_session()
    return take_cookie(redirect(url_for("login.login"), 303))


@blueprint.route("/password", methods=["GET", "POST"])
@opens(Door.CHANGING_PASSWORD)
def password() -> AnyResponse:
    """Change one's own password; who was given one must do so before anything else."""
    if request.method != "POST":
        return _form("password.html")
    try:
        opened = accounts.change_password(
            current_person(),
            _field("current"),
            _field("new"),
            _field("repeated"),
            origin(),
            settings=settings(),
            now=clock.now(),
        )
    except UserError as error:
        return _form("password.html", error)
    _keep_choices(opened.user_id, locales.picked_here())
    return give_cookie(redirect(_onwards(), 303), opened.token, opened.until)


def safe_next(asked: str | None, base_path: str = "/") -> str:
    """The address to go on to: a path of our own, whatever was asked for."""
    if not asked or not asked.startswith("/") or asked.startswith("//"):
        return base_path
    if "\\" in asked or any(not sign.isprintable() or sign.isspace() for sign in asked):
        return base_path
    parts = urlsplit(asked)
    leads_away = bool(parts.scheme or parts.netloc) or not asked.startswith(base_path)
    ends_here = parts.path.removeprefix(base_path.rstrip("/")) in {"/login", "/logout", "/password"}
    return base_path if leads_away or ends_here else asked


def _form(template: str, error: UserError | None = None) -> Response:
    locale = current_locale()
    page = render_template(
        template,
        error=translate(error.message, locale) if error else None,
        name=_field("name"),
        person=person_here(),
        next=_next(),
        has_lost_session=has_lost_session(),
        others=[(code, NAMES[code]) for code in other_languages(locale)],
        shortest=SHORTEST,
        policy=settings().password_policy,
        picked=locales.picked_here(),
    )
    response = make_response(page, error.status if error else 200)
    if error is not None and error.status in RETRY_AFTER_S:
        response.headers["Retry-After"] = RETRY_AFTER_S[error.status]
    picked = locales.picked_here()
    if picked is not None:
        locales.remember(response, picked)
    return response


def _field(name: str) -> str:
    return request.form.get(name, "")


def _next() -> str | None:
    asked = request.values.get("next")
    return asked if asked and safe_next(asked, settings().base_path) == asked else None


def _onwards() -> str:
    return safe_next(_next(), settings().base_path)


def _end_old_session() -> None:
    token = request.cookies.get(COOKIE)
    if token:
        accounts.sign_out(token, now=clock.now())


def _keep_choices(user_id: int, language: str | None) -> None:
    """What was picked by hand on these pages becomes the person's own choice."""
    chosen = {"language": language, "theme": _field("theme")}
    accounts.choose(user_id, {name: value for name, value in chosen.items() if value in CHOICES[name]})
