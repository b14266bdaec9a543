"""The store of logs on MongoDB: a document per entry, with the fields of `system_logs`.

`at_us` holds the moment in microseconds, which a BSON date cannot; `created_at` serves expiry and buckets.
Only what every MongoDB from 6 on does is used: no transactions, no change streams.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any, Final

import bson
from bson import ObjectId
from bson.errors import InvalidId
from pymongo import ASCENDING, DESCENDING, MongoClient
from pymongo.collection import Collection
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConfigurationError,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
)

from database.config import DatabaseConfig
from database.logs.entries import Bucket, LevelCount, LogEntry, LogPage, LogQuery, StoredEntry, StoreState
from database.logs.store import LARGEST_NUMBER, UNKNOWN_PAGE
from models.errors import UnavailableError, UserError
from models.messages import N_

Document = dict[str, Any]
KEPT: Final = timedelta(days=90)
LARGEST_DETAILS: Final = 256 * 1024
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIELDS: Final = tuple(field.name for field in fields(LogEntry))
_NAMED: Final = ("request_id", "user_id", "transaction_id", "alert_id", "path")
_OPTIONS_DIFFER: Final = 85
_REFUSALS: Final = frozenset({13, 18})
_DOUBLED: Final = 11000
_RETRIES_KEPT: Final = 64


class MongoLogStore:
    """Entries as documents; the key of an entry is its microsecond and its id, `1764806400000000/6b01…`."""

    name = "mongodb"

    def __init__(self, config: DatabaseConfig | None = None, *, kept: timedelta = KEPT) -> None:
        self._config = config or DatabaseConfig.from_env()
        self._kept = kept
        self._lock = Lock()
        self._pid, self._is_prepared = 0, False
        self._collection: Collection[Document] | None = None
        self._unfinished: dict[int, list[ObjectId]] = {}

    def write(self, entries: Sequence[LogEntry]) -> None:
        """Append all entries; what failed halfway is completed, not doubled, by the same call again."""
        if not entries:
            return
        batch = hash(tuple((entry.created_at, entry.logger, entry.message) for entry in entries))
        ids = self._unfinished.pop(batch, None) or [ObjectId() for _ in entries]
        documents = [_document(entry, key) for entry, key in zip(entries, ids, strict=True)]
        try:
            with _answering():
                self._entries().insert_many(documents, ordered=False)
        except BulkWriteError as error:
            problems = (error.details or {}).get("writeErrors", [])
            if not all(_is_here_already(problem) for problem in problems):
                self._keep(batch, ids)
                raise
        except Exception:
            self._keep(batch, ids)
            raise

    def search(self, query: LogQuery, *, limit: int = 100, cursor: str | None = None) -> LogPage:
        """Give up to `limit` entries, newest first, by the key of the last one seen."""
        wanted = _filter(query)
        if cursor is not None:
            at_us, key = _position(cursor)
            wanted["$or"] = [{"at_us": {"$lt": at_us}}, {"at_us": at_us, "_id": {"$lt": key}}]
        with _answering():
            found = list(
                self._entries()
                .find(wanted)
                .sort([("at_us", DESCENDING), ("_id", DESCENDING)])
                .limit(limit + 1)
                .max_time_ms(self._config.mongo_timeout_ms)
            )
        entries = tuple(_stored(document) for document in found[:limit])
        return LogPage(entries, entries[-1].key if len(found) > limit else None)

    def counts(self, query: LogQuery, *, bucket: Bucket) -> list[LevelCount]:
        """Count the entries per bucket and level in UTC, oldest first."""
        start = {"$dateTrunc": {"date": "$created_at", "unit": bucket.value}}
        steps: list[Document] = [
            {"$match": _filter(query)},
            {"$group": {"_id": {"start": start, "level": "$level"}, "entries": {"$sum": 1}}},
            {"$sort": {"_id.start": ASCENDING, "_id.level": ASCENDING}},
        ]
        with _answering():
            rows = list(self._entries().aggregate(steps, maxTimeMS=self._config.mongo_timeout_ms))
        return [LevelCount(row["_id"]["start"], row["_id"]["level"], row["entries"]) for row in rows]

    def purge(self, before: datetime) -> int:
        """Delete the entries older than `before` now, whatever the expiry index has left, and count them."""
        with _answering():
            return self._entries().delete_many({"at_us": {"$lt": _microseconds(before)}}).deleted_count

    def state(self) -> StoreState:
        """Say how much is stored, and from when to when."""
        with _answering():
            entries = self._entries()
            number = entries.estimated_document_count(maxTimeMS=self._config.mongo_timeout_ms)
            ends = [
                next(entries.find({}, {"at_us": 1}).sort("at_us", way).limit(1), None)
                for way in (ASCENDING, DESCENDING)
            ]
        oldest, newest = (None if end is None else _moment(end["at_us"]) for end in ends)
        return StoreState(self.name, number, oldest, newest)

    def close(self) -> None:
        """Close this process's connections; the next use opens them again."""
        with self._lock:
            if self._collection is not None and self._pid == os.getpid():
                self._collection.database.client.close()
            self._collection = None

    def _keep(self, batch: int, ids: list[ObjectId]) -> None:
        if len(self._unfinished) >= _RETRIES_KEPT:
            self._unfinished.clear()
        self._unfinished[batch] = ids

    def _entries(self) -> Collection[Document]:
        """Give the collection with its indexes; a forked child makes a connection of its own."""
        with self._lock:
            if self._collection is None or self._pid != os.getpid():
                self._collection, self._pid, self._is_prepared = self._connected(), os.getpid(), False
            if not self._is_prepared:
                _prepare(self._collection, self._kept)
                self._is_prepared = True
            return self._collection

    def _connected(self) -> Collection[Document]:
        config = self._config
        try:
            client: MongoClient[Document] = MongoClient(
                config.mongo_url,
                appname=config.APPLICATION_NAME,
                tz_aware=True,
                connect=False,
                retryWrites=False,
                serverSelectionTimeoutMS=config.mongo_timeout_ms,
                connectTimeoutMS=config.mongo_timeout_ms,
                socketTimeoutMS=config.mongo_timeout_ms,
            )
        except (
            ConfigurationError,
            ValueError,
        ) as error:  # Either, of what is no address.
            raise UserError(
                N_("MONGO_URL is not an address of the form mongodb://user:password@host:port.")
            ) from error
        return client[config.mongo_db_name][config.mongo_collection_name]


def _prepare(collection: Collection[Document], kept: timedelta) -> None:
    """Make the indexes that are not there, and let the expiry follow what is asked for now."""
    seconds = int(kept.total_seconds())
    try:
        collection.create_index([("created_at", ASCENDING)], name="expiry", expireAfterSeconds=seconds)
    except OperationFailure as error:
        if error.code != _OPTIONS_DIFFER:
            raise
        collection.drop_index("expiry")
        collection.create_index([("created_at", ASCENDING)], name="expiry", expireAfterSeconds=seconds)
    collection.create_index([("at_us", DESCENDING), ("_id", DESCENDING)], name="newest")
    for field in ("level", "category", "service"):
        collection.create_index([(field, ASCENDING), ("at_us", DESCENDING)], name=field)
    for field in _NAMED:
        collection.create_index(
            [(field, ASCENDING), ("at_us", DESCENDING)],
            name=field,
            partialFilterExpression={field: {"$exists": True}},
        )


@contextmanager
def _answering() -> Iterator[None]:
    """Turn what is the server's state, and not a mistake of ours, into its sentence."""
    try:
        yield
    except (AutoReconnect, NetworkTimeout) as error:  # A server that cannot be selected is one of them.
        raise UnavailableError(
            N_(
                "MongoDB, which holds the log, does not answer. New entries wait in memory until it does: "
                "look at MONGO_URL and at that server."
            )
        ) from error
    except ExecutionTimeout as error:
        raise UnavailableError(
            N_("MongoDB took too long over the log and was stopped. Choose a shorter time or fewer words.")
        ) from error
    except OperationFailure as error:
        if error.code in _REFUSALS:
            raise UnavailableError(
                N_("MongoDB refuses the user of MONGO_URL: look at its name, password and rights.")
            ) from error
        raise


def _is_here_already(problem: Mapping[str, Any]) -> bool:
    return problem.get("code") == _DOUBLED and set(problem.get("keyPattern") or {"_id"}) == {"_id"}


def _document(entry: LogEntry, key: ObjectId) -> Document:
    values = {name: getattr(entry, name) for name in _FIELDS}
    document: Document = {name: value for name, value in values.items() if value is not None}
    details = _plain(dict(entry.details))
    if len(bson.encode({"details": details})) > LARGEST_DETAILS:
        details = {"left out": "too large to store"}
    document |= {
        "_id": key,
        "details": details,
        "created_at": entry.created_at,
        "at_us": _microseconds(entry.created_at),
    }
    return document


def _plain(value: Any) -> Any:
    """Give a JSON value as BSON can hold it: whole numbers beyond 64 bits become text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, int) and not -LARGEST_NUMBER <= value < LARGEST_NUMBER:
        return str(value)
    return value


def _stored(document: Document) -> StoredEntry:
    values: dict[str, Any] = {name: document.get(name) for name in _FIELDS}
    values |= {"created_at": _moment(document["at_us"]), "details": document.get("details", {})}
    return StoredEntry(f"{document['at_us']}/{document['_id']}", LogEntry(**values))


def _filter(query: LogQuery) -> Document:
    """Write a query; every value in it is text, a number or a list of texts, never an operator."""
    wanted: Document = {"at_us": {"$gte": _microseconds(query.since), "$lt": _microseconds(query.until)}}
    for field, values in (
        ("service", query.services),
        ("category", query.categories),
        ("level", query.levels),
    ):
        if values:
            wanted[field] = {"$in": sorted(str(value) for value in values)}
    for field in _NAMED:
        value = getattr(query, field)
        if value is not None:
            wanted[field] = value if isinstance(value, int) else str(value)
    if query.text:
        wanted["message"] = {"$regex": re.escape(query.text), "$options": "i"}
    return wanted


def _position(cursor: str) -> tuple[int, ObjectId]:
    moment, _, key = cursor.partition("/")
    try:
        at_us, last = int(moment), ObjectId(key)
    except (ValueError, InvalidId) as error:
        raise UserError(UNKNOWN_PAGE) from error
    if abs(at_us) >= LARGEST_NUMBER:
        raise UserError(UNKNOWN_PAGE)
    return at_us, last


def _microseconds(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)


def _moment(at_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at_us)
