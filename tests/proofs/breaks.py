"""Breaks the house's rules on purpose, in a copy of the tree; the check meant for each must notice.

`python -m tests.proofs.breaks [--only SLUG …]` applies every break, `test_breaks.py` five of them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.source import ROOT, tracked_files
from tests.proofs.breaks_list import BREAKS, Break


@dataclass(frozen=True)
class Outcome:
    """What one break led to; `said` is the end of the check's output."""

    slug: str
    is_noticed: bool
    seconds: float
    said: str


def copy_of_the_tree(folder: Path) -> Path:
    """Copy what git would track, and make it a repository so that the rules see the same files."""
    copy = folder / "tree"
    for name in tracked_files():
        target = copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    subprocess.run(["git", "init", "-q"], cwd=copy, check=True)
    return copy


def outcome_of(one: Break, copy: Path, home: Path) -> Outcome:
    """Apply the break, run its check alone, and put the tree back."""
    kept = {path: (copy / path).read_bytes() if (copy / path).exists() else None for path in one.paths}
    began = time.monotonic()
    try:
        one.apply(copy)
        run = _check(one.check, copy, home)
    finally:
        for path, content in kept.items():
            _put_back(copy / path, content)
    said = run.stdout + run.stderr
    return Outcome(one.slug, run.returncode != 0 and one.rule in said, time.monotonic() - began, said[-1500:])


def _check(words: str, copy: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "VIGIE_TEST_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_CURRENT_TEST", None)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-x",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        words,
    ]
    return subprocess.run(
        command, cwd=copy, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def run(breaks: Iterable[Break], say: Callable[[Outcome], None]) -> list[Outcome]:
    """Apply each break to one copy in turn."""
    with tempfile.TemporaryDirectory(prefix="vigie-breaks-") as folder:
        # The servers' account must be able to walk through it.
        Path(folder).chmod(0o711)
        copy = copy_of_the_tree(Path(folder))
        outcomes = []
        for one in breaks:
            outcomes.append(outcome_of(one, copy, Path(folder) / "servers"))
            say(outcomes[-1])
    return outcomes


def main() -> int:
    """Apply all breaks, or those named, and say how many were noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.breaks", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="SLUG", choices=sorted(b.slug for b in BREAKS))
    chosen = parser.parse_args().only

    def say(outcome: Outcome) -> None:
        word = "noticed" if outcome.is_noticed else "MISSED"
        sys.stdout.write(f"{word:8} {outcome.seconds:5.1f} s  {outcome.slug}\n")
        if not outcome.is_noticed:
            sys.stdout.write(outcome.said + "\n")
        sys.stdout.flush()

    outcomes = run([b for b in BREAKS if chosen is None or b.slug in chosen], say)
    noticed = sum(o.is_noticed for o in outcomes)
    sys.stdout.write(f"{noticed} of {len(outcomes)} breaks noticed\n")
    return 0 if noticed == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
