"""Imports flow one way, as the contracts in pyproject.toml say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT


def test_import_contracts_are_kept() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"import-contracts: {run.stdout[-3000:]}{run.stderr[-1000:]}"


def test_nothing_imports_app() -> None:
    from tests.architecture.source import PRODUCT, sources

    found = [s.path for s in sources(*PRODUCT) if "import app\n" in s.text or "from app import" in s.text]
    assert not found, f"nothing-imports-app: {found}"
