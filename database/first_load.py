"""A first load without most indexes and foreign keys: one sorted build afterwards costs a fraction of it.

What is set aside stands in the comment of `transactions`, written by the transaction that drops it. Whoever
comes next, after whatever crash, makes it again and takes the comment away. Keys that are unique stay, and so
does the foreign key by which labels go with their payments.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, Final

from psycopg2 import errors
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.migration_session import connect_as_owner

WORKERS: Final = 2
_MARK: Final = "Set aside by a first load: "
_MEMORY: Final = "256MB"
_PATIENCE_S: Final = 5.0
_PAUSE_S: Final = 0.1
# Less than the second after which the server ends one of two who wait for each other.
_WAIT_FOR_A_KEY: Final = "500ms"
_TRY_AGAIN: Final = (
    errors.LockNotAvailable,
    errors.DuplicateTable,
    errors.DuplicateObject,
    errors.UniqueViolation,
)

_COMMENT: Final = "select obj_description(to_regclass('transactions'), 'pg_class')"
# Both tables and those that their foreign keys point at.
_TABLES: Final = """
select string_agg(distinct t::regclass::text, ', ') from pg_constraint, unnest(array[conrelid, confrelid]) t
where conrelid in ('transactions'::regclass, 'fraud_labels'::regclass) and contype = 'f'
"""
_IS_FILLED: Final = "select exists (select from transactions) or exists (select from fraud_labels)"
# Name, how it is made, how it is dropped; indexes before foreign keys.
_PARTS: Final = """
select c.relname, pg_get_indexdef(c.oid), format('drop index %I', c.relname), 1 as place
from pg_index i join pg_class c on c.oid = i.indexrelid
where i.indrelid in ('transactions'::regclass, 'fraud_labels'::regclass) and not i.indisunique
union all
select conname,
    format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)),
    format('alter table %s drop constraint %I', conrelid::regclass, conname), 2
from pg_constraint
where conrelid in ('transactions'::regclass, 'fraud_labels'::regclass)
    and contype = 'f' and confdeltype <> 'c'
order by place, 1
"""
_IS_THERE: Final = (
    "select to_regclass(%(name)s) is not null or exists (select from pg_constraint where conname = %(name)s)"
)


def set_aside(owner_url: str | None = None) -> bool:
    """Drop what slows a load down, if neither payments nor labels are stored; say whether it is gone now.

    Where somebody works with the tables nothing is dropped: loading takes longer then, and that is all.
    """
    until = time.monotonic() + _PATIENCE_S
    with closing(connect_as_owner(owner_url)) as connection:
        while time.monotonic() < until:
            try:
                with connection, connection.cursor() as cursor:
                    return _drop(cursor)
            except errors.LockNotAvailable:
                time.sleep(_PAUSE_S)
    return False


def _drop(cursor: Any) -> bool:
    if _noted(_comment(cursor)):
        return True
    cursor.execute(_TABLES)
    # All or none, without waiting: who waits while it holds some ends up against a reader of two tables.
    cursor.execute(f"lock table {cursor.fetchone()[0]} in access exclusive mode nowait")
    cursor.execute(_IS_FILLED)
    if cursor.fetchone() != (False,):
        return False
    cursor.execute(_PARTS)
    parts = cursor.fetchall()
    note = _MARK + json.dumps({name: made_by for name, made_by, _, _ in parts})
    cursor.execute("comment on table transactions is %s", (note,))
    for _, _, dropped_by, _ in parts:
        cursor.execute(dropped_by)
    return True


def is_set_aside(session: Session) -> bool:
    """Whether something is missing that `put_back` would make."""
    return bool(_noted(session.scalar(text(_COMMENT))))


def put_back(owner_url: str | None = None) -> int:
    """Make what was set aside, and return how many indexes and keys that were; writers wait meanwhile."""
    with closing(connect_as_owner(owner_url)) as connection, connection.cursor() as cursor:
        parts = _noted(_comment(cursor))
        if not parts:
            return 0
        keys = {name: statement for name, statement in parts.items() if statement.startswith("alter")}
        indexes = {name: statement for name, statement in parts.items() if name not in keys}
        _make_indexes(indexes.items(), owner_url)
        _make(cursor, keys.items(), wait=_WAIT_FOR_A_KEY)
        cursor.execute("analyze transactions, fraud_labels")
        cursor.execute("comment on table transactions is null")
    return len(parts)


def _make_indexes(parts: Iterable[tuple[str, str]], owner_url: str | None) -> None:
    waiting = deque(parts)

    def work() -> None:
        with closing(connect_as_owner(owner_url)) as connection, connection.cursor() as cursor:
            cursor.execute("select set_config('maintenance_work_mem', %s, false)", (_MEMORY,))
            _make(cursor, _taken(waiting), wait="0")

    with ThreadPoolExecutor(WORKERS, thread_name_prefix="first-load") as pool:
        for done in [pool.submit(work) for _ in range(WORKERS)]:
            done.result()


def _make(cursor: Any, parts: Iterable[tuple[str, str]], *, wait: str) -> None:
    """Make what is not there yet, each part by one statement that waits so long for its locks at a time."""
    cursor.execute("select set_config('lock_timeout', %s, false)", (wait,))
    for name, statement in parts:
        # Two processes may be at it.
        while not _is_there(cursor, name):
            try:
                cursor.execute(statement)
            except _TRY_AGAIN:
                time.sleep(_PAUSE_S)


def _is_there(cursor: Any, name: str) -> bool:
    cursor.execute(_IS_THERE, {"name": name})
    is_there: bool = cursor.fetchone()[0]
    return is_there


def _taken(waiting: deque[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    while True:
        try:
            yield waiting.popleft()
        except IndexError:
            return


def _comment(cursor: Any) -> str | None:
    cursor.execute(_COMMENT)
    found: str | None = cursor.fetchone()[0]
    return found


def _noted(comment: str | None) -> dict[str, str]:
    """Return the statements that stand in the table's comment, by name."""
    if comment is None or not comment.startswith(_MARK):
        return {}
    noted: dict[str, str] = json.loads(comment.removeprefix(_MARK))
    return noted
