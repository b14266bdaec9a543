"""The first half of the bulk path: COPY into a temporary table, which one INSERT … SELECT then reads.

COPY cannot write a table under row-level security, not even for its owner, so every bulk write goes
this way, as the application's own role, and the bank policy judges each row. Inside one transaction:

    source = copy_rows(session, "transactions", COLUMNS, chunks_of_copy_text)
    session.execute(text(f"insert into transactions (…) select … from {source} on conflict do nothing"))
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import singledispatch
from itertools import islice
from typing import Any, BinaryIO, Final, Literal

from psycopg2 import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

CopyFormat = Literal["text", "csv"]
Encoded = Iterable[bytes | str] | BinaryIO

READ_SIZE: Final = 1 << 18
_ESCAPES: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def copy_rows(
    session: Session,
    table: str,
    columns: Sequence[str],
    rows: Encoded,
    *,
    form: CopyFormat = "text",
    source: str | None = None,
) -> str:
    """Copy encoded rows into a temporary table whose columns are typed as in `table`; return its name.

    The temporary table (`incoming_<table>` unless `source` names it) replaces one of that name, has no
    constraints and goes with the transaction.
    """
    name = source or f"incoming_{table}"
    definition = sql.SQL("as select {} from {} with no data").format(_list(columns), sql.Identifier(table))
    _create(session, name, definition, before_as=True)
    _copy(session, name, columns, rows, form)
    return name


def copy_into_temporary(
    session: Session, name: str, columns: Mapping[str, str], rows: Encoded, *, form: CopyFormat = "text"
) -> None:
    """Copy encoded rows into a temporary table of these columns and SQL types; it goes with the transaction.

    Column types are SQL of this code base, never a user's words.
    """
    typed = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind)) for column, kind in columns.items()
    )
    _create(session, name, sql.SQL("({})").format(typed), before_as=False)
    _copy(session, name, list(columns), rows, form)


def refresh_statistics(session: Session) -> None:
    """Bring statistics up to date for tables that doubled since; call it before each batch is inserted.

    Without it the checks of foreign keys keep the plan that was good for an empty table.
    """
    session.execute(text("select refresh_statistics()"))


def encode_rows(rows: Iterable[Sequence[Any]], *, batch_size: int = 1_000) -> Iterator[bytes]:
    """Yield rows of Python values in the text form of COPY, `batch_size` rows a piece."""
    remaining = iter(rows)
    while batch := list(islice(remaining, batch_size)):
        yield "".join("\t".join(map(encode_value, row)) + "\n" for row in batch).encode()


@singledispatch
def encode_value(value: Any) -> str:
    """Return one Python value in the text form of COPY; None is NULL, a time without zone is refused."""
    return str(value)


@encode_value.register
def _(value: str) -> str:
    return value.translate(_ESCAPES)


@encode_value.register
def _(value: None) -> str:  # noqa: ARG001 - there is but one None
    return "\\N"


@encode_value.register
def _(value: bool) -> str:  # noqa: FBT001 - a value, not a choice
    return "t" if value else "f"


@encode_value.register(bytes)
@encode_value.register(bytearray)
@encode_value.register(memoryview)
def _(value: bytes) -> str:
    return "\\\\x" + bytes(value).hex()


@encode_value.register(date)
def _(value: date) -> str:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"a time without its zone cannot be stored: {value.isoformat()}")
    return value.isoformat()


@encode_value.register(dict)
@encode_value.register(list)
def _(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)


def _create(session: Session, name: str, definition: sql.Composable, *, before_as: bool) -> None:
    cursor = cursor_of(session)
    table = sql.Identifier("pg_temp", name)
    cursor.execute("select to_regclass(%s)", (f'pg_temp."{name}"',))
    if cursor.fetchone()[0] is not None:
        cursor.execute(sql.SQL("drop table {}").format(table))
    pattern = (
        "create temporary table {0} on commit drop {1}"
        if before_as
        else ("create temporary table {0} {1} on commit drop")
    )
    cursor.execute(sql.SQL(pattern).format(sql.Identifier(name), definition))


def _copy(session: Session, name: str, columns: Sequence[str], rows: Encoded, form: CopyFormat) -> None:
    statement = sql.SQL("copy pg_temp.{} ({}) from stdin with (format {}, encoding 'UTF8')").format(
        sql.Identifier(name), _list(columns), sql.SQL(form)
    )
    stream: Any = rows if hasattr(rows, "read") else _Stream(rows)
    cursor_of(session).copy_expert(statement, stream, size=READ_SIZE)


def cursor_of(session: Session) -> Any:
    """Return the driver's own cursor for COPY."""
    # The session's own connection, inside its transaction: scope and role are in force.
    dbapi_connection = session.connection().connection.dbapi_connection
    if dbapi_connection is None:
        raise RuntimeError("the session's connection is closed")
    return dbapi_connection.cursor()


def _list(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


class _Stream:
    """Pieces of encoded rows as the file that psycopg2 reads: one piece a read, whatever its size."""

    def __init__(self, pieces: Iterable[bytes | str]) -> None:
        self._pieces: Iterator[bytes | str] = iter(pieces)

    def read(self, _size: int = READ_SIZE) -> bytes:
        """Return the next piece that is not empty, or nothing at the end."""
        for piece in self._pieces:
            if piece:
                return piece.encode() if isinstance(piece, str) else piece
        return b""
