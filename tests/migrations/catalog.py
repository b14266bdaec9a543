"""Reads a database's schema from the system catalogs, so that two databases can be compared."""

from __future__ import annotations

import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from tests.servers import Database, binaries_of

Rows = list[tuple[Any, ...]]
Contents = dict[str, list[dict[str, Any]]]

# Partitions follow their parent; the job queue's tables are its library's own.
OURS = "n.nspname = 'public' and not c.relispartition and c.relname not like 'procrastinate%%'"

_TABLES = f"""
select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and {OURS} order by 1
"""
_COLUMNS = f"""
select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, l.collname,
       pg_get_expr(d.adbin, d.adrelid), a.attidentity, a.attgenerated
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
     left join pg_collation l on l.oid = a.attcollation
where c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped and {OURS} order by 1, 2
"""
_CONSTRAINTS = f"""
select c.relname, k.conname, pg_get_constraintdef(k.oid)
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
where k.contype <> 'n' and {OURS} order by 1, 2
"""
_INDEXES = f"""
select c.relname, i.relname, pg_get_indexdef(x.indexrelid)
from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid
     join pg_namespace n on n.oid = c.relnamespace
where {OURS} order by 1, 2
"""
_OPTIONS = f"""
select c.relname, c.reloptions, pg_get_partkeydef(c.oid) from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and {OURS} order by 1
"""


def rows(url: str, statement: str, *values: object) -> Rows:
    """The rows of one statement, committed."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def tables(url: str) -> list[str]:
    """The names of our own tables, partitions left out."""
    return [name for (name,) in rows(url, _TABLES)]


def schema(url: str) -> dict[str, Rows]:
    """Columns, constraints, indexes and options of our own tables, as the server spells them."""
    queries = {"columns": _COLUMNS, "constraints": _CONSTRAINTS, "indexes": _INDEXES, "options": _OPTIONS}
    return {name: rows(url, query) for name, query in queries.items()}


def columns(url: str) -> dict[tuple[str, str], tuple[str, bool, str | None]]:
    """Type, whether it is required, and collation of every column of our own tables."""
    return {
        (table, name): (kind, required, collation)
        for table, name, kind, required, collation, *_ in rows(url, _COLUMNS)
    }


def dump(database: Database, version: int) -> str:
    """The schema as that version's own pg_dump writes it."""
    binaries = binaries_of(version)
    assert binaries is not None
    written = subprocess.run(
        [Path(binaries) / "pg_dump", "--schema-only", database.owner_url],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    # The key of \restrict is a new random word each time.
    return "\n".join(
        line for line in written.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))
    )


def contents(url: str) -> Contents:
    """Every row of our own tables but the history of migrations, by the names of its columns."""
    return {
        table: [row for (row,) in rows(url, f"select to_jsonb(t) from {table} t order by t::text")]
        for table in tables(url)
        if table != "schema_migrations"
    }


def within(found: Contents, known: Contents) -> Contents:
    """What is found, in the tables and columns that were known alone."""
    return {
        table: [{name: row[name] for name in known[table][0]} for row in found[table]]
        for table in found
        if known.get(table)
    }
