"""Command: compare the segments with the rows, build them anew, or fold the tail now."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from time import perf_counter

from database.owner import owner_session
from database.segments.check import Differences, check
from database.segments.compaction import fold_tail
from database.segments.rebuild import rebuild
from models.errors import UserError

SHOWN = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the option says; the exit status is 1 where segments and rows differ."""
    options = _parser().parse_args(arguments)
    try:
        if options.check:
            return _check()
        lines = _rebuild() if options.rebuild else _fold()
        for line in lines:
            sys.stdout.write(line + "\n")
    except UserError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m database.segments", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--check", action="store_true", help="compare every bank and day with the rows")
    what.add_argument("--rebuild", action="store_true", help="build all segments from the rows and swap them")
    what.add_argument("--fold", action="store_true", help="move the tail into segments")
    return parser


def _check() -> int:
    with owner_session(snapshot=True) as owner:
        found = check(owner)
    for line in _report(found):
        sys.stdout.write(line + "\n")
    return 0 if found.agree else 1


def _report(found: Differences) -> Iterator[str]:
    yield f"{found.rows:,} rows, {found.segments:,} segments, {found.tail_records:,} records in the tail"
    for kind, count in found.others.items():
        yield f"{count:,} rows share the {kind} 'other': it has more values than codes"
    for one in found.found[:SHOWN]:
        yield (
            f"bank {one.bank_id}, {one.day} UTC: {one.in_segments:,} records only in segments, "
            f"{one.in_rows:,} only in rows"
        )
    if len(found.found) > SHOWN:
        yield f"… and {len(found.found) - SHOWN:,} more days"
    yield "segments and rows agree" if found.agree else "segments and rows DIFFER: --rebuild mends them"


def _rebuild() -> Iterator[str]:
    began = perf_counter()
    done = rebuild()
    yield f"{done.records:,} rows in {done.segments:,} segments, {perf_counter() - began:.1f} s"


def _fold() -> Iterator[str]:
    more = True
    while more:
        with owner_session() as owner:
            done = fold_tail(owner)
        more = done.more and done.records > 0
        yield f"{done.records:,} records sealed in {done.segments:,} segments"


if __name__ == "__main__":
    sys.exit(main())
