"""Puts the Dash application together: files, pages, callbacks, guards, content policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dash.exceptions import DependencyException

from callbacks import (
    alert,
    alerts,
    banks,
    data,
    health,
    high_risk,
    high_value,
    logs,
    overview,
    parties,
    routing,
    shell,
    transaction,
    transactions,
    users,
)
from callbacks.dispatch import DISPATCH, guard_dispatch
from callbacks.interface import Interface
from callbacks.registrar import SHELL
from dashboard.config import WebSettings
from dashboard.web import errors, files, headers
from dashboard.web.access import Access, Door, declare
from dashboard.web.server import create_server

REGISTER: Final[tuple[Callable[[Interface], None], ...]] = (
    shell.register,
    routing.register,
    overview.register,
    high_value.register,
    high_risk.register,
    transactions.register,
    transaction.register,
    alerts.register,
    alert.register,
    parties.register,
    data.register,
    users.register,
    banks.register,
    health.register,
    logs.register,
)
DASH_ENDPOINTS: Final[dict[str, Access]] = {
    "/": Door.SIGNED_IN,
    "/<path:path>": Door.SIGNED_IN,
    "/_dash-layout": Door.SIGNED_IN,
    "/_dash-dependencies": Door.SIGNED_IN,
    DISPATCH: SHELL.permission,
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": Door.SIGNED_IN,
    "_dash_assets.static": Door.NOBODY,
    "/_reload-hash": Door.NOBODY,
    "/_favicon.ico": Door.NOBODY,
}


def create_application(settings: WebSettings | None = None) -> Interface:
    """Make the application; its `.server` is what a web server serves."""
    settings = settings or WebSettings.from_env()
    server = create_server(settings)
    scripts, styles = files.page_files(server, settings.base_path)
    server.config.update(
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_ALGORITHM_STREAMING=["br", "gzip"],
        # Answers are written anew each time: a level more takes twice the time for a tenth of the size.
        COMPRESS_BR_LEVEL=4,
        COMPRESS_LEVEL=4,
    )
    app = Interface(
        name="vigie",
        server=server,
        title="Vigie",
        update_title="",
        assets_folder=str(files.ASSETS),
        include_assets_files=False,
        external_scripts=scripts,
        external_stylesheets=styles,
        requests_pathname_prefix=settings.base_path,
        routes_pathname_prefix="/",
        use_pages=False,
        compress=True,
        suppress_callback_exceptions=True,
        use_async=False,
        enable_mcp=False,
        add_log_handler=False,
        on_error=shell.show_error,
    )
    # A component's file that Dash does not know is an address like any other.
    server.register_error_handler(DependencyException, errors.not_found)
    declare(server, DASH_ENDPOINTS)
    guard_dispatch(app)
    app.layout = shell.layout
    for register in REGISTER:
        register(app)
    app.set_up()
    refuse_unguarded(app)
    headers.allow_scripts(server, app.csp_hashes())
    return app


def refuse_unguarded(app: Interface) -> None:
    """Raise when a callback was registered past `PageCallbacks`, or twice on one output."""
    outputs = [entry["output"] for entry in app.registered]
    unguarded = sorted({output for output in outputs if output not in app.permissions})
    if unguarded:
        raise RuntimeError(f"unguarded-callback: register {', '.join(unguarded)} through PageCallbacks")
    doubled = sorted({output for output in outputs if outputs.count(output) > 1})
    if doubled:
        raise RuntimeError(f"doubled-callback: {', '.join(doubled)} has two callbacks")
