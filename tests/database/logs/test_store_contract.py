"""What every log store must do, held against each one in the registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from database.logs.entries import Bucket, LogEntry, LogQuery
from database.logs.mongo import MongoLogStore
from database.logs.store import LogStore
from database.logs.stores import LOG_STORES
from models.errors import UserError

# Of yesterday: a store may let go by itself of what is old.
NOON = datetime.now(tz=UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
DAY = LogQuery(since=NOON - timedelta(hours=12), until=NOON + timedelta(hours=12))


@pytest.fixture(params=sorted(LOG_STORES))
def store(request: pytest.FixtureRequest) -> Iterator[LogStore]:
    request.getfixturevalue("mongo" if request.param == MongoLogStore.name else "committed")
    made = LOG_STORES[request.param]()
    yield made
    if isinstance(made, MongoLogStore):
        made.close()


def entry(message: str = "something happened", *, minutes: float = 0, **fields: object) -> LogEntry:
    plain = LogEntry(
        created_at=NOON + timedelta(minutes=minutes),
        service="web",
        category="web",
        level="INFO",
        logger="tests",
        message=message,
    )
    return replace(plain, **fields)  # type: ignore[arg-type]  # the test names only what it is about


def test_what_was_written_is_found_whole(store: LogStore) -> None:
    whole = entry(
        "a slow query",
        details={"rows": 3, "nested": {"é": [1, None]}},
        request_id="r-1",
        user_id=7,
        bank_id=2,
        transaction_id="t-9",
        alert_id=4,
        path="/overview",
        duration_ms=12.5,
        exception="Traceback …",
    )
    store.write([whole])
    (found,) = store.search(DAY).entries
    assert found.entry == whole


def test_the_newest_entries_come_first(store: LogStore) -> None:
    store.write([entry("old", minutes=-5), entry("new", minutes=5), entry("middle")])
    assert [s.entry.message for s in store.search(DAY).entries] == ["new", "middle", "old"]


def test_since_is_inclusive_and_until_is_exclusive(store: LogStore) -> None:
    store.write([entry("first"), entry("last", minutes=1)])
    found = store.search(LogQuery(since=NOON, until=NOON + timedelta(minutes=1)))
    assert [s.entry.message for s in found.entries] == ["first"]


def test_pages_neither_repeat_nor_skip_while_entries_arrive(store: LogStore) -> None:
    store.write([entry(f"{n}", minutes=n // 3) for n in range(10)])
    first = store.search(DAY, limit=4)
    store.write([entry("late", minutes=60)])
    second = store.search(DAY, limit=4, cursor=first.next_cursor)
    third = store.search(DAY, limit=4, cursor=second.next_cursor)
    messages = [s.entry.message for page in (first, second, third) for s in page.entries]
    assert sorted(messages, key=int) == [str(n) for n in range(10)]
    assert third.next_cursor is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (replace(DAY, levels=frozenset({"ERROR"})), {"b"}),
        (replace(DAY, services=frozenset({"worker"})), {"c"}),
        (replace(DAY, categories=frozenset({"security"})), {"d"}),
        (replace(DAY, request_id="r-2"), {"b"}),
        (replace(DAY, user_id=5), {"c"}),
        (replace(DAY, transaction_id="t-1"), {"d"}),
        (replace(DAY, alert_id=8), {"a"}),
        (replace(DAY, path="/overview"), {"c"}),
        (replace(DAY, levels=frozenset({"ERROR", "INFO"}), services=frozenset({"web"})), {"a", "b", "d"}),
    ],
)
def test_each_field_narrows_the_search(store: LogStore, query: LogQuery, expected: set[str]) -> None:
    store.write(
        [
            entry("a", alert_id=8),
            entry("b", level="ERROR", request_id="r-2"),
            entry("c", service="worker", user_id=5, path="/overview"),
            entry("d", category="security", transaction_id="t-1"),
        ]
    )
    assert {s.entry.message for s in store.search(query).entries} == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("SLOW", 1), ("100%", 1), ("a_b", 1), ("\\", 1), (".*", 0), ("x", 0)]
)
def test_text_is_found_literally_in_any_case(store: LogStore, text: str, expected: int) -> None:
    store.write([entry("a slow query, 100% of it in a_b and c\\d")])
    assert len(store.search(replace(DAY, text=text)).entries) == expected


def test_counts_are_per_bucket_and_level(store: LogStore) -> None:
    store.write(
        [
            entry(),
            entry(minutes=59),
            entry(level="ERROR", minutes=59.5),
            entry(level="ERROR", minutes=61),
            entry(minutes=-1),
        ]
    )
    assert [(c.start, c.level, c.count) for c in store.counts(DAY, bucket=Bucket.HOUR)] == [
        (NOON - timedelta(hours=1), "INFO", 1),
        (NOON, "ERROR", 1),
        (NOON, "INFO", 2),
        (NOON + timedelta(hours=1), "ERROR", 1),
    ]


def test_purge_deletes_only_what_is_older_and_counts_it(store: LogStore) -> None:
    store.write([entry("old", minutes=-1), entry("edge"), entry("new", minutes=1)])
    assert store.purge(NOON) == 1
    assert {s.entry.message for s in store.search(DAY).entries} == {"edge", "new"}


def test_an_entry_of_a_day_without_a_partition_is_kept(store: LogStore) -> None:
    far = NOON + timedelta(days=400)
    store.write([entry(minutes=400 * 24 * 60)])
    found = store.search(LogQuery(since=far, until=far + timedelta(minutes=1)))
    assert len(found.entries) == 1


def test_writing_nothing_is_allowed(store: LogStore) -> None:
    store.write([])
    assert store.search(DAY).entries == ()


def test_a_microsecond_tells_entries_and_bounds_apart(store: LogStore) -> None:
    second = NOON + timedelta(microseconds=1)
    store.write([entry("first"), replace(entry("second"), created_at=second)])
    assert [s.entry.created_at for s in store.search(DAY).entries] == [second, NOON]
    assert [s.entry.message for s in store.search(replace(DAY, until=second)).entries] == ["first"]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "/",
        "1/2",
        "2026-03-04T00:00:00+00:00/x",
        "{'$gt': 1}/5",
        "0001-01-01T00:00:00+23:59/1",
        f"2026-03-04T00:00:00+00:00/{'9' * 40}",
        f"{'9' * 40}/{'0' * 24}",
    ],
)
def test_what_is_no_cursor_is_the_askers_mistake(store: LogStore, cursor: str) -> None:
    store.write([entry()])
    with pytest.raises(UserError, match="page of the log"):
        store.search(DAY, cursor=cursor)


@pytest.mark.parametrize("forged", [{"$ne": None}, ["x"], "$where"])
def test_no_value_of_a_query_becomes_an_operator(store: LogStore, forged: object) -> None:
    store.write([entry(request_id="r-1", path="/overview")])
    text = str(forged)
    for query in (replace(DAY, request_id=text), replace(DAY, path=text), replace(DAY, transaction_id=text)):
        assert store.search(query).entries == ()


def test_details_of_every_json_kind_come_back(store: LogStore) -> None:
    details = {"$where": "1", "a.b": 2, "": None, "deep": {"$gt": [1.5, "é", {"x": True}]}, "large": 2**62}
    store.write([entry(details=details)])
    assert store.search(DAY).entries[0].entry.details == details


def test_a_store_tells_what_it_holds(store: LogStore) -> None:
    store.write([entry("old", minutes=-1), entry("new", minutes=1)])
    told = store.state()
    assert (told.name, told.oldest, told.newest) == (
        store.name,
        NOON - timedelta(minutes=1),
        NOON + timedelta(minutes=1),
    )
