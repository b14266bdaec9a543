"""The page for scripts and notebooks: every example runs as it stands, every function is on it."""

from __future__ import annotations

import doctest
import inspect
from importlib import import_module
from pathlib import Path

import pytest

import database
from database.seed_data import main
from tests.servers import Database

PAGE = Path(__file__).resolve().parents[1] / "docs" / "python-api.md"
SEED = ["--demo", "--until", "2026-07-01", "--days", "60", "--transactions", "6000"]


def test_every_example_runs_as_it_stands(
    committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    text = PAGE.read_text(encoding="utf-8")
    assert f"python -m database.seed_data {' '.join(SEED)}" in text
    assert main(SEED) == 0
    examples = doctest.DocTestParser().get_doctest(text, {}, PAGE.name, str(PAGE), 0)
    assert len(examples.examples) > 50
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(examples, out=told.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(told)


@pytest.mark.parametrize("module", ["transactions", "customers", "merchants"])
def test_every_query_of_payments_and_parties_is_shown(module: str) -> None:
    text = PAGE.read_text(encoding="utf-8")
    home = import_module(f"database.queries.{module}")
    own = [
        name
        for name, function in inspect.getmembers(home, inspect.isfunction)
        if function.__module__ == home.__name__ and not name.startswith("_")
    ]
    assert [name for name in own if f"{module}.{name}(" not in text and f"`{name}`" not in text] == []


def test_every_export_of_database_is_named() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in database.__all__ if name not in text] == []
