"""Send log records to the store in the background, without ever delaying or breaking a request."""

from __future__ import annotations

import atexit
import contextlib
import json
import logging
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from database import context
from database.logs.entries import LogEntry
from database.logs.redaction import redact, redact_details
from database.logs.store import LogStore

CATEGORIES = frozenset({"database", "web", "ingest", "security", "job", "mail", "webhook"})
_writing = threading.local()


class StoreHandler(logging.Handler):
    """Queue each record at once and write batches from a thread of its own.

    A full queue drops the newest records and counts them; a failing store keeps its batch and is
    tried again with growing pauses (up to `longest_pause_s`). One line on stderr says so, once.
    """

    def __init__(
        self,
        store: Callable[[], LogStore],
        *,
        service: str,
        batch: int = 200,
        pause_s: float = 0.5,
        longest_pause_s: float = 30.0,
        capacity: int = 10_000,
    ) -> None:
        super().__init__()
        self.dropped = 0
        self._store, self._service = store, service
        self._batch, self._pause_s, self._longest_pause_s = batch, pause_s, longest_pause_s
        self._queue: queue.Queue[LogEntry] = queue.Queue(capacity)
        self._stopping = threading.Event()
        self._start_lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._pid = os.getpid()
        atexit.register(self.close)

    def emit(self, record: logging.LogRecord) -> None:
        """Queue the record; what the writing thread itself logs is left out."""
        if getattr(_writing, "active", False):
            return
        try:
            self._queue.put_nowait(entry_of(record, service=self._service))
        except queue.Full:
            self.dropped += 1
        except Exception:  # noqa: BLE001 - a record that cannot be formed must not break what logged it
            self.handleError(record)
        self._ensure_thread()

    def flush(self, timeout_s: float = 5.0) -> None:
        """Wait until what is queued is written, at most `timeout_s`."""
        deadline = time.monotonic() + timeout_s
        while self._queue.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.01)

    def close(self) -> None:
        """Write what is queued, stop the thread, and take no more records."""
        if self._thread is not None and self._pid == os.getpid() and not self._stopping.is_set():
            self.flush()
            self._stopping.set()
            self._thread.join(timeout=5)
        super().close()

    def _ensure_thread(self) -> None:
        # A thread does not survive a fork, so each process starts its own at its first record.
        if self._thread is not None and self._pid == os.getpid():
            return
        with self._start_lock:
            if self._thread is None or self._pid != os.getpid():
                self._pid = os.getpid()
                self._thread = threading.Thread(target=self._write_batches, name="log-writer", daemon=True)
                self._thread.start()

    def _write_batches(self) -> None:
        _writing.active = True
        while not self._stopping.is_set():
            batch = self._next_batch()
            if batch:
                self._write(batch)
                for _ in batch:
                    self._queue.task_done()

    def _next_batch(self) -> list[LogEntry]:
        batch: list[LogEntry] = []
        with contextlib.suppress(queue.Empty):
            batch.append(self._queue.get(timeout=self._pause_s))
            while len(batch) < self._batch:
                batch.append(self._queue.get_nowait())
        return batch

    def _write(self, batch: list[LogEntry]) -> None:
        pause_s, said = self._pause_s, False
        while not self._stopping.is_set():
            try:
                self._store().write(batch)
            except Exception as error:  # noqa: BLE001 - whatever fails, requests go on and the batch is kept
                if not said:
                    sys.stderr.write(f"The store of logs does not answer; retrying: {redact(str(error))}\n")
                    said = True
                self._stopping.wait(pause_s)
                pause_s = min(pause_s * 2, self._longest_pause_s)
            else:
                return


def entry_of(record: logging.LogRecord, *, service: str) -> LogEntry:
    """Turn a record into an entry; `extra={"details": …, "category": …}` and the acting context enrich it."""
    acting = context.current()
    known: Mapping[str, Any] = record.__dict__
    category = known.get("category")
    return LogEntry(
        created_at=datetime.fromtimestamp(record.created, tz=UTC),
        service=service,
        category=category if category in CATEGORIES else _category_of(record.name),
        level=record.levelname,
        logger=record.name,
        message=redact(record.getMessage()),
        details=_json_safe(redact_details(known.get("details") or {})),
        request_id=known.get("request_id") or acting.request_id,
        user_id=known.get("user_id") or acting.user_id,
        bank_id=known.get("bank_id"),
        transaction_id=_storable(known.get("transaction_id")),
        alert_id=known.get("alert_id"),
        path=_storable(known.get("path") or acting.page),
        duration_ms=known.get("duration_ms"),
        exception=redact("".join(traceback.format_exception(*record.exc_info))) if record.exc_info else None,
    )


def _storable(text: str | None) -> str | None:
    """What strangers may write: one NUL in it would keep the whole batch from ever being stored."""
    return None if text is None else redact(text)


def _category_of(logger: str) -> str:
    owners = {
        "database": "database",
        "sqlalchemy": "database",
        "dashboard.ingestion": "ingest",
        "dashboard.jobs": "job",
        "procrastinate": "job",
        "dashboard.accounts": "security",
    }
    return next((kind for prefix, kind in owners.items() if logger.startswith(prefix)), "web")


def _json_safe(details: dict[str, Any]) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(json.dumps(details, default=str))
    return loaded
