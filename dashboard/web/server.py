"""The Flask server with everything around the pages; the pages themselves are hung into it later."""

from __future__ import annotations

from typing import Final

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from dashboard.config import WebSettings
from dashboard.language import Translator, translator
from dashboard.web import (
    access,
    administration,
    alerts,
    data,
    errors,
    files,
    finding,
    headers,
    health,
    hosts,
    listing,
    locales,
    login,
    naming,
    origins,
    preferences,
    signed_in,
    uploads,
)
from dashboard.web.base_path import BelowBasePath
from dashboard.web.bodies import CarefulJson

LARGEST_REQUEST: Final = 4 * 1024 * 1024


def create_server(settings: WebSettings) -> Flask:
    """Make the server: sessions, languages, gate, forms' tokens, files, headers, errors, login, health."""
    server = Flask("dashboard.web", static_folder=None)
    server.extensions["vigie_settings"] = settings
    server.secret_key = settings.secret_key
    server.json = CarefulJson(server)
    server.config.update(
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        SESSION_COOKIE_NAME="vigie_form",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=(settings.public_url or "").startswith("https://"),
        SESSION_COOKIE_PATH=settings.base_path,
    )
    hosts.refuse_other_hosts(server, settings)
    naming.name_requests(server)
    signed_in.read_sessions(server)
    locales.choose_locales(server)
    origins.protect_forms(server)
    access.guard(server)
    headers.send_headers(server)
    errors.render_errors(server)
    files.serve_files(server)
    for blueprint in (
        login.blueprint,
        preferences.blueprint,
        health.blueprint,
        listing.blueprint,
        finding.blueprint,
        alerts.blueprint,
        uploads.blueprint,
        data.blueprint,
        administration.blueprint,
    ):
        server.register_blueprint(blueprint)
    server.context_processor(_words)
    _behind_proxies(server, settings)
    return server


def _behind_proxies(server: Flask, settings: WebSettings) -> None:
    count = settings.trusted_proxies
    if count:
        server.wsgi_app = ProxyFix(server.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # Flask's documented way to wrap
    if settings.base_path != "/":
        server.wsgi_app = BelowBasePath(server.wsgi_app, settings.base_path)  # type: ignore[method-assign]  # same


def _words() -> dict[str, object]:
    """What every template may use: the translator and the language."""
    locale = signed_in.current_locale()
    t: Translator = translator(locale)
    return {"t": t, "locale": locale, "base_path": signed_in.settings().base_path}
