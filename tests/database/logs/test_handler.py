"""The handler never delays, breaks or loses what a healthy store can take."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import datetime

import pytest

from database import context
from database.logs.entries import Bucket, LevelCount, LogEntry, LogPage, LogQuery, StoreState
from database.logs.handler import StoreHandler


class Remembering:
    """A store in memory that can be told to fail or to block."""

    name = "memory"

    def __init__(self) -> None:
        self.entries: list[LogEntry] = []
        self.failures = 0
        self.gate = threading.Event()
        self.gate.set()

    def write(self, entries: Sequence[LogEntry]) -> None:
        self.gate.wait(10)
        if self.failures:
            self.failures -= 1
            raise ConnectionError("postgresql://vigie:hunter2@db does not answer")
        logging.getLogger("tests.logs").warning("the writer itself logs")
        self.entries.extend(entries)

    def search(self, query: LogQuery, *, limit: int = 100, cursor: str | None = None) -> LogPage:
        raise AssertionError

    def counts(self, query: LogQuery, *, bucket: Bucket) -> list[LevelCount]:
        raise AssertionError

    def purge(self, before: datetime) -> int:
        raise AssertionError

    def state(self) -> StoreState:
        raise AssertionError


@pytest.fixture
def store() -> Remembering:
    return Remembering()


@pytest.fixture
def logger(store: Remembering) -> Iterator[logging.Logger]:
    handler = StoreHandler(lambda: store, service="tests", pause_s=0.02, capacity=50)
    logger = logging.getLogger("tests.logs")
    logger.setLevel("DEBUG")
    logger.propagate = False
    logger.addHandler(handler)
    yield logger
    store.gate.set()
    logger.removeHandler(handler)
    handler.close()


def flush(logger: logging.Logger) -> StoreHandler:
    handler = next(h for h in logger.handlers if isinstance(h, StoreHandler))
    handler.flush()
    return handler


def test_records_arrive_with_who_and_where(logger: logging.Logger, store: Remembering) -> None:
    with context.acting(page="/overview", user="ana", request_id="r-1", user_id=3):
        logger.info(
            "a page of %d rows",
            5,
            extra={"category": "web", "details": {"password": "x"}, "duration_ms": 2.5},
        )
    flush(logger)
    (entry,) = store.entries
    assert (entry.message, entry.path, entry.request_id, entry.user_id) == (
        "a page of 5 rows",
        "/overview",
        "r-1",
        3,
    )
    assert (entry.duration_ms, entry.details, entry.service) == (2.5, {"password": "[hidden]"}, "tests")


def test_a_path_that_no_database_holds_is_made_harmless(logger: logging.Logger, store: Remembering) -> None:
    with context.acting(page="/\x00?token=hunter2&card=4111111111111111"):
        logger.warning("refused", extra={"transaction_id": "t\x00"})
    flush(logger)
    (entry,) = store.entries
    assert entry.path == "/\N{REPLACEMENT CHARACTER}?token=[hidden]&card=[card …1111]"
    assert entry.transaction_id == "t\N{REPLACEMENT CHARACTER}"


def test_what_the_writer_logs_does_not_come_round_again(logger: logging.Logger, store: Remembering) -> None:
    logger.info("once")
    flush(logger)
    flush(logger)
    assert [e.message for e in store.entries] == ["once"]


def test_a_blocked_store_delays_nobody_and_overflow_is_counted(
    logger: logging.Logger, store: Remembering
) -> None:
    store.gate.clear()
    began = time.perf_counter()
    for n in range(300):
        logger.info("%d", n)
    assert time.perf_counter() - began < 1
    store.gate.set()
    handler = flush(logger)
    assert len(store.entries) + handler.dropped == 300
    assert handler.dropped >= 1


def test_a_store_that_fails_for_a_while_loses_nothing(
    logger: logging.Logger, store: Remembering, capsys: pytest.CaptureFixture[str]
) -> None:
    store.failures = 3
    logger.error("kept")
    flush(logger)
    assert [e.message for e in store.entries] == ["kept"]
    said = capsys.readouterr().err
    assert said.count("does not answer; retrying") == 1
    assert "hunter2" not in said


def test_an_exception_is_stored_with_its_traceback(logger: logging.Logger, store: Remembering) -> None:
    try:
        int("4111111111111111 was refused")
    except ValueError:
        logger.exception("reference 17")
    flush(logger)
    assert store.entries[0].exception is not None
    assert "ValueError" in store.entries[0].exception
    assert "4111111111111111" not in store.entries[0].exception


def test_a_record_that_cannot_be_formed_breaks_nothing(logger: logging.Logger, store: Remembering) -> None:
    logging.raiseExceptions, before = False, logging.raiseExceptions
    try:
        logger.info("%d rows", "many")
    finally:
        logging.raiseExceptions = before
    logger.info("next")
    flush(logger)
    assert [e.message for e in store.entries] == ["next"]
