"""The embedded PostgreSQL alone: `python -m database.server start|stop|status|url`."""

from __future__ import annotations

import argparse
import os
import sys

from database.config import DatabaseConfig, libpq_url
from database.embedded.lifecycle import keep_running, let_go, state
from models.errors import UserError
from models.messages import N_


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when done, 1 with a sentence when not, 3 from `status` when it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m database.server", description=__doc__)
    parser.add_argument("command", choices=("start", "stop", "status", "url"))
    parser.add_argument("--owner", action="store_true", help="url: the owner's instead of the application's")
    options = parser.parse_args(arguments)
    try:
        return _COMMANDS[options.command](_embedded(), options)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _embedded() -> DatabaseConfig:
    config = DatabaseConfig.from_env()
    if not config.is_embedded:
        raise UserError(N_("DATABASE_URL or DB_HOST names your own server: the embedded one is not in use."))
    return config


def _start(config: DatabaseConfig, _options: argparse.Namespace) -> int:
    here = keep_running(config)
    sys.stdout.write(f"PostgreSQL runs at 127.0.0.1:{here.port} until `python -m database.server stop`.\n")
    return 0


def _stop(config: DatabaseConfig, _options: argparse.Namespace) -> int:
    sys.stdout.write(f"{let_go(config.home)}\n")
    return 0


def _status(config: DatabaseConfig, _options: argparse.Namespace) -> int:
    port = state(config.home)
    if port is None:
        sys.stdout.write("PostgreSQL is stopped.\n")
        return 3
    sys.stdout.write(f"PostgreSQL runs at 127.0.0.1:{port}, home {config.home}.\n")
    return 0


def _url(config: DatabaseConfig, options: argparse.Namespace) -> int:
    url = config.owner_connection_string() if options.owner else config.connection_string()
    sys.stdout.write(f"{libpq_url(url or '')}\n")
    return 0


_COMMANDS = {"start": _start, "stop": _stop, "status": _status, "url": _url}

if __name__ == "__main__":
    os.umask(0o077)
    sys.exit(main())
