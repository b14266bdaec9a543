"""For who is locked out: `python -m database.users list|reset-password|unlock|grant`."""

from __future__ import annotations

import argparse
import sys

from dashboard import clock
from dashboard.administration import users as accounts
from dashboard.administration.people import People, people, state_of
from database.config import DatabaseConfig
from database.connection import get_db_session
from database.embedded import reached
from database.queries import users
from models.errors import NotFoundError, UserError
from models.messages import N_


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when done, 1 with a sentence when not."""
    options = _parser().parse_args(arguments)
    try:
        with reached(DatabaseConfig.from_env()):
            sys.stdout.write(_done(options))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _done(options: argparse.Namespace) -> str:
    if options.command == "list":
        return _listed(people(0, "", now=clock.now()))
    given = {"banks": options.bank} if options.command == "grant" else {}
    made = accounts.change(None, _user_id(options.name), options.command, given, now=clock.now())
    if options.command == "reset-password":
        return (
            f"The password of {options.name} is now {made.password} and must be changed at the next login.\n"
        )
    if options.command == "unlock":
        return f"{options.name} may try again.\n"
    return f"{options.name} may see {', '.join(options.bank)}.\n"


def _listed(found: People) -> str:
    lines = [("username", "role", "state", "last seen", "banks")]
    for user in found.shown:
        seen = "never" if user.last_seen_at is None else f"{user.last_seen_at:%Y-%m-%d %H:%M} UTC"
        lines.append((user.username, user.role.value, state_of(user), seen, ", ".join(user.banks) or "none"))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "".join(
        "  ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip() + "\n"
        for line in lines
    )


def _user_id(name: str) -> int:
    with get_db_session() as session:
        account = users.by_name(session, name)
    if account is None:
        raise NotFoundError(N_("There is no user {name}."), name=name)
    return account.user_id


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m database.users", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="everybody, with role, state and banks")
    for command, told in (
        ("reset-password", "print a new password, end every session"),
        ("unlock", "forget the failed tries"),
        ("grant", "let somebody see banks"),
    ):
        one = commands.add_parser(command, help=told)
        one.add_argument("name", help="username or e-mail address")
        if command == "grant":
            one.add_argument("bank", nargs="+", help="code of a bank")
    return parser


if __name__ == "__main__":
    sys.exit(main())
