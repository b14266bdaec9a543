"""The store of logs on PostgreSQL: `system_logs`, partitioned by day."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, text

from database.connection import get_db_session, read_only
from database.logs.entries import Bucket, LevelCount, LogEntry, LogPage, LogQuery, StoredEntry, StoreState
from database.logs.store import LARGEST_NUMBER, UNKNOWN_PAGE
from models.errors import UserError

_COLUMNS = (
    "created_at, service, category, level, logger, message, details, request_id, user_id, bank_id,"
    " transaction_id, alert_id, path, duration_ms, exception"
)
_INSERT = text(f"""
    INSERT INTO system_logs ({_COLUMNS})
    VALUES (:created_at, :service, :category, :level, :logger, :message, cast(:details AS jsonb), :request_id,
            :user_id, :bank_id, :transaction_id, :alert_id, :path, :duration_ms, :exception)""")

_STATE = text("""
    SELECT (SELECT coalesce(sum(greatest(s.n_live_tup, 0)), 0)::bigint FROM pg_inherits i
            JOIN pg_stat_user_tables s ON s.relid = i.inhrelid WHERE i.inhparent = 'system_logs'::regclass)
               AS entries,
           (SELECT min(created_at) FROM system_logs) AS oldest,
           (SELECT max(created_at) FROM system_logs) AS newest,
           (SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint FROM pg_inherits
            WHERE inhparent = 'system_logs'::regclass) AS bytes""")


class PostgresLogStore:
    """Entries as rows; the key of an entry is its time and number, `2026-11-21T10:00:00+00:00/4711`."""

    name = "postgresql"

    def write(self, entries: Sequence[LogEntry]) -> None:
        """Append all entries in one transaction."""
        if not entries:
            return
        rows = [asdict(entry) | {"details": json.dumps(dict(entry.details))} for entry in entries]
        with get_db_session() as session:
            session.execute(_INSERT, rows)

    def search(self, query: LogQuery, *, limit: int = 100, cursor: str | None = None) -> LogPage:
        """Give up to `limit` entries, newest first, by the key of the last one seen."""
        conditions, params = _conditions(query)
        if cursor is not None:
            conditions.append("(created_at, log_id) < (:cursor_at, :cursor_id)")
            params |= _position(cursor)
        statement = text(f"""
            SELECT log_id, {_COLUMNS} FROM system_logs WHERE {" AND ".join(conditions)}
            ORDER BY created_at DESC, log_id DESC LIMIT :one_more""")
        with read_only() as session:
            rows = session.execute(statement, params | {"one_more": limit + 1}).all()
        found = tuple(_stored(row) for row in rows[:limit])
        return LogPage(found, found[-1].key if len(rows) > limit else None)

    def counts(self, query: LogQuery, *, bucket: Bucket) -> list[LevelCount]:
        """Count the entries per bucket and level in UTC, oldest first."""
        conditions, params = _conditions(query)
        statement = text(f"""
            SELECT date_trunc(:bucket, created_at, 'UTC') AS start, level, count(*) AS entries
            FROM system_logs WHERE {" AND ".join(conditions)} GROUP BY 1, 2 ORDER BY 1, 2""")
        with read_only() as session:
            rows = session.execute(statement, params | {"bucket": bucket.value}).all()
        return [LevelCount(row.start, row.level, row.entries) for row in rows]

    def purge(self, before: datetime) -> int:
        """Delete the entries older than `before` as the owner, and say how many they were."""
        from database.owner import owner_session  # the web, which reads logs, never loads the owner's engine

        with owner_session() as session:
            deleted = session.execute(
                text("""WITH gone AS (DELETE FROM system_logs WHERE created_at < :before RETURNING 1)
                        SELECT count(*) FROM gone"""),
                {"before": before},
            )
            return int(deleted.scalar_one())

    def state(self) -> StoreState:
        """Say how much is stored, and from when to when."""
        with read_only() as session:
            row = session.execute(_STATE).one()
        return StoreState(self.name, row.entries, row.oldest, row.newest, row.bytes)


def _position(cursor: str) -> dict[str, Any]:
    at, _, number = cursor.partition("/")
    try:
        moment, log_id = datetime.fromisoformat(at).astimezone(UTC), int(number)
    except (ValueError, OverflowError) as error:
        raise UserError(UNKNOWN_PAGE) from error
    if not 0 < log_id < LARGEST_NUMBER:
        raise UserError(UNKNOWN_PAGE)
    return {"cursor_at": moment, "cursor_id": log_id}


def _conditions(query: LogQuery) -> tuple[list[str], dict[str, Any]]:
    conditions = ["created_at >= :since", "created_at < :until"]
    params: dict[str, Any] = {"since": query.since, "until": query.until}
    for column, values in (
        ("service", query.services),
        ("category", query.categories),
        ("level", query.levels),
    ):
        if values:
            conditions.append(f"{column} = ANY(:{column})")
            params[column] = sorted(values)
    for column in ("request_id", "user_id", "transaction_id", "alert_id", "path"):
        if (value := getattr(query, column)) is not None:
            conditions.append(f"{column} = :{column}")
            params[column] = value
    if query.text:
        conditions.append("message ILIKE :text ESCAPE '\\'")
        params["text"] = f"%{_escaped(query.text)}%"
    return conditions, params


def _escaped(text_sought: str) -> str:
    return text_sought.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _stored(row: Row[Any]) -> StoredEntry:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    number = values.pop("log_id")
    return StoredEntry(f"{row.created_at.isoformat()}/{number}", LogEntry(**values))
