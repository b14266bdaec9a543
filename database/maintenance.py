"""What is done by hand to stored data: `python -m database.maintenance erase`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection

from dashboard.erasure import Erased, erase_customer
from database.config import DatabaseConfig
from database.embedded import reached
from database.owner import owner_session
from database.queries import erasing
from models.errors import UserError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 when done, 1 with a sentence when not."""
    options = _parser().parse_args(arguments)
    try:
        with reached(DatabaseConfig.from_env()):
            if not options.yes and not _confirmed(options):
                sys.stdout.write("Nothing was erased.\n")
                return 1
            _tell(erase_customer(options.bank, options.customer, reason=options.reason, forget_logs=_logs))
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _confirmed(options: argparse.Namespace) -> bool:
    question = f"Erase customer {options.customer} of {options.bank} for ever? Write yes: "
    return input(question).strip().casefold() == "yes"


def _logs(bank_id: int, words: Collection[str]) -> int:
    with owner_session() as owner:
        return erasing.forget_in_logs(owner, bank_id, words)


def _tell(erased: Erased) -> None:
    sys.stdout.write(
        f"Erased: {erased.payments:,} payments, {erased.patterns:,} patterns, {erased.log_lines:,} lines of "
        f"the log, {erased.file_lines:,} lines of files. The audit calls them {erased.fingerprint}.\n"
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m database.maintenance", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    erase = commands.add_parser("erase", help="erase a customer with all that is stored about them")
    erase.add_argument("--bank", required=True, metavar="CODE")
    erase.add_argument("--customer", required=True, metavar="ID")
    erase.add_argument("--reason", required=True, help="kept in the audit; name nobody in it")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
