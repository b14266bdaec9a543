"""Style and types hold over the whole tree, tests included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

TOOLS = Path(sys.executable).parent


@pytest.mark.parametrize("words", [["check"], ["format", "--check"]], ids=["rules", "format"])
def test_ruff_finds_nothing(words: list[str]) -> None:
    run = subprocess.run([TOOLS / "ruff", *words, "."], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"ruff: {run.stdout[-4000:]}{run.stderr[-1000:]}"


@pytest.mark.timeout(600)
def test_mypy_strict_finds_nothing() -> None:
    run = subprocess.run([TOOLS / "mypy", "."], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"mypy: {run.stdout[-4000:]}{run.stderr[-1000:]}"
