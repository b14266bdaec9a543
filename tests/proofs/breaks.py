"""Breaks the house's rules on purpose, in a copy of the tree; the check meant for each must notice.

`python -m tests.proofs.breaks [--only SLUG …]` applies every break, `test_breaks.py` five of them. Before
that, all their checks must pass on the unbroken copy. A break is noticed when its check alone fails, or
cannot be collected, and the failure names the rule.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.source import ROOT, tracked_files
from tests.proofs.breaking import Break
from tests.proofs.breaks_list import BREAKS

# pytest's exit statuses of failed tests, and of files that a break keeps from being collected.
FAILED_CHECKS = {1, 2, 4}
"""Pytest's exit status when tests ran and failed; usage and collection errors have others."""


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
        run = _check([one.check], copy, home)
    finally:
        for path, content in kept.items():
            _put_back(copy / path, content)
    said = run.stdout + run.stderr
    is_noticed = run.returncode in FAILED_CHECKS and is_named(one.rule, said)
    return Outcome(one.slug, is_noticed, time.monotonic() - began, said[-1500:])


def is_named(rule: str, said: str) -> bool:
    """Whether a failure names the rule, rather than the source that pytest prints around it."""
    return any(rule in line for line in said.splitlines() if line.startswith(("E ", "FAILED ", "ERROR ")))


def unbroken(checks: Iterable[str], copy: Path, home: Path) -> Outcome:
    """Run the checks on the copy as it is: none may fail, or a break would be noticed for no reason."""
    began = time.monotonic()
    run = _check(sorted(set(checks)), copy, home)
    said = run.stdout + run.stderr
    return Outcome("unbroken", run.returncode == 0, time.monotonic() - began, said[-6000:])


def _check(nodes: list[str], copy: Path, home: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "VIGIE_TEST_HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_CURRENT_TEST", None)
    # Most of a check's time is its start: only the plugins that the configuration asks for are loaded.
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugins = ["-p", "pytest_timeout", "-p", "pytest_socket", "-p", "no:cacheprovider"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, *nodes],
        cwd=copy,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


def _put_back(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def run(breaks: Collection[Break], say: Callable[[Outcome], None]) -> list[Outcome]:
    """Check the copy unbroken (the first outcome), then apply each break to it in turn."""
    with tempfile.TemporaryDirectory(prefix="vigie-breaks-") as folder:
        # The servers' account must be able to walk through it.
        Path(folder).chmod(0o711)
        copy = copy_of_the_tree(Path(folder))
        home = Path(folder) / "servers"
        outcomes = [unbroken((one.check for one in breaks), copy, home)]
        say(outcomes[0])
        for one in breaks:
            outcomes.append(outcome_of(one, copy, home))
            say(outcomes[-1])
    return outcomes


def main() -> int:
    """Apply all breaks, or those named, and say how many were noticed."""
    parser = argparse.ArgumentParser(prog="python -m tests.proofs.breaks", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="SLUG", choices=sorted(b.slug for b in BREAKS))
    chosen = parser.parse_args().only

    def say(outcome: Outcome) -> None:
        words = ("passes", "FAILS") if outcome.slug == "unbroken" else ("noticed", "MISSED")
        word = words[0] if outcome.is_noticed else words[1]
        sys.stdout.write(f"{word:8} {outcome.seconds:5.1f} s  {outcome.slug}\n")
        if not outcome.is_noticed:
            sys.stdout.write(outcome.said + "\n")
        sys.stdout.flush()

    outcomes = run([b for b in BREAKS if chosen is None or b.slug in chosen], say)
    noticed = sum(o.is_noticed for o in outcomes[1:])
    sys.stdout.write(f"{noticed} of {len(outcomes) - 1} breaks noticed\n")
    return 0 if all(o.is_noticed for o in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
