"""Work ahead: an iterator runs in a thread of its own while its consumer waits for the database."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from queue import Empty, Full, Queue
from typing import Final, TypeVar

Item = TypeVar("Item")
_LOOK_EVERY_S: Final = 0.1


@contextmanager
def ahead(items: Iterator[Item], depth: int = 1) -> Generator[Iterator[Item]]:
    """Give the items in order, with up to `depth` of them made in advance.

    An error of the iterator is raised where its item would have come. On leaving, the thread ends.
    """
    made: Queue[Item | BaseException | None] = Queue(maxsize=depth)
    is_over = threading.Event()

    def put(item: Item | BaseException | None) -> None:
        while not is_over.is_set():
            try:
                made.put(item, timeout=_LOOK_EVERY_S)
            except Full:
                continue
            return

    def work() -> None:
        try:
            for item in items:
                put(item)
                if is_over.is_set():
                    return
            put(None)
        except BaseException as error:  # noqa: BLE001 - raised again where the items are consumed
            put(error)

    thread = threading.Thread(target=work, name="ingestion-ahead", daemon=True)
    thread.start()
    try:
        yield _taken(made)
    finally:
        is_over.set()
        with_room(made)
        thread.join()


def _taken(made: Queue[Item | BaseException | None]) -> Iterator[Item]:
    while (item := made.get()) is not None:
        if isinstance(item, BaseException):
            raise item
        yield item


def with_room(made: Queue[Item | BaseException | None]) -> None:
    """Empty the queue, so that whoever waits to put ends its wait."""
    while True:
        try:
            made.get_nowait()
        except Empty:
            return
