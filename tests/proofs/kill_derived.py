"""Kill the program and PostgreSQL over an import and all that is derived from it: nothing lost or doubled.

    python -m tests.proofs.kill_derived --rounds 40 --seed 1

A round is the life of an import in a bank of its own. Each step is begun, killed with SIGKILL at a random
moment (by turns the program, or every process of PostgreSQL at once), and done again to its end. Then rows,
labels, derived columns, scores, anomalies, patterns and alerts are what they are in a bank where nothing was
killed, and segments are equal to the rows. The steps are those of `derived_steps.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from database import connection, owner
from database.connection import execute_query
from database.owner import owner_session
from database.segments.check import check
from tests.proofs.derived_steps import FOUND, STEPS
from tests.proofs.kill_import import write_rows
from tests.servers import Server, binaries_of

ROWS = 6_000
RUNS_AT_MOST = 20
WAITS_S = 120.0
Found = dict[str, Any]


class Starter:
    """A process that has loaded everything and forks one child a step, so that kills meet work."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.proofs.kill_derived", "--fork"],
            env=dict(environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def begin(self, step: str, bank: str, path: Path) -> int:
        """Begin a step and return its process id."""
        if self._process.stdin is None:
            raise RuntimeError("the starter has no input")
        self._process.stdin.write(json.dumps([step, bank, str(path)]) + "\n")
        self._process.stdin.flush()
        return int(self._line())

    def end(self) -> int:
        """Wait for the step's end and return its exit status, −9 where it was killed."""
        return int(self._line())

    def stop(self) -> None:
        """End the starter."""
        self._process.communicate(timeout=10)

    def _line(self) -> str:
        if self._process.stdout is None:
            raise RuntimeError("the starter has no output")
        return self._process.stdout.readline()


def fork_steps() -> int:
    """Fork a child for each step that standard input names; tell its process id, then its exit status."""
    for line in sys.stdin:
        step, bank, path = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(_done(step, bank, path))
        print(child, flush=True)  # noqa: T201 - read by the proof
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 - as above
    return 0


def _done(step: str, bank: str, path: str) -> int:
    try:
        STEPS[step](bank, path)
    except Exception:  # noqa: BLE001 - a step that lost its server fails in many ways, and is begun again
        return 1
    return 0


@dataclass
class Killing:
    """The server, the starter, and what was killed so far."""

    server: Server
    starter: Starter
    path: Path
    seconds: dict[str, float] = field(default_factory=dict)
    programs: int = 0
    servers: int = 0

    def undisturbed(self, bank: str, step: str) -> None:
        """Do a step to its end, and remember how long it takes."""
        began = time.monotonic()
        self._complete(bank, step)
        self.seconds[step] = time.monotonic() - began

    def killed(self, bank: str, step: str, chance: random.Random, *, is_server: bool) -> None:
        """Begin a step, kill it at a random moment, and do it again to its end."""
        pid = self.starter.begin(step, bank, self.path)
        time.sleep(chance.uniform(0.0, 0.8 * self.seconds[step]))
        if is_server:
            self.server.crash()
            forget_connections()
        else:
            with suppress(ProcessLookupError):  # It was quicker.
                os.kill(pid, signal.SIGKILL)
        was_at_work = self.starter.end() != 0
        self.servers += is_server and was_at_work
        self.programs += was_at_work and not is_server
        self._complete(bank, step)

    def _complete(self, bank: str, step: str) -> None:
        """Begin a step until it ends well: what a dead server process still holds is given back soon."""
        deadline = time.monotonic() + WAITS_S
        for _ in range(RUNS_AT_MOST):
            self.starter.begin(step, bank, self.path)
            if self.starter.end() == 0:
                return
            if time.monotonic() > deadline:
                break
            time.sleep(0.2)
        raise AssertionError(f"{step} of {bank} does not come to its end")


def prove(rounds: int, seed: int, killing: Killing) -> None:
    """Kill over the steps of so many imports, after one import that nothing disturbs."""
    expected = {step: _after(killing.undisturbed, "undisturbed", step) for step in STEPS}
    for number in range(rounds):
        chance, bank = random.Random(f"{seed} {number}"), f"killed-{number}"
        for place, step in enumerate(STEPS):
            killing.killed(bank, step, chance, is_server=(number + place) % 2 == 1)
            found = _found(bank)
            assert found == expected[step], f"round {number}, {step}: {found} is not {expected[step]}"
        sys.stdout.write(
            f"round {number + 1} of {rounds}: {killing.programs} programs, {killing.servers} servers killed\n"
        )
        sys.stdout.flush()
    assert killing.programs > 0, "no program was killed at work"
    assert killing.servers > 0, "no server was killed at work"


def _after(do: Callable[[str, str], None], bank: str, step: str) -> Found:
    do(bank, step)
    return _found(bank)


def _found(bank: str) -> Found:
    with owner_session(snapshot=True) as session:
        differences = check(session)
    assert differences.agree, f"segments differ from rows: {differences}"
    (found,) = execute_query(FOUND, banks=[bank])
    return dict(found)


def forget_connections() -> None:
    """Close what led to a server that is gone."""
    connection.dispose()
    owner.dispose()


@contextmanager
def at_hand(version: int, rows: int, seed: int) -> Iterator[Killing]:
    """A server of its own whose commits are on disk, a starter, and a file of rows."""
    binaries = binaries_of(version)
    if binaries is None:
        raise SystemExit(f"PostgreSQL {version} is not installed")
    server = Server(version, binaries).start().migrate()
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "rows.csv"
        write_rows(path, seed, rows)
        server.drop("killed")
        database = server.create("killed", template=server.template)
        server.execute("alter database {} set synchronous_commit = on", "killed")
        os.environ.update(database.environment, VIGIE_HOME=home)
        forget_connections()
        starter = Starter(os.environ)
        try:
            yield Killing(server, starter, path)
        finally:
            starter.stop()
            forget_connections()
            server.drop("killed")
            server.stop()


def main() -> int:
    """Run the proof on servers of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", type=int, default=18)
    parser.add_argument("--fork", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fork:
        return fork_steps()
    with at_hand(options.postgres, ROWS, options.seed) as killing:
        prove(options.rounds, options.seed, killing)
    sys.stdout.write(
        f"{options.rounds} rounds of {', '.join(STEPS)}: the program killed at work {killing.programs} "
        f"times, PostgreSQL {killing.servers} times; 0 lost, 0 doubled, segments equal rows\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
