"""The page of proofs is read as it stands, and a proof older than its code is noticed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.proofs.stale import PAGE, Proof, proofs, verdict


@pytest.fixture
def history(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    committed(tmp_path, "covered.py")
    return tmp_path


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=Ana", "-c", "user.email=ana@bank.example", "-c", "commit.gpgsign=false")
    plain = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    run = subprocess.run(
        ["git", *who, *words], cwd=folder, env=plain, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


def committed(folder: Path, name: str) -> str:
    path = folder / name
    path.write_text((path.read_text() if path.exists() else "") + "x = 1\n", encoding="utf-8")
    git(folder, "add", name)
    git(folder, "commit", "-q", "-m", f"Changed {name}")
    return git(folder, "rev-parse", "--short", "HEAD")


def proof(commit: str | None) -> Proof:
    return Proof("example", "", commit, "", ("covered.py",))


def test_a_proof_is_current_until_what_it_covers_changes(history: Path) -> None:
    commit = git(history, "rev-parse", "--short", "HEAD")
    committed(history, "other.py")
    assert verdict(proof(commit), history) == "current"
    newest = committed(history, "covered.py")
    assert verdict(proof(commit), history) == (
        f"stale by 1 commits since {commit}, the newest: {newest} Changed covered.py"
    )


def test_a_proof_without_a_commit_or_with_an_unknown_one_says_so(history: Path) -> None:
    assert "no commit noted" in verdict(proof(None), history)
    assert verdict(proof("0123abc"), history) == "its commit 0123abc is not in this history"


def test_every_proof_stands_on_the_page_with_what_it_covers() -> None:
    known = {
        path.stem.replace("_", "-")
        for path in (ROOT / "tests/proofs").glob("*.py")
        if '__name__ == "__main__"' in path.read_text(encoding="utf-8") and not path.stem.endswith("stale")
    }
    rows = proofs(PAGE.read_text(encoding="utf-8"))
    assert {row.name for row in rows} == known, "proofs-page"
    assert all(row.covers and all((ROOT / path).exists() for path in row.covers) for row in rows)
    assert all(f"make prove {row.name}" in row.command for row in rows)
    assert all(row.result for row in rows)
