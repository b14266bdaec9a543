"""Drafts a migration: the SQL that leads from the database's schema to the models, and back."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine, MetaData, text
from sqlalchemy.schema import CreateTable

from database.migration_files import FOLDER, read_migrations
from database.migrations import scripts
from database.owner import owner_engine
from models import Base
from models.errors import ConflictError, UnavailableError, UserError
from models.messages import N_
from models.scope import SCOPED_TABLES

if TYPE_CHECKING:
    from alembic.operations import MigrateOperation

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
_CHECKS: Final = text("""
select c.relname, k.conname, pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid
where k.contype = 'c' and k.connamespace = cast(:schema as regnamespace) and not c.relispartition
""")
_HEAD: Final = (
    "-- A draft from the difference between models and schema: read every line, say what it is for.\n"
    "-- Not compared: policies, grants, storage options, functions, the order of columns,\n"
    "-- what a column is generated from.\n"
)


def draft(name: str, folder: Path = FOLDER) -> list[Path]:
    """Write the next migration's two files into the folder and return them; none if nothing differs.

    The database must have had every migration, for what it lacks would be drafted once more.
    """
    if not _NAME.fullmatch(name):
        raise UserError(N_("{name} is no name for a migration: write verb_object, as add_note."), name=name)
    migrations = read_migrations(folder)
    if scripts(folder=folder):
        raise ConflictError(N_("The database has not had every migration: apply them first."))
    up, down = difference(owner_engine(), Base.metadata)
    if not up:
        return []
    number = max((migration.version for migration in migrations), default=0) + 1
    paths = [folder / f"{number:03}_{name}.sql", folder / f"{number:03}_{name}.down.sql"]
    for path, statements in zip(paths, (up, down), strict=True):
        path.write_text(_HEAD + "\n" + "\n".join(statements) + "\n", encoding="utf-8")
    return paths


def difference(engine: Engine, metadata: MetaData) -> tuple[list[str], list[str]]:
    """Return the statements that make the schema what the models say, and those that lead back.

    Nothing of what is done meanwhile is kept.
    """
    try:
        from alembic.autogenerate import produce_migrations
        from alembic.migration import MigrationContext
    except ModuleNotFoundError as error:
        missing = N_("Drafting compares with the package alembic: install requirements-dev.txt.")
        raise UnavailableError(missing) from error

    # A connection that is closed without a commit keeps nothing.
    with engine.connect() as connection:
        is_ours = partial(_is_ours, connection, metadata)
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_object": lambda _item, name, kind, *_: kind != "table" or is_ours(name),
        }
        with warnings.catch_warnings():
            # It compares what a column is generated from letter by letter, and servers spell that anew.
            warnings.filterwarnings("ignore", "Computed default")
            script = produce_migrations(MigrationContext.configure(connection, opts=options), metadata)
        new = {table for table in metadata.tables if not _exists(connection, table)}
    if script.upgrade_ops is None or script.downgrade_ops is None:
        raise RuntimeError("alembic compared nothing")
    up = [*_sql(script.upgrade_ops.ops), *_rights(sorted(new))]
    down = [*_sql(script.downgrade_ops.ops)]
    with engine.connect() as connection:
        changed = _changed_checks(connection, metadata, new)
    for here, there in changed:
        up += _exchanged(here, there)
        down += _exchanged(there, here)
    return up, down


def _is_ours(connection: Connection, metadata: MetaData, name: str | None) -> bool:
    """Whether a table is the models' business: partitions and the queue's tables are not."""
    if name in metadata.tables:
        return True
    asked = text("select not relispartition from pg_class where oid = to_regclass(:name)")
    is_whole = connection.execute(asked, {"name": name}).scalar()
    return bool(is_whole) and not str(name).startswith("procrastinate_")


def _exists(connection: Connection, table: str) -> bool:
    return connection.execute(text("select to_regclass(:name)"), {"name": table}).scalar() is not None


def _sql(operations: Iterable[MigrateOperation]) -> list[str]:
    """Write operations as PostgreSQL's statements, one an element."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.operations.ops import CreateTableOp

    written = io.StringIO()
    options = {"as_sql": True, "output_buffer": written, "target_metadata": Base.metadata}
    context = MigrationContext.configure(dialect_name="postgresql", opts=options)
    with Operations.context(context) as run:
        for operation in _flat(operations):
            table = Base.metadata.tables.get(getattr(operation, "table_name", ""))
            if isinstance(operation, CreateTableOp) and table is not None:
                # Alembic's copy of it would get the CHECKs of choices twice.
                run.execute(text(str(CreateTable(table).compile(dialect=context.dialect))))
            else:
                run.invoke(operation)
    statements = (re.sub(r"\s+\n", "\n", one).strip() for one in written.getvalue().split(";\n\n"))
    return [f"{statement.rstrip(';')};" for statement in statements if statement]


def _flat(operations: Iterable[Any]) -> Iterator[Any]:
    for operation in operations:
        inner = getattr(operation, "ops", None)
        if inner is None:
            yield operation
        else:
            yield from _flat(inner)


def _rights(new: Iterable[str]) -> Iterator[str]:
    """Who may what with a new table, as every migration says it; the least that a table of its kind needs."""
    for table in new:
        if table in SCOPED_TABLES:
            yield f"call scope_by_bank('{table}');"
        yield f"grant select, insert, update, delete on {table} to vigie_app;"
        yield f"grant select on {table} to vigie_reader;"


Check = tuple[str, str, str]


def _changed_checks(
    connection: Connection, metadata: MetaData, new: set[str]
) -> list[tuple[Check | None, Check | None]]:
    """Compare CHECKs as the server spells both, which alembic does not: (here, in the models)."""
    here = {(table, name): (table, name, rule) for table, name, rule in _checks(connection, "public")}
    connection.execute(text("create schema drafted"))
    connection.execute(text("set local search_path = drafted, public"))
    metadata.create_all(connection, checkfirst=False)
    there = {(table, name): (table, name, rule) for table, name, rule in _checks(connection, "drafted")}
    shared = {table.name for table in metadata.tables.values()} - new
    differing = sorted(key for key in here.keys() | there.keys() if here.get(key) != there.get(key))
    return [(here.get(key), there.get(key)) for key in differing if key[0] in shared]


def _checks(connection: Connection, schema: str) -> list[Check]:
    return [(str(a), str(b), str(c)) for a, b, c in connection.execute(_CHECKS, {"schema": schema})]


def _exchanged(before: Check | None, after: Check | None) -> list[str]:
    statements = []
    if before is not None:
        statements.append(f"alter table {before[0]} drop constraint {before[1]};")
    if after is not None:
        statements.append(f"alter table {after[0]} add constraint {after[1]} {after[2]};")
    return statements
