"""Throwaway folders for VIGIE_HOME, which the embedded server's user reaches when the tests run as root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from database.embedded import place
from database.embedded.record import Record

PROJECT = Path(__file__).resolve().parents[1]
OURS = ("DATABASE_", "DB_", "POOL_", "VIGIE_", "SECRET_", "FINGERPRINT_", "PYTEST_")


@contextmanager
def throwaway_home() -> Iterator[Path]:
    """An empty folder; whatever runs on it is ended and all of it is deleted afterwards."""
    above = Path(tempfile.mkdtemp(prefix="vigie-home-"))
    above.chmod(0o711)
    home = above / "home"
    try:
        yield home
    finally:
        record = _record(home)
        if record is not None:
            from database.embedded.lifecycle import cluster_of

            cluster_of(record).stop(timeout_s=0)
        shutil.rmtree(place.outside(home), ignore_errors=True)
        shutil.rmtree(above, ignore_errors=True)


def environment(home: Path, **more: str) -> dict[str, str]:
    """What a process needs to work in a home: nothing of the developer's own settings comes along."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**kept, "VIGIE_HOME": str(home), "PYTHONWARNINGS": "error", **more}


def python(*words: str, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one of our commands to its end."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=PROJECT,
        env=environment(home, **more),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def wait_until(is_so: Callable[[], object], what: str, *, seconds: float = 20) -> None:
    """Wait for something that other processes do."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def _record(home: Path) -> Record | None:
    try:
        return Record.read(home)
    except Exception:  # noqa: BLE001 - a test may have damaged it on purpose
        return None
