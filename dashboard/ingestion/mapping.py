"""What `--map` says: fields and their columns, what words mean, or a file that says all of it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from models.errors import UserError
from models.messages import N_

_MOST_BYTES: Final = 1 << 20
_TABLES: Final = ("columns", "constants", "words")


@dataclass(frozen=True, slots=True)
class Said:
    """Field → column, field → the value of every row, field → what a column's words mean."""

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def mapping_of(given: Iterable[str]) -> Said:
    """Read FIELD=COLUMN, FIELD.WORD=OURS, FIELD:=VALUE or the name of a mapping file; the later one holds."""
    found = Said()
    for each in given:
        found = _joined(found, _pair(each) if "=" in each else mapping_file(Path(each)))
    return found


def mapping_file(path: Path) -> Said:
    """Read a mapping file, JSON or TOML, with the tables `columns`, `constants` and `words`."""
    try:
        text = path.read_bytes()[:_MOST_BYTES].decode()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            N_("--map {given} is neither FIELD=COLUMN, like --map amount=TX_AMOUNT, nor a mapping file."),
            given=str(path),
        ) from error
    try:
        stored = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(
            N_("{path} is no mapping file: {reason}."), path=str(path), reason=str(error)
        ) from error
    return _checked(path, stored)


def _checked(path: Path, stored: Any) -> Said:
    unknown = sorted(set(stored) - set(_TABLES)) if isinstance(stored, dict) else ["?"]
    if unknown:
        raise UserError(
            N_("{path} has {unknown}; a mapping file has the tables {tables}."),
            path=str(path),
            unknown=", ".join(unknown),
            tables=", ".join(_TABLES),
        )
    words = {name: _texts(path, name, said) for name, said in stored.get("words", {}).items()}
    return Said(
        _texts(path, "columns", stored.get("columns", {})),
        _texts(path, "constants", stored.get("constants", {})),
        words,
    )


def _texts(path: Path, table: str, said: Any) -> dict[str, str]:
    if not isinstance(said, dict) or any(isinstance(value, dict | list) for value in said.values()):
        raise UserError(N_("{path}: {table} is not a table of names and texts."), path=str(path), table=table)
    return {str(name): str(value) for name, value in said.items()}


def _pair(given: str) -> Said:
    name, _, value = given.partition("=")
    if not (name.rstrip(":") and value):
        raise UserError(N_("--map {given} is not FIELD=COLUMN, like --map amount=TX_AMOUNT."), given=given)
    if name.endswith(":"):
        return Said(constants={name.removesuffix(":"): value})
    own, dot, word = name.partition(".")
    return Said(words={own: {word: value}}) if dot else Said({name: value})


def _joined(one: Said, other: Said) -> Said:
    words = {name: {**one.words.get(name, {}), **said} for name, said in other.words.items()}
    return replace(
        one,
        columns={**one.columns, **other.columns},
        constants={**one.constants, **other.constants},
        words={**one.words, **words},
    )
