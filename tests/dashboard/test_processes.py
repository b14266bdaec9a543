from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.guard import told
from dashboard.processes import RESTARTS_A_MINUTE, Restarts, own_environment
from models.errors import UserError
from tests.homes import PROJECT, wait_until

# Two children that note their beginning and end; `stubborn` ones ignore the signal that asks them to end.
SUPERVISE = """
import sys
from dashboard.processes import Child, Signals, Supervisor
from models.errors import UserError
notes, worker, web = sys.argv[1:]
signals = Signals()
supervisor = Supervisor(signals)
for name, body in (("web", web), ("worker", worker)):
    supervisor.start(Child(name, [sys.executable, "-S", "-c", body, notes, name], {}))
supervisor.say("up")
try:
    supervisor.keep()
except UserError as error:
    supervisor.say(str(error))
finally:
    supervisor.close()
"""
NOTE = """
import os, signal, subprocess, sys, time
path, name = sys.argv[1:3]
def note(what):
    with open(path, "a") as file: file.write(f"{name} {what} {os.getpid()}\\n")
def end(number, frame):
    note("ends"); sys.exit(0)
"""
CALM = NOTE + "signal.signal(signal.SIGTERM, end); note('begins'); time.sleep(40)"
STUBBORN = NOTE + "signal.signal(signal.SIGTERM, signal.SIG_IGN); note('begins'); time.sleep(40)"
WITH_CHILD = NOTE + (
    "child = subprocess.Popen([sys.executable, '-S', '-c', 'import time; time.sleep(40)']);"
    "note(f'has {child.pid}'); note('begins'); time.sleep(40)"
)
BRIEF = NOTE + "note('begins'); sys.exit(7)"


class Run:
    """A supervisor with two children."""

    def __init__(self, notes: Path, worker: str, web: str) -> None:
        self.notes = notes
        notes.touch()
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISE, notes, worker, web],
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            text=True,
        )
        wait_until(lambda: len(self.of("begins")) >= 2, "both children beginning")

    def of(self, what: str) -> list[tuple[str, int]]:
        """Who noted this, with their process ids."""
        lines = [line.split() for line in self.notes.read_text().splitlines()]
        return [(words[0], int(words[-1])) for words in lines if words[1] == what]

    def pids(self) -> list[int]:
        return [pid for what in ("begins", "has") for _, pid in self.of(what)] + [
            int(line.split()[2]) for line in self.notes.read_text().splitlines() if " has " in line
        ]

    def has_ended(self) -> bool:
        return not any(alive(pid) for pid in self.pids())


def alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[list[Run]]:
    begun: list[Run] = []
    yield begun
    for run in begun:
        run.process.kill()
        run.process.communicate()
        wait_until(run.has_ended, "the children ending")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_web_first_and_the_worker_after(
    number: signal.Signals, runs: list[Run], tmp_path: Path
) -> None:
    run = Run(tmp_path / "notes", CALM, CALM)
    runs.append(run)
    run.process.send_signal(number)
    run.process.communicate(timeout=10)
    assert [name for name, _ in run.of("ends")] == ["web", "worker"]
    assert run.process.returncode == 0


def test_a_killed_supervisor_takes_its_children_and_theirs_with_it(runs: list[Run], tmp_path: Path) -> None:
    run = Run(tmp_path / "notes", STUBBORN, WITH_CHILD)
    runs.append(run)
    run.process.kill()
    assert len(run.pids()) >= 3
    wait_until(run.has_ended, "all of them ending", seconds=8)


def test_a_second_signal_does_not_wait_for_the_stubborn(runs: list[Run], tmp_path: Path) -> None:
    run = Run(tmp_path / "notes", STUBBORN, STUBBORN)
    runs.append(run)
    run.process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        run.process.wait(timeout=1)
    run.process.send_signal(signal.SIGINT)
    run.process.wait(timeout=1.5)
    assert run.has_ended()


def test_a_stubborn_child_is_killed_within_ten_seconds(runs: list[Run], tmp_path: Path) -> None:
    run = Run(tmp_path / "notes", STUBBORN, STUBBORN)
    runs.append(run)
    run.process.send_signal(signal.SIGINT)
    run.process.wait(timeout=10)
    assert run.has_ended()


def test_a_dead_child_is_started_again(runs: list[Run], tmp_path: Path) -> None:
    run = Run(tmp_path / "notes", CALM, CALM)
    runs.append(run)
    os.kill(dict(run.of("begins"))["web"], signal.SIGKILL)
    wait_until(lambda: [name for name, _ in run.of("begins")].count("web") == 2, "the restart")
    assert [name for name, _ in run.of("begins")].count("worker") == 1


def test_a_child_that_never_stays_ends_all_with_the_reason(runs: list[Run], tmp_path: Path) -> None:
    run = Run(tmp_path / "notes", CALM, BRIEF)
    runs.append(run)
    said, _ = run.process.communicate(timeout=30)
    assert "its web ended 6 times within a minute, last with status 7" in said
    assert [name for name, _ in run.of("begins")].count("web") == RESTARTS_A_MINUTE + 1
    assert run.has_ended()


def test_restarts_wait_longer_each_time() -> None:
    restarts = Restarts()
    delays = [restarts.delay_s("web", "status 1") for _ in range(RESTARTS_A_MINUTE)]
    assert delays == [0.25, 0.5, 1.0, 2.0, 4.0]
    with pytest.raises(UserError, match=r"its web ended 6 times within a minute"):
        restarts.delay_s("web", "status 1")


def test_restarts_of_an_hour_ago_are_forgotten() -> None:
    restarts = Restarts()
    restarts.at.extend([-4000.0] * 5)
    assert restarts.delay_s("web", "status 1") == 0.25


def test_a_group_that_is_gone_is_told_nothing() -> None:
    gone = subprocess.Popen(["true"], start_new_session=True)
    gone.wait()
    assert not told(gone.pid, signal.SIGTERM)


def test_none_hides_what_the_env_file_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "postgresql://owner@h/x")
    assert own_environment(DATABASE_OWNER_URL=None)["DATABASE_OWNER_URL"] == ""
