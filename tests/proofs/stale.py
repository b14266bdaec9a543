"""Lists the proofs of docs/proofs.md that are older than the code they cover: `make prove stale`."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.source import ROOT

PAGE = ROOT / "docs/proofs.md"
_COLUMNS = ("proof", "command", "proves", "ci", "full", "seed", "commit", "result", "covers")
_NEVER = "–"


@dataclass(frozen=True)
class Proof:
    """One row of the page: its name, the commit that it was run on (None: never), and what it covers."""

    name: str
    command: str
    commit: str | None
    result: str
    covers: tuple[str, ...]


def proofs(page: str) -> list[Proof]:
    """Read the rows of the first table."""
    lines = page.partition("\n# Benchmarks")[0].splitlines()
    rows = [re.split(r"(?<!\\)\|", line.strip("| ")) for line in lines if line.startswith("|")]
    return [_proof([cell.strip() for cell in row]) for row in rows[2:]]


def _proof(cells: list[str]) -> Proof:
    row = dict(zip(_COLUMNS, cells, strict=True))
    commit = None if row["commit"] == _NEVER else row["commit"]
    return Proof(
        row["proof"], row["command"], commit, row["result"], tuple(re.findall(r"`([^`]+)`", row["covers"]))
    )


def changes_since(proof: Proof, root: Path) -> list[str] | None:
    """The commits after the proof's that touch what it covers, newest first; None: the commit is unknown."""
    words = ["git", "log", "--format=%h %s", f"{proof.commit}..HEAD", "--", *proof.covers]
    run = subprocess.run(words, cwd=root, capture_output=True, text=True, check=False)
    return run.stdout.splitlines() if run.returncode == 0 else None


def verdict(proof: Proof, root: Path) -> str:
    """Say in one line how the proof stands; "current" alone needs nothing done."""
    if proof.commit is None:
        return "no commit noted: run it and write the commit into docs/proofs.md"
    later = changes_since(proof, root)
    if later is None:
        return f"its commit {proof.commit} is not in this history"
    if later:
        return f"stale by {len(later)} commits since {proof.commit}, the newest: {later[0]}"
    return "current"


def main() -> int:
    """Say how each proof stands; 1 when any has to be run again."""
    found = [(proof.name, verdict(proof, ROOT)) for proof in proofs(PAGE.read_text(encoding="utf-8"))]
    for name, said in found:
        sys.stdout.write(f"{name:<22}{said}\n")
    return 0 if all(said == "current" for _, said in found) else 1


if __name__ == "__main__":
    sys.exit(main())
