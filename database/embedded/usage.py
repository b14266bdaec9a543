"""Who uses the embedded server: locks that the kernel drops with their process, however it dies."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from models.errors import UnavailableError
from models.messages import N_

PATIENCE_S: Final = 330.0


class Usage:
    """A share in the server: as long as anybody holds one, the watcher leaves it running."""

    def __init__(self, home: Path) -> None:
        """Take a share, waiting while the watcher is stopping the server."""
        self._descriptor = _open(usage_path(home))
        _lock(self._descriptor, fcntl.LOCK_SH, home)

    def release(self) -> bool:
        """Give the share back; whether it was the last one, in which case nobody can take one until `close`.

        False as well when the watcher was quicker, which then stops the server.
        """
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def is_shared(self) -> bool:
        """Whether the lock, given back, is held by users rather than by the watcher."""
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        return True

    def close(self) -> None:
        """Let go of whatever is held."""
        os.close(self._descriptor)


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """Let one process make, start or stop the server; others wait. Two starts at once become one."""
    descriptor = _open(home / "server.lock")
    try:
        _lock(descriptor, fcntl.LOCK_EX, home)
        yield
    finally:
        os.close(descriptor)


def usage_path(home: Path) -> Path:
    """Return the file whose lock is shared by users and wanted by the watcher."""
    return home / "server.users"


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _lock(descriptor: int, kind: int, home: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(descriptor)
                raise UnavailableError(
                    N_(
                        "Another process has been starting or stopping PostgreSQL in {home} for minutes: "
                        "end it, then try again."
                    ),
                    home=str(home),
                ) from None
            time.sleep(0.05)
        else:
            return
