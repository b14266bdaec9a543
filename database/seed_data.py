"""Command: migrate, create the first admin and the default dataset, and on request a demo world."""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from dashboard import clock, passwords
from dashboard.config import WebSettings
from dashboard.jobs.submit import submit
from dashboard.world.banks import demo_banks
from dashboard.world.colleagues import add_colleagues
from dashboard.world.store import Progress, begun_world, store_world
from dashboard.world.truth import FOLDER
from dashboard.world.world import WorldOptions
from database import setup, upkeep
from database.config import DatabaseConfig
from database.connection import get_db_session
from database.demo import remove_demo
from database.embedded.lifecycle import reached
from database.first_load import put_back
from database.owner import owner_session
from database.queries import banks
from models.errors import ConflictError, UserError
from models.messages import N_

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_ASKED_TO_DELETE: Final = "delete everything"
_ADMIN_OPTIONS: Final = ("admin_username", "admin_email", "admin_password", "admin_password_file")


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the options say; 0 when everything is there, 1 with a sentence when something is wrong."""
    options = _parser().parse_args(arguments)
    # What is slow or noteworthy goes to the log store of the running application, not between these lines.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        with reached(DatabaseConfig.from_env()):
            _run(options)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The same command goes on from there.\n")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m database.seed_data", description=__doc__)
    admin = parser.add_argument_group("the first admin (refused once there is one)")
    admin.add_argument("--admin-username", metavar="NAME", help="default: admin")
    admin.add_argument("--admin-email", metavar="ADDRESS", help="default: admin@localhost")
    secret = admin.add_mutually_exclusive_group()
    secret.add_argument("--admin-password-file", metavar="FILE", type=Path, help="read the password here")
    secret.add_argument(
        "--admin-password", metavar="PASSWORD", help="seen by others in the list of processes"
    )
    demo = parser.add_argument_group("the demo")
    demo.add_argument("--demo", action="store_true", help="add a synthetic world and its people")
    demo.add_argument("--banks", type=_at_most(200), default=2, metavar="N", help="default: 2")
    demo.add_argument("--seed", type=int, default=1, metavar="N", help="another number, another world")
    demo.add_argument("--days", type=_at_most(3_660), default=180, metavar="N", help="default: 180")
    demo.add_argument("--until", type=_day, metavar="DATE", help="first day without rows: today")
    demo.add_argument(
        "--transactions", type=_at_most(100_000_000), default=50_000, metavar="N", help="default: 50000"
    )
    away = parser.add_mutually_exclusive_group()
    away.add_argument("--remove-demo", action="store_true", help="delete the demo's banks, rows and people")
    away.add_argument("--reset", action="store_true", help="delete everything first; asks before it does")
    return parser


def _at_most(most: int) -> Callable[[str], int]:
    def whole_number(text: str) -> int:
        number = int(text.replace("_", ""))
        if not 1 <= number <= most:
            raise argparse.ArgumentTypeError(f"must be 1 to {most}")
        return number

    return whole_number


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise argparse.ArgumentTypeError(f"must lie between {_FIRST_YEAR} and {_LAST_YEAR}")
    return day


def _run(options: argparse.Namespace) -> None:
    if options.reset:
        _ask(f"This deletes every row, user and log. Type '{_ASKED_TO_DELETE}' to go on: ")
        setup.reset_database()
        _say("Everything was deleted.")
    for name in setup.init_database():
        _say(f"applied {name}")
    if not options.demo:
        put_back()
    if options.remove_demo:
        _remove_demo()
        return
    password = _first_password(options)
    setup.seed_initial_data()
    if options.demo:
        _seed_demo(options)
    # Last, so that a start which was stopped half-way does everything again.
    _seed_admin(options, password)


def _ask(question: str) -> None:
    sys.stdout.write(question)
    sys.stdout.flush()
    if sys.stdin.readline().strip() != _ASKED_TO_DELETE:
        raise UserError(N_("Nothing was deleted."))


def _names(options: argparse.Namespace) -> tuple[str, str]:
    return options.admin_username or "admin", options.admin_email or "admin@localhost"


def _first_password(options: argparse.Namespace) -> str | None:
    """Return the password given for the first admin, and refuse what cannot be before anything is stored."""
    with get_db_session() as session:
        is_late = setup.has_admin(session)
    if is_late and any(getattr(options, name) is not None for name in _ADMIN_OPTIONS):
        raise ConflictError(N_("There is an administrator already; further ones are made on the Users page."))
    username, email = _names(options)
    if "@" in username or "@" not in email:
        raise UserError(N_("A username holds no @ and an e-mail address holds one."))
    given = _given_password(options)
    if given is not None:
        policy = WebSettings.from_env().password_policy
        passwords.refuse_weak(given, names=(username, email.partition("@")[0]), policy=policy)
    return given


def _seed_admin(options: argparse.Namespace, given: str | None) -> None:
    with get_db_session() as session:
        is_late = setup.has_admin(session)
    username, email = _names(options)
    password = given or passwords.generate_password()
    # Hashing takes its time; a start with an admin does without.
    hashed = None if is_late else passwords.hash_password(password)
    seeded = setup.seed_initial_data(password_hash=hashed, username=username, email=email)
    if seeded.admin_id is None:
        _say("There is an administrator already: no account was made.")
    elif given is None:
        _say(f"\n  First login:  {username}\n  Password:     {password}\n")
        _say("The password is shown this once and must be changed at the first login.")
    else:
        _say(f"First login: {username}, with the given password, to be changed at the first login.")


def _given_password(options: argparse.Namespace) -> str | None:
    if options.admin_password is not None:
        sys.stderr.write("Warning: other users of this machine can read --admin-password; use a file.\n")
        return str(options.admin_password)
    if options.admin_password_file is None:
        return None
    path: Path = options.admin_password_file
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(N_("{path} cannot be read."), path=str(path)) from error


def _seed_demo(options: argparse.Namespace) -> None:
    wanted = WorldOptions(
        until=options.until or _today(options.banks),
        banks=options.banks,
        days=options.days,
        transactions=options.transactions,
        seed=options.seed,
    )
    known = begun_world()
    world = store_world(wanted, _Line(), truth=WebSettings.from_env().home / FOLDER)
    if world.stored:
        upkeep.fold()
        pace = world.stored / max(world.seconds, 0.001)
        _say(f"The demo is there: {world.rows:,} transactions, {pace:,.0f} a second.")
        _say("Scores, alerts and anomalies follow in the background while Vigie runs.")
    else:
        _say(f"The demo is there already, with {world.rows:,} transactions until {world.options.until}.")
    if known is not None and known != wanted and options.until is not None:
        _say("Another demo needs this one to be removed first: --remove-demo.")
    with get_db_session() as session:
        codes = banks.demo_codes(session)
        for code in codes if world.stored else ():
            submit(session, "enrich", {"bank": code, "alerts": "recent"})
            submit(session, "detect", {"bank": code})
    path = add_colleagues(WebSettings.from_env().home, codes)
    if path is not None:
        _say(f"Demo logins (lead, two analysts, a viewer) are in {path}")


def _today(number: int) -> date:
    """Return the day that has begun at all of these banks: no row may lie ahead of now."""
    now: datetime = clock.now()
    return min(now.astimezone(ZoneInfo(bank.zone)).date() for bank in demo_banks(number))


def _remove_demo() -> None:
    with owner_session() as owner:
        removed = remove_demo(owner, lambda table, rows: _say(f"{table}: {rows:,} rows deleted"))
    shutil.rmtree(WebSettings.from_env().home / FOLDER, ignore_errors=True)
    _say(f"Demo banks removed: {removed}." if removed else "There is no demo.")


class _Line:
    """Progress with rate and time left: one line rewritten on a terminal, else one line now and then."""

    _EVERY_S: Final = 5.0

    def __init__(self) -> None:
        """Begin with nothing said."""
        self._said_at = 0.0

    def __call__(self, progress: Progress) -> None:
        """Say how far it is."""
        is_terminal, is_done = sys.stdout.isatty(), progress.rows >= progress.total
        if not is_terminal and not is_done and progress.seconds - self._said_at < self._EVERY_S:
            return
        self._said_at = progress.seconds
        left = f"{progress.seconds_left:,.0f} s left" if progress.seconds_left is not None else ""
        text = (
            f"{progress.bank}: {progress.rows:,} of {progress.total:,} rows, "
            f"{progress.rows_a_second:,.0f} a second, {left}"
        )
        sys.stdout.write(f"\r{text:<90}{chr(10) if is_done else ''}" if is_terminal else f"{text}\n")
        sys.stdout.flush()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
