"""Command: make Vigie's database and its three roles on one's own PostgreSQL server."""

from __future__ import annotations

import argparse
import os
import secrets
import sys
from collections.abc import Sequence

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from database.config import libpq_url
from database.roles import APPLICATION_ROLE, OWNER_ROLE, ensure_roles
from models.errors import UserError

PASSWORDS = {OWNER_ROLE: "VIGIE_OWNER_PASSWORD", APPLICATION_ROLE: "VIGIE_APP_PASSWORD"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the roles and print the two settings that Vigie needs; return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        url = make_url(options.url)
    except ArgumentError:
        sys.stderr.write("URL must be of the form postgresql://administrator:password@host:port/database\n")
        return 2
    passwords = {role: os.environ.get(name) or secrets.token_urlsafe(24) for role, name in PASSWORDS.items()}
    try:
        ensure_roles(libpq_url(options.url), passwords, options.database)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(
        "The roles are ready. Give Vigie these two settings, shown only now:\n"
        f"DATABASE_URL={_address(url, APPLICATION_ROLE, passwords, options.database)}\n"
        f"DATABASE_OWNER_URL={_address(url, OWNER_ROLE, passwords, options.database)}\n"
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m database.setup_roles", description=__doc__)
    parser.add_argument(
        "url",
        metavar="URL",
        help="address of a superuser, or of a role with CREATEROLE and CREATEDB as managed servers give:"
        " postgresql://user:password@host/db",
    )
    parser.add_argument("--database", default="vigie", help="name of Vigie's database (default: vigie)")
    parser.epilog = (
        "Passwords are generated, or taken from "
        f"{' and '.join(PASSWORDS.values())}. Running it again sets new passwords and repairs the roles."
    )
    return parser


def _address(url: URL, role: str, passwords: dict[str, str], database: str) -> str:
    return url.set(
        drivername="postgresql", username=role, password=passwords[role], database=database
    ).render_as_string(hide_password=False)


if __name__ == "__main__":
    sys.exit(main())
