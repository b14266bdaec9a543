"""The names of the catalogue that are delivered exist, and no others: tables, enums, settings, commands."""

from __future__ import annotations

import pkgutil
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import database
import models
from dashboard.config import WebSettings
from database.config import DatabaseConfig
from tests.architecture.source import PRODUCT, sources
from tests.migrations.catalog import columns
from tests.servers import Database

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE: dict[str, Any] = tomllib.loads(
    (ROOT / "tests" / "architecture" / "catalogue.toml").read_text(encoding="utf-8")
)
DELIVERED: list[str] = CATALOGUE["delivered"]
TYPES = {
    "int": "integer",
    "bigint": "bigint",
    "text": "text",
    "bool": "boolean",
    "money": "numeric(18,4)",
    "rate": "numeric(18,8)",
    "double": "double precision",
    "date": "date",
    "time": "timestamp with time zone",
    "json": "jsonb",
    "bytea": "bytea",
    "inet": "inet",
    "uuid": "uuid",
}
COMMANDS = [name for name, command in CATALOGUE["commands"].items() if command["letter"] in DELIVERED]


def listed_columns(table: dict[str, Any]) -> dict[str, tuple[str, bool]]:
    """Type and whether it is required, of each column that the catalogue gives a table."""
    found = {"created_at": (TYPES["time"], True)}
    if table.get("mutable"):
        found["updated_at"] = (TYPES["time"], True)
    for column in table.get("columns", "").split(","):
        if column.strip():
            name, kind = column.split()
            found[name] = (TYPES.get(kind.rstrip("?"), kind.rstrip("?")), not kind.endswith("?"))
    return found


def listed(entry: dict[str, Any]) -> tuple[set[str], set[str]]:
    """What must exist of an entry with a list for each letter, and what may."""
    by_letter = {letter: set(names) for letter, names in entry.items() if isinstance(names, list)}
    must = set().union(*(names for letter, names in by_letter.items() if letter in DELIVERED))
    return must, set().union(*by_letter.values())


@pytest.mark.committed
def test_delivered_tables_have_exactly_the_catalogues_columns(committed: Database) -> None:
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    for (table, column), (kind, required, _) in columns(committed.owner_url).items():
        found.setdefault(table, {})[column] = (kind, required)
    known = CATALOGUE["tables"]
    assert set(found) <= set(known), "a table that the catalogue does not know"
    for name, table in known.items():
        if table["letter"] in DELIVERED:
            assert found[name] == listed_columns(table), name


def test_delivered_enums_have_exactly_the_catalogues_values() -> None:
    known = CATALOGUE["enums"]
    for name, enum in known.items():
        if enum["letter"] in DELIVERED:
            module, _, attribute = name.rpartition(".")
            assert [choice.value for choice in getattr(import_module(module), attribute)] == enum["values"]
    assert set(_enums_of_models()) <= set(known), "an enum that the catalogue does not know"


def test_delivered_settings_have_the_catalogues_names_and_defaults() -> None:
    known = {letter: names for letter, names in CATALOGUE["settings"].items() if letter != "aliases"}
    every = {name: default for names in known.values() for name, default in names.items()}
    found = dict(_settings())
    for letter in DELIVERED:
        assert set(known[letter]) <= set(found)
    assert set(found) <= set(every), "a setting that the catalogue does not know"
    assert found == {name: every[name] for name in found}


def test_a_delivered_setting_is_read() -> None:
    product = "".join(source.text for source in sources(*PRODUCT))
    read = {
        str(getattr(field.validation_alias, "choices", ("",))[0]): f".{name}" in product
        for name, field in {**DatabaseConfig.model_fields, **WebSettings.model_fields}.items()
    }
    unread = [n for letter in DELIVERED for n in CATALOGUE["settings"].get(letter, ()) if not read[n]]
    assert not unread, f"setting-unread: {unread}"


def test_settings_answer_to_the_catalogues_aliases() -> None:
    found = {names[0]: names[1] for names in _setting_names() if len(names) > 1}
    assert found == CATALOGUE["settings"]["aliases"]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_delivered_command_takes_exactly_the_catalogues_words(command: str) -> None:
    must, may = listed(CATALOGUE["commands"][command])
    offered = _words_of(command)
    assert must <= offered, f"missing: {sorted(must - offered)}"
    assert offered <= may, f"not in the catalogue: {sorted(offered - may)}"


def test_make_has_the_catalogues_targets() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert targets == set(CATALOGUE["make"]["targets"])


@pytest.mark.committed
def test_scripts_find_the_catalogues_functions(committed: Database) -> None:
    assert committed, "the engine among them is made on first use"
    for home, entry in CATALOGUE["functions"].items():
        must, may = listed(entry)
        owner = _object(home)
        missing = {name for name in must if not hasattr(owner, name)}
        assert not missing, f"{home}: {sorted(missing)}"
        if hasattr(owner, "__all__"):
            assert set(owner.__all__) <= may, f"{home} exports what the catalogue does not know"
    assert set(database.__all__) >= set(CATALOGUE["functions"]["database"]["w"])


def _enums_of_models() -> Iterator[str]:
    for module in pkgutil.iter_modules(models.__path__, "models."):
        for name, value in vars(import_module(module.name)).items():
            if isinstance(value, type) and issubclass(value, StrEnum) and value.__module__ == module.name:
                yield f"{module.name}.{name}"


def _setting_names() -> list[list[str]]:
    fields = {**DatabaseConfig.model_fields, **WebSettings.model_fields}
    return [list(getattr(field.validation_alias, "choices", ())) for field in fields.values()]


def _settings() -> Iterator[tuple[str, str]]:
    for field in {**DatabaseConfig.model_fields, **WebSettings.model_fields}.values():
        name = str(getattr(field.validation_alias, "choices", ("",))[0])
        yield name, _spelled(field.default)


def _spelled(default: object) -> str:
    if isinstance(default, Path):
        return str(default.relative_to(ROOT))
    if isinstance(default, bool):
        return str(default).lower()
    return "" if default in (None, ()) else str(default)


@lru_cache
def _words_of(command: str) -> frozenset[str]:
    """The options and choices that a command's help tells of."""
    how = ["app.py"] if command == "app" else ["-m", command]
    answer = subprocess.run(
        [sys.executable, *how, "--help"], cwd=ROOT, check=False, capture_output=True, text=True, timeout=60
    )
    assert answer.returncode == 0, answer.stderr
    options = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", answer.stdout)) - {"--help"}
    choices = re.search(r"^  \{([a-z,-]+)\}", answer.stdout, re.MULTILINE)
    return frozenset(options | (set(choices[1].split(",")) if choices else set()))


def _object(home: str) -> Any:
    try:
        return import_module(home)
    except ModuleNotFoundError:
        module, _, attribute = home.rpartition(".")
        return getattr(import_module(module), attribute)
