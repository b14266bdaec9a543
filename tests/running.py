"""Vigie as people run it: `python app.py` in a folder, its words, its pages, its processes."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import psycopg2

from database.embedded.record import Record, server_url
from database.keys import read_secret
from tests.homes import PROJECT, environment, wait_until

UP = "Vigie runs at "


class Vigie:
    """One run of `app.py`. Whoever makes it ends it."""

    def __init__(
        self,
        home: Path,
        *words: str,
        folder: Path = PROJECT,
        before: Sequence[str] = (),
        line: Sequence[str] = (sys.executable, "app.py"),
        port: int | None = None,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.home = home
        self.port = port or free_port()
        self.begun = time.monotonic()
        self.said: list[str] = []
        self.process = subprocess.Popen(
            [*before, *line, f"--port={self.port}", *words],
            cwd=folder,
            # Not our warnings: gunicorn leaves the sockets open that it looks into.
            env=environment(home, **{"PYTHONWARNINGS": "", "VIGIE_PORT": str(self.port), **(settings or {})}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        self.said.extend(iter(self.process.stdout.readline, ""))

    @property
    def words(self) -> str:
        """Everything it has said so far."""
        return "".join(self.said)

    def wait_until_up(self, seconds: float = 120) -> float:
        """Wait for its login page and return after how many seconds that was."""
        wait_until(lambda: UP in self.words or self.process.poll() is not None, "being up", seconds=seconds)
        assert UP in self.words, self.words
        assert self.get("/login")[0] == 200, self.words
        return time.monotonic() - self.begun

    def get(self, path: str) -> tuple[int, str]:
        """Ask for a page: its status and its text."""
        return get(self.port, path)

    def wait(self, seconds: float = 60) -> int:
        """Wait for its end: its exit status."""
        status = self.process.wait(timeout=seconds)
        self._reader.join(5)
        return status

    def stop(self, number: signal.Signals = signal.SIGINT) -> float:
        """Ask it to end and return after how many seconds it had."""
        begun = time.monotonic()
        self.pid_of_app_send(number)
        self.wait(20)
        return time.monotonic() - begun

    def pid_of_app_send(self, number: signal.Signals) -> None:
        """Signal `app.py` itself, which may run below a program that changed the user."""
        os.kill(self.app_pid(), number)

    def app_pid(self) -> int:
        """The process of `app.py`."""
        own = [self.process.pid, *children_of(self.process.pid)]
        return next((pid for pid in reversed(own) if "app.py" in command(pid)), self.process.pid)

    def end(self) -> None:
        """End it for good, whatever state it is in."""
        for pid in processes_of(self.home):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.kill()
        self.process.wait()
        self._reader.join(5)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def first_login(self) -> tuple[str, str] | None:
        """The first login as it was shown."""
        found = re.search(r"First login:\s+(\S+)\s+Password:\s+(\S+)", self.words)
        return (found[1], found[2]) if found else None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> tuple[int, str]:
    """Ask a server of this machine for a page: its status and its text."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, ""


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def children_of(pid: int) -> list[int]:
    try:
        own = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
    return own + [grandchild for child in own for grandchild in children_of(child)]


def processes_of(home: Path) -> list[int]:
    """Every living process that works for a home: by its command line, else by its environment."""
    marks = [str(home).encode()]
    try:
        record = Record.read(home)
    except Exception:  # noqa: BLE001 - damaged on purpose, or of another user
        record = None
    if record is not None:
        marks.append(record.data.encode())
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                seen = (folder / "cmdline").read_bytes() + b"\0" + (folder / "environ").read_bytes()
                is_zombie = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            except OSError:
                continue
            if not is_zombie and any(mark in seen for mark in marks) and b"pytest" not in seen[:200]:
                found.append(int(folder.name))
    return found


def wait_until_gone(home: Path, seconds: float = 10) -> float:
    """Wait until no process works for a home and return after how many seconds that was."""
    begun = time.monotonic()
    wait_until(
        lambda: not processes_of(home),
        f"no process of {home}: {[command(pid) for pid in processes_of(home)]}",
        seconds=seconds,
    )
    return time.monotonic() - begun


def ask(home: Path, statement: str) -> list[tuple[object, ...]]:
    """The rows of a statement as the owner, on the home's running server."""
    record = Record.read(home)
    password = read_secret(home, "vigie_owner_password")
    assert record is not None
    assert password is not None
    url = server_url(record.port, "vigie_owner", password)
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()
