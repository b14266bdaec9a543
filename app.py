"""Vigie, put together: `python app.py` starts everything; web servers call `create_server`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from dashboard import serving, startup
from dashboard.config import WebSettings
from dashboard.processes import Child, Signals, StopRequested, Supervisor, own_environment
from database.config import DatabaseConfig, libpq_url
from models.errors import UserError

if TYPE_CHECKING:
    from flask import Flask


def create_server() -> Flask:
    """Return the web application: a WSGI callable for gunicorn, waitress and tests."""
    from callbacks.application import create_application

    settings = WebSettings.from_env()
    settings.refuse_if_unsafe()
    server: Flask = create_application(settings).server
    serving.begin(settings)
    return server


def main(arguments: list[str] | None = None) -> int:
    """Run everything until Ctrl-C; 0 after an orderly stop, 1 with a sentence when something is wrong."""
    options = _options(arguments)
    if options.host:
        os.environ["VIGIE_HOST"] = options.host
    if options.port:
        os.environ["VIGIE_PORT"] = str(options.port)
    signals = Signals()
    try:
        settings, config = WebSettings.from_env(), DatabaseConfig.from_env()
        settings.refuse_if_unsafe()
        run(options, settings, config, signals)
    except StopRequested:
        sys.stdout.write("Vigie is stopped.\n")
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def run(options: argparse.Namespace, settings: WebSettings, config: DatabaseConfig, signals: Signals) -> None:
    """Start database, web and worker and keep them running; they end web, worker, database."""
    with ExitStack() as stack:
        # The port first: whoever cannot have it should not wait for a database.
        listener = stack.enter_context(serving.listen(settings))
        revive = _database(stack, config, signals, alone=options.no_database)
        supervisor = Supervisor(signals)
        stack.callback(supervisor.close)
        signals.raise_if_stopped()
        pool = startup.prepare(supervisor, settings, config, demo=not options.no_demo)
        signals.raise_if_stopped()
        owner_url = config.owner_connection_string()
        shared = {
            "DATABASE_URL": libpq_url(config.connection_string()),
            "DB_POOL_SIZE": str(pool.size),
            "DB_MAX_OVERFLOW": str(pool.overflow),
        }
        # Web processes never learn the owner's address.
        web = own_environment(**shared, DATABASE_OWNER_URL=None)
        supervisor.start(serving.web_child(settings, listener, web))
        serving.wait_until_up(settings, supervisor)
        # Only now: what it loads would keep the first page waiting.
        if not options.no_worker:
            worker = own_environment(**shared, DATABASE_OWNER_URL=owner_url and libpq_url(owner_url))
            supervisor.start(Child("worker", [sys.executable, "-m", "dashboard.jobs"], worker))
        supervisor.say(f"Vigie runs at {serving.address(settings)} · Ctrl-C stops it.")
        supervisor.keep(revive)
        supervisor.say("Stopping …")
    raise StopRequested


def _database(
    stack: ExitStack, config: DatabaseConfig, signals: Signals, *, alone: bool
) -> Callable[[], bool] | None:
    """Attach to the embedded server or start it, until the stack unwinds; nothing for one's own server."""
    if alone or not config.is_embedded:
        return None
    from database.embedded.lifecycle import revive, running

    stack.enter_context(running(config.home, hurried=signals.hurried, config=config))
    return lambda: revive(config)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python app.py", description="Start Vigie; Ctrl-C stops it.")
    parser.add_argument("--host", help="the address to listen at (VIGIE_HOST, 127.0.0.1)")
    parser.add_argument("--port", type=int, help="the port to listen at (VIGIE_PORT, 8050)")
    parser.add_argument("--no-demo", action="store_true", help="begin without demo data")
    parser.add_argument("--no-worker", action="store_true", help="run no job worker")
    parser.add_argument("--no-database", action="store_true", help="use a running database, start none")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    os.umask(0o077)
    status = main()
    sys.stdout.flush()
    # The interpreter's own tidying would keep whoever pressed Ctrl-C waiting.
    os._exit(status)
