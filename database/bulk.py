"""The bulk path: COPY into a temporary table, then one INSERT … SELECT as the application's own role.

COPY cannot write a table under row-level security, not even for its owner, so every bulk write goes
this way and the bank policy judges each row. Inside one transaction:

    source = copy_rows(session, "transactions", COLUMNS, chunks_of_copy_text)
    session.execute(text(f"insert into transactions (…) select … from {source} on conflict do nothing"))
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO, Final, Literal

from psycopg2 import sql
from sqlalchemy.orm import Session

CopyFormat = Literal["text", "csv"]
Encoded = Iterable[bytes] | Iterable[str] | BinaryIO

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


def encode_rows(rows: Iterable[Sequence[Any]], *, batch_size: int = 1_000) -> Iterator[bytes]:
    """Rows of Python values in the text form of COPY, `batch_size` rows a piece."""
    remaining = iter(rows)
    while batch := list(islice(remaining, batch_size)):
        yield "".join("\t".join(map(encode_value, row)) + "\n" for row in batch).encode()


def encode_value(value: Any) -> str:
    """One Python value in the text form of COPY; None is NULL, a naive datetime is refused."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, str):
        return value.translate(_ESCAPES)
    if isinstance(value, bytes | bytearray | memoryview):
        return "\\\\x" + bytes(value).hex()
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"a time without its zone cannot be stored: {value.isoformat()}")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)
    return str(value)


def _create(session: Session, name: str, definition: sql.Composable, *, before_as: bool) -> None:
    cursor = _cursor(session)
    table = sql.Identifier("pg_temp", name)
    cursor.execute("select to_regclass(%s)", (f'pg_temp."{name}"',))
    if cursor.fetchone()[0] is not None:
        cursor.execute(sql.SQL("drop table {}").format(table))
    pattern = "create temporary table {0} on commit drop {1}" if before_as else (
        "create temporary table {0} {1} on commit drop"
    )
    cursor.execute(sql.SQL(pattern).format(sql.Identifier(name), definition))


def _copy(session: Session, name: str, columns: Sequence[str], rows: Encoded, form: CopyFormat) -> None:
    statement = sql.SQL("copy pg_temp.{} ({}) from stdin with (format {}, encoding 'UTF8')").format(
        sql.Identifier(name), _list(columns), sql.SQL(form)
    )
    stream = rows if hasattr(rows, "read") else _Stream(rows)
    _cursor(session).copy_expert(statement, stream, size=READ_SIZE)


def _cursor(session: Session) -> Any:
    # The session's own connection, inside its transaction: scope and role are in force.
    dbapi_connection = session.connection().connection.dbapi_connection
    if dbapi_connection is None:
        raise RuntimeError("the session's connection is closed")
    return dbapi_connection.cursor()


def _list(columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


class _Stream:
    """Pieces of encoded rows as the file that psycopg2 reads: one piece a read, whatever its size."""

    def __init__(self, pieces: Iterable[bytes] | Iterable[str]) -> None:
        self._pieces = iter(pieces)

    def read(self, _size: int = READ_SIZE) -> bytes:
        """Return the next piece that is not empty, or nothing at the end."""
        for piece in self._pieces:
            if piece:
                return piece.encode() if isinstance(piece, str) else piece
        return b""
