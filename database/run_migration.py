"""Command: migrate the database forward or back, say where it stands, or draft what it lacks."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from database.autogenerate import draft
from database.migration_files import find, read_migrations
from database.migrations import history, rollback, run_all_migrations, run_migration, scripts, status
from models.errors import UserError


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the options say (default: apply everything missing); return the exit status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        for line in _lines(options):
            sys.stdout.write(line + "\n")
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m database.run_migration", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--migration", metavar="FILE", help="apply this one file")
    what.add_argument("--target", metavar="NNN", type=int, help="apply everything up to this number")
    what.add_argument("--rollback", metavar="N", type=_steps, help="undo the last N migrations")
    what.add_argument("--status", action="store_true", help="list every migration, applied or pending")
    what.add_argument(
        "--history", action="store_true", help="list what was applied, when and how long it took"
    )
    what.add_argument("--current", action="store_true", help="print the last migration applied")
    what.add_argument(
        "--autogenerate",
        metavar="NAME",
        help="draft the next migration, up and down, from the difference between models and schema",
    )
    parser.add_argument("--sql", action="store_true", help="print the SQL instead of running it")
    return parser


def _steps(text: str) -> int:
    steps = int(text)
    if steps < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return steps


def _lines(options: argparse.Namespace) -> list[str]:
    asked = _told(options)
    if asked is not None:
        return asked
    if options.rollback:
        return [f"undid {name}" for name in rollback(options.rollback)] or ["nothing to undo"]
    if options.migration:
        names = run_migration(options.migration)
    else:
        names = run_all_migrations(target=options.target)
    return [f"applied {name}" for name in names] or ["nothing to apply"]


def _told(options: argparse.Namespace) -> list[str] | None:
    """Answer what leaves the database as it is; None if it is to be changed."""
    if options.status:
        return [
            f"{state.name:40} {state.applied_at.isoformat(' ', 'seconds') if state.applied_at else 'pending'}"
            for state in status()
        ]
    applied = history() if options.history or options.current else []
    if options.history:
        return [f"{one.at.isoformat(' ', 'seconds')}  {one.name:40} {one.duration_ms} ms" for one in applied]
    if options.current:
        return [applied[-1].name if applied else "no migration yet"]
    if options.autogenerate:
        return [f"drafted {path}" for path in draft(options.autogenerate)] or ["models and schema agree"]
    return _sql(options) if options.sql else None


def _sql(options: argparse.Namespace) -> list[str]:
    if options.migration:
        migration = find(read_migrations(), options.migration)
        chosen = [migration.up]
    else:
        chosen = scripts(target=options.target, steps=options.rollback)
    return [f"-- {script.path.name}\n{script.sql}" for script in chosen]


if __name__ == "__main__":
    sys.exit(main())
