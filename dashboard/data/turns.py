"""Whose files are being looked at right now: each takes a process and a request that waits for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import ClassVar, Final

from models.errors import UserError
from models.messages import N_

MOST_OF_ONE: Final = 2
MOST: Final = 4
"""In each web process: half of its threads stay for whoever looks at figures."""


class TooManyFilesError(UserError):
    """More files are being read than there is room for."""

    status = 429


class _Now:
    lock = Lock()
    reading: ClassVar[Counter[int]] = Counter()


@contextmanager
def turn(user_id: int) -> Iterator[None]:
    """Take a place among those who have a file looked at; who finds none is told so at once."""
    with _Now.lock:
        if _Now.reading[user_id] >= MOST_OF_ONE or _Now.reading.total() >= MOST:
            raise TooManyFilesError(N_("Other files are being read just now. Try again in a moment."))
        _Now.reading[user_id] += 1
    try:
        yield
    finally:
        with _Now.lock:
            _Now.reading -= Counter({user_id: 1})
