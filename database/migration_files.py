"""The numbered SQL files of `migrations/`: which there are, in their order, and what each may hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final

from models.errors import ConflictError, NotFoundError, UserError
from models.messages import N_

FOLDER: Final = Path(__file__).resolve().parents[1] / "migrations"

_UP_NAME = re.compile(r"(?P<version>\d{3,})_[a-z][a-z0-9_]*\.sql")
_NO_TRANSACTION = re.compile(r"^-- migrate: no-transaction\s*$", re.MULTILINE)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
# Repeatable by itself, so that a kill between the statement and its record does no harm.
_CONCURRENT = re.compile(
    r"(?:create\s+(?:unique\s+)?index\s+concurrently\s+if\s+not\s+exists\s+(?P<made>\w+)\s+on\s+[^;]+"
    r"|drop\s+index\s+concurrently\s+if\s+exists\s+(?P<dropped>\w+))\s*;?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Script:
    """The SQL of one direction of a migration."""

    path: Path

    @cached_property
    def sql(self) -> str:
        """The text, with line ends that do not depend on how it was checked out."""
        return self.path.read_text(encoding="utf-8").replace("\r\n", "\n")

    @property
    def in_transaction(self) -> bool:
        """Whether it runs in one transaction together with its record."""
        return _NO_TRANSACTION.search(self.sql) is None

    def concurrent_statement(self) -> tuple[str, str]:
        """Return the one statement of a no-transaction file and the index that it is about."""
        statement = _COMMENT.sub("", self.sql).strip()
        found = _CONCURRENT.fullmatch(statement)
        if found is None:
            raise UserError(
                N_(
                    "{file} says no-transaction: it must hold exactly one CREATE INDEX CONCURRENTLY IF NOT "
                    "EXISTS or DROP INDEX CONCURRENTLY IF EXISTS."
                ),
                file=self.path.name,
            )
        return statement, found["made"] or found["dropped"]


@dataclass(frozen=True)
class Migration:
    """A step of the schema, with the way there and the way back."""

    version: int
    name: str
    up: Script
    down: Script

    @cached_property
    def checksum(self) -> str:
        """What a database remembers of the file that made it."""
        return sha256(self.up.sql.encode()).hexdigest()


def read_migrations(folder: Path = FOLDER) -> tuple[Migration, ...]:
    """Return all migrations in numeric order; a stray name, a doubled number or no way back is refused."""
    ups = sorted(path for path in folder.glob("*.sql") if not path.name.endswith(".down.sql"))
    migrations: dict[int, Migration] = {}
    for path in ups:
        found = _UP_NAME.fullmatch(path.name)
        if found is None:
            raise UserError(N_("{file} is not named NNN_verb_object.sql."), file=path.name)
        down = path.with_suffix(".down.sql")
        if not down.exists():
            raise UserError(N_("{file} has no way back: write {down}."), file=path.name, down=down.name)
        version = int(found["version"])
        if version in migrations:
            raise UserError(
                N_("{file} and {other} have the same number."),
                file=path.name,
                other=migrations[version].up.path.name,
            )
        migrations[version] = Migration(version, path.stem, Script(path), Script(down))
    return tuple(migrations[version] for version in sorted(migrations))


def find(migrations: Collection[Migration], file: str) -> Migration:
    """Return the migration of a file's name, path, stem or number."""
    wanted = Path(file).name.removesuffix(".sql")
    for migration in migrations:
        if wanted == migration.name or (wanted.isdecimal() and int(wanted) == migration.version):
            return migration
    raise NotFoundError(N_("There is no migration {file}."), file=file)


def check_history(migrations: Collection[Migration], applied: Mapping[int, tuple[str, str]]) -> None:
    """Refuse a history that the files do not tell: `applied` maps version to name and checksum."""
    known = {migration.version: migration for migration in migrations}
    for version, (name, checksum) in sorted(applied.items()):
        migration = known.get(version)
        if migration is None:
            raise ConflictError(
                N_(
                    "The database has had migration {name}, which this program does not have: "
                    "it belongs to a newer version of Vigie."
                ),
                name=name,
            )
        if (migration.name, migration.checksum) != (name, checksum):
            raise ConflictError(
                N_(
                    "{file} was changed after the database had it. History is never edited: "
                    "put the file back as it was and write a new migration."
                ),
                file=migration.up.path.name,
            )
