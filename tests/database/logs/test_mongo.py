"""What only the store on MongoDB must do: expire, complete what broke halfway, say why it cannot answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pymongo import MongoClient
from pymongo.errors import BulkWriteError

from database.config import DatabaseConfig
from database.logs import stores
from database.logs.entries import LogEntry, LogQuery
from database.logs.mongo import MongoLogStore
from models.errors import UnavailableError, UserError

NOW = datetime.now(tz=UTC).replace(microsecond=0)
TODAY = LogQuery(since=NOW - timedelta(days=1), until=NOW + timedelta(days=1))
ENTRY = LogEntry(NOW, "web", "web", "INFO", "tests", "something happened")


@pytest.fixture
def store(mongo: DatabaseConfig) -> Iterator[MongoLogStore]:
    made = MongoLogStore(mongo)
    yield made
    made.close()


def silent_store(**settings: object) -> MongoLogStore:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    named = {"mongo_url": f"mongodb://127.0.0.1:{port}", "mongo_timeout_ms": 300, **settings}
    return MongoLogStore(DatabaseConfig.from_env().model_copy(update=named))


def collection_of(config: DatabaseConfig) -> MongoClient[dict[str, object]]:
    return MongoClient(config.mongo_url, serverSelectionTimeoutMS=5_000)


def test_the_address_of_a_mongodb_chooses_its_store(
    mongo: DatabaseConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.current_store.cache_clear()
    assert stores.current_store().name == "mongodb"
    stores.current_store.cache_clear()
    monkeypatch.delenv("MONGO_URL")
    assert stores.current_store().name == "postgresql"
    stores.current_store.cache_clear()


def test_entries_expire_by_an_index_that_follows_the_setting(
    store: MongoLogStore, mongo: DatabaseConfig
) -> None:
    store.write([ENTRY])
    longer = MongoLogStore(mongo, kept=timedelta(days=3))
    longer.write([ENTRY])
    longer.close()
    with collection_of(mongo) as client:
        indexes = client[mongo.mongo_db_name][mongo.mongo_collection_name].index_information()
    assert indexes["expiry"]["key"] == [("created_at", 1)]
    assert indexes["expiry"]["expireAfterSeconds"] == 3 * 24 * 3600
    assert {"newest", "level", "service", "request_id", "transaction_id", "alert_id"} <= set(indexes)


def test_a_batch_that_broke_halfway_is_completed_and_not_doubled(
    store: MongoLogStore, mongo: DatabaseConfig
) -> None:
    batch = [replace(ENTRY, message=word) for word in ("one", "refused", "two")]
    with collection_of(mongo) as client:
        collection = client[mongo.mongo_db_name][mongo.mongo_collection_name]
        collection.create_index("message", name="refusing", unique=True)
        collection.insert_one({"message": "refused"})
        for _ in range(3):
            with pytest.raises(BulkWriteError):
                store.write(batch)
        collection.drop_index("refusing")
        collection.delete_one({"logger": {"$exists": False}})
    store.write(batch)
    found = sorted(stored.entry.message for stored in store.search(TODAY).entries)
    assert found == ["one", "refused", "two"]


def test_equal_entries_are_stored_as_often_as_they_happened(store: MongoLogStore) -> None:
    store.write([ENTRY, ENTRY])
    store.write([ENTRY])
    assert len(store.search(TODAY).entries) == 3


def test_numbers_beyond_64_bits_and_huge_details_do_not_keep_a_batch_from_being_stored(
    store: MongoLogStore,
) -> None:
    huge = {f"k{n}": "x" * 8_000 for n in range(100)}
    store.write([replace(ENTRY, details={"number": 2**70}), replace(ENTRY, details=huge)])
    details = [stored.entry.details for stored in store.search(TODAY).entries]
    assert {"number": str(2**70)} in details
    assert {"left out": "too large to store"} in details


def test_a_server_that_is_silent_is_said_in_a_sentence_and_within_its_time() -> None:
    silent, began = silent_store(), datetime.now(tz=UTC)
    for ask in (
        lambda: silent.write([ENTRY]),
        lambda: silent.search(TODAY),
        silent.state,
        lambda: silent.purge(NOW),
    ):
        with pytest.raises(UnavailableError, match="does not answer"):
            ask()
    silent.close()
    assert datetime.now(tz=UTC) - began < timedelta(seconds=5)


@pytest.mark.parametrize("url", ["mongodb://", "mongodb://a:b@c:d@host", "mongodb://host:99999999"])
def test_an_address_that_is_none_is_said_in_a_sentence(url: str) -> None:
    with pytest.raises(UserError, match="MONGO_URL"):
        silent_store(mongo_url=url).search(TODAY)
