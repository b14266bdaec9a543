"""The supervisor's children: started in groups of their own, restarted when they die, ended in order."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO, Final

from dashboard import guard
from models.errors import UserError
from models.messages import N_

RESTARTS_A_MINUTE: Final = 5
PATIENCE_S: Final = 3.5
ORDERLY_STOP_S: Final = 9.0
_MINUTE_S: Final = 60.0
_TICK_S: Final = 0.1


class StopRequested(Exception):  # noqa: N818 - not an error: a person pressed Ctrl-C
    """Somebody asked Vigie to stop before it was up."""


class Signals:
    """What the terminal or the system asked of us: the first signal stops, the second hurries."""

    def __init__(self) -> None:
        """Take over SIGINT and SIGTERM."""
        self._first: float | None = None
        self._count = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._received)

    def _received(self, _number: int, _frame: FrameType | None) -> None:
        self._count += 1
        self._first = self._first or time.monotonic()

    @property
    def stop(self) -> bool:
        """Whether anybody asked to stop."""
        return self._count > 0

    def hurried(self) -> bool:
        """Whether somebody asked twice, or an orderly stop has taken too long."""
        late = self._first is not None and time.monotonic() - self._first > ORDERLY_STOP_S
        return self._count > 1 or late

    def raise_if_stopped(self) -> None:
        """Leave a start that nobody wants any more."""
        if self.stop:
            raise StopRequested


class Guard:
    """The small process that ends our children's groups when we are killed."""

    def __init__(self) -> None:
        """Start it; its standard input is our sign of life."""
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-I", "-S", guard.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd="/",
            start_new_session=True,
        )

    def note(self, text: str) -> None:
        """Tell it of a group begun (`+PID`) or ended (`-PID`)."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(f"{text}\n")
                self._process.stdin.flush()

    def close(self) -> None:
        """Let it go: whatever is still noted ends."""
        self._process.communicate()


@dataclass
class Child:
    """One process that is kept running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    descriptors: Sequence[int] = ()
    output: int | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self, watcher: Guard) -> None:
        """Start it in a session of its own, so that the terminal's Ctrl-C reaches only us."""
        self.process = subprocess.Popen(  # noqa: S603 - our own programs
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=self.output,
            stderr=self.output,
            pass_fds=self.descriptors,
            start_new_session=True,
        )
        watcher.note(f"+{self.process.pid}")

    def died(self) -> int | None:
        """Return the exit status of a process that is over, else None."""
        return self.process.poll() if self.process is not None else None

    def end(self, watcher: Guard, *, patience_s: float, hurried: Callable[[], bool]) -> None:
        """Ask it to end, wait, then kill what is left of its group."""
        if self.process is None:
            return
        deadline = time.monotonic() + patience_s
        if self.process.poll() is None:
            guard.told(self.process.pid, signal.SIGTERM)
        while self.process.poll() is None and time.monotonic() < deadline and not hurried():
            time.sleep(0.02)
        guard.told(self.process.pid, signal.SIGKILL)
        self.process.wait()
        watcher.note(f"-{self.process.pid}")
        self.process = None


@dataclass
class Restarts:
    """How often something was started anew within the last minute."""

    at: deque[float] = field(default_factory=deque)

    def delay_s(self, name: str, reason: str) -> float:
        """Count one more and return how long to wait with it; too many within a minute raise."""
        now = time.monotonic()
        while self.at and now - self.at[0] > _MINUTE_S:
            self.at.popleft()
        if len(self.at) >= RESTARTS_A_MINUTE:
            raise UserError(
                N_("Vigie stops: its {name} ended {times} times within a minute, last with {reason}."),
                name=name,
                times=RESTARTS_A_MINUTE + 1,
                reason=reason,
            )
        self.at.append(now)
        return float(min(8.0, 0.25 * 2 ** (len(self.at) - 1)))


class Supervisor:
    """Keeps children and the database running until it is asked to stop."""

    def __init__(self, signals: Signals, out: IO[str] = sys.stdout) -> None:
        """Begin with no children."""
        self.signals = signals
        self.children: list[Child] = []
        self._restarts: dict[str, Restarts] = {}
        self._out = out
        self._guard = Guard()

    def say(self, sentence: str) -> None:
        """Tell the person at the terminal."""
        self._out.write(f"{sentence}\n")
        self._out.flush()

    def start(self, child: Child) -> None:
        """Start a child and keep it running; the first one started is the first to end."""
        child.start(self._guard)
        self.children.append(child)

    def run_once(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, quiet: bool = False
    ) -> None:
        """Run a command to its end; Ctrl-C ends it, and a failure is one of ours. Quiet: only then shown."""
        with tempfile.TemporaryFile() as said:
            child = Child(name, command, environment, output=said.fileno() if quiet else None)
            child.start(self._guard)
            while (status := child.died()) is None and not self.signals.stop:
                time.sleep(0.02)
            child.end(self._guard, patience_s=5, hurried=self.signals.hurried)
            self.signals.raise_if_stopped()
            if status:
                said.seek(0)
                self.say(said.read().decode(errors="replace").strip())
                raise UserError(N_("Vigie did not start: {name} failed, as said above."), name=name)

    def keep(self, revive_database: Callable[[], bool] | None = None) -> None:
        """Return when asked to stop; raise when something cannot be kept running."""
        while not self.signals.stop:
            self._wait(_TICK_S)
            if revive_database is not None and revive_database():
                self._count("PostgreSQL", "a crash")
            for child in self.children:
                if (status := child.died()) is not None:
                    self._restart(child, status)

    def close(self) -> None:
        """End all children, the first one started first."""
        for child in self.children:
            child.end(self._guard, patience_s=PATIENCE_S, hurried=self.signals.hurried)
        self._guard.close()

    def _restart(self, child: Child, status: int) -> None:
        reason = f"signal {-status}" if status < 0 else f"status {status}"
        child.end(self._guard, patience_s=0, hurried=lambda: True)
        delay_s = self._count(child.name, reason)
        self.say(f"The {child.name} ended with {reason}; it is started again in {delay_s:g} s.")
        self._wait(delay_s)
        if not self.signals.stop:
            child.start(self._guard)

    def _count(self, name: str, reason: str) -> float:
        return self._restarts.setdefault(name, Restarts()).delay_s(name, reason)

    def _wait(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not self.signals.stop and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(_TICK_S, left))


def own_environment(**changes: str | None) -> dict[str, str]:
    """Return our environment with changes; None is written as empty, which hides what `.env` says."""
    return {**os.environ, **{name: value or "" for name, value in changes.items()}}
