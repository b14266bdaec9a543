"""Import a file of transactions: `python -m database.import_data FILE --bank CODE [options]`."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

if __name__ == "__main__":
    from dashboard.ingestion.lean import without_pandas

    without_pandas()

from dashboard.ingestion.bank import BankFound, BankWish, bank_for
from dashboard.ingestion.check import check_file
from dashboard.ingestion.check_sentences import check_sentences
from dashboard.ingestion.layouts import GENERIC, LAYOUTS
from dashboard.ingestion.mapping import mapping_of
from dashboard.ingestion.options import (
    KINDS,
    AlertsMode,
    Decimals,
    ImportOptions,
    ImportResult,
    chosen,
    day_of,
)
from dashboard.ingestion.plan import JOB_KIND, Plan, plan_import
from dashboard.ingestion.progress_line import ProgressLine
from dashboard.ingestion.run import import_planned, said
from dashboard.ingestion.terms import DateOrder
from dashboard.ingestion.undo import undo_dataset
from database.config import DatabaseConfig
from database.connection import get_db_session
from database.embedded import reached
from database.logs.events import store_logs
from database.migrations import run_all_migrations
from database.owner import owner_session
from database.segments.compaction import fold_tail
from models.datasets import DatasetKind
from models.errors import UserError
from models.messages import N_

STOPPED = 130
# Folding half a million records at once would be what needs the most memory of all.
FOLDED_AT_ONCE = 150_000


def main(arguments: list[str] | None = None) -> int:
    """Run one import; 0 when done, 1 with a sentence when not, 130 when it was stopped."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _as_interrupt)
    try:
        with _database():
            return _way(options)(options)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped. The same command goes on from there.\n")
        return STOPPED


def _way(options: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    if options.undo is not None:
        return _undo
    if options.file is None:
        raise UserError(N_("Say which FILE to import, or which dataset to --undo."))
    if options.check:
        return _check
    return _queue if options.job else _import


@contextmanager
def _database() -> Iterator[None]:
    """Reach the database: our own server is started where it does not run; the schema is brought up."""
    config = DatabaseConfig.from_env()
    with reached(config):
        if config.is_embedded:
            run_all_migrations()
        yield


def _import(options: argparse.Namespace) -> int:
    plan = _prepare(options)
    handler = store_logs("import")
    try:
        size = plan.source.size / 1e6
        _say(f"Reading {plan.path.name} ({size:.1f} MB): {plan.layout.label}.")
        for note in plan.notes:
            _say(str(note))
        line = ProgressLine(sys.stdout)
        result = import_planned(plan, line.show)
        line.end()
        _tell(result)
        if not result.was_complete:
            _fold()
    finally:
        handler.close()
    return 0


def _check(options: argparse.Namespace) -> int:
    report = check_file(Path(options.file).resolve(), _asked(options))
    for sentence in check_sentences(report):
        _say(sentence)
    return 0


def _undo(options: argparse.Namespace) -> int:
    handler = store_logs("import")
    try:
        result = undo_dataset(options.bank, options.undo)
        _say(str(result.message))
        _fold()
    finally:
        handler.close()
    return 0


def _queue(options: argparse.Namespace) -> int:
    # The registry of jobs loads the libraries of all of them, for which an import itself has no room.
    from dashboard.jobs.submit import submit

    plan = _prepare(options)
    with get_db_session() as session:
        job_id = submit(session, JOB_KIND, plan.options.as_parameters(plan.path))
    _say(f"The import is queued as run {job_id}; the worker begins it as soon as it is free.")
    return 0


def _prepare(options: argparse.Namespace) -> Plan:
    """Check the file before anything is written, then find or make its bank."""
    asked = _asked(options)
    plan = plan_import(Path(options.file).resolve(), asked)
    wish = BankWish(options.bank_name, options.bank_zone, options.base_currency, options.country)
    with get_db_session() as session:
        currency = plan.layout.constants.get("currency")
        found = bank_for(session, options.bank, wish, currency=currency, grant=options.grant)
    _tell_bank(found)
    return plan


def _asked(options: argparse.Namespace) -> ImportOptions:
    said = mapping_of(options.map)
    return ImportOptions(
        options.bank,
        options.layout,
        said.columns,
        options.time_zone,
        options.currency.upper() if options.currency else None,
        kind=chosen(DatasetKind, options.kind),
        alerts=chosen(AlertsMode, options.alerts),
        base_date=day_of(options.base_date) if options.base_date else None,
        words=said.words,
        constants=said.constants,
        features=options.features,
        dates=chosen(DateOrder, options.dates) if options.dates else None,
        decimals=chosen(Decimals, options.decimals) if options.decimals else None,
        encoding=options.encoding,
    )


def _tell_bank(found: BankFound) -> None:
    bank = found.settings
    if found.is_new:
        _say(f"Bank {bank.code} is new: zone {bank.time_zone}, base currency {bank.base_currency}.")
        if not found.granted:
            _say("There is no active admin yet who could see it: python -m database.seed_data makes one.")
    if found.granted:
        _say(f"It may be seen by {', '.join(found.granted)}.")


def _tell(result: ImportResult) -> None:
    if result.was_complete:
        _say(f"This file was imported before, as dataset {result.dataset_id}: nothing was added.")
        return
    if result.rows_before:
        _say(f"It went on from row {result.rows_before + 1:,}.")
    _say(str(said(result)))
    _say(f"It is dataset {result.dataset_id}: --undo {result.dataset_id} takes it back.")
    if result.rejects_file is not None:
        _say(f"The rows that were not stored, with their reasons: {result.rejects_file}")
    if result.skipped_hours or result.doubled_hours:
        _say(
            f"{result.skipped_hours} times were in an hour that a clock change skips (read as before the "
            f"change), {result.doubled_hours} in one that it doubles (read as its first)."
        )
    if result.followed_by is not None:
        _say(f"Scores and alerts follow as run {result.followed_by}, as soon as the worker is free.")


def _fold() -> None:
    """Seal the new rows' records, so that pages read them fast; without the owner's login a job does it."""
    try:
        is_more = True
        while is_more:
            with owner_session() as session:
                is_more = fold_tail(session, at_once=FOLDED_AT_ONCE).more
    except UserError as error:
        _say(f"The rows are visible, but not folded: {error}")


def _as_interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m database.import_data", description=__doc__)
    add = parser.add_argument
    add("file", metavar="FILE", nargs="?", help=".csv, .csv.gz, .zip (up to 10 files) or .parquet")
    add("--check", action="store_true", help="say what an import would do, and write nothing")
    add("--undo", type=int, metavar="DATASET", help="take back the import of this number, which it said")
    add("--bank", required=True, metavar="CODE", help="the bank that the rows belong to; made if it is new")
    add("--bank-name", metavar="NAME", help="a new bank's name (default: its code)")
    add("--bank-zone", metavar="ZONE", help="a new bank's business time zone, as Europe/Paris (default UTC)")
    add("--base-currency", metavar="CUR", help="a new bank's currency of sums (default: the file's one)")
    add("--country", metavar="CC", help="a new bank's country, for its public holidays")
    add("--grant", action="append", default=[], metavar="USER", help="let this user see the bank too")
    add("--job", action="store_true", help="queue the import for the worker instead of waiting for it")
    add("--kind", choices=KINDS, default=KINDS[0], help="what the rows are (default: transactions)")
    add("--layout", choices=(*LAYOUTS, GENERIC), help="default: the one whose header the file has")
    add(
        "--map",
        action="append",
        default=[],
        metavar="FIELD=COLUMN",
        help="which column fills a field (columns joined by +; @row numbers rows without an id; @none leaves "
        "a field out); FIELD.WORD=OURS what a word means; FIELD:=VALUE one value for all; or a mapping file",
    )
    add("--base-date", metavar="DAY", help="the day that offsets count from (default: the layout's)")
    add("--dates", choices=tuple(DateOrder), help="how 01/02/2020 is read (default: like the other dates)")
    add("--decimals", choices=tuple(Decimals), help="of amounts (default: as they show)")
    add("--encoding", metavar="NAME", help="the text's encoding (default: UTF-8, or UTF-16 by its mark)")
    add("--features", action="store_true", help="keep the columns that fill no field beside the rows")
    told = "rows that may open alerts (default: recent, the 30 days before the newest)"
    add("--alerts", choices=tuple(AlertsMode), default=AlertsMode.RECENT, help=told)
    add("--time-zone", metavar="ZONE", help="zone of times that name none (default: the bank's)")
    add("--currency", metavar="CUR", help="currency of rows that name none")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
