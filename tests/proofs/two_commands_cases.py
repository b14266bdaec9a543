"""What may happen to a Vigie that a person runs: each case raises when it is not as promised."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from database.embedded.place import outside
from database.embedded.record import Record
from tests.homes import wait_until
from tests.running import Vigie, ask, children_of, free_port, processes_of, wait_until_gone

USER = "vigie-proof"
RUNUSER = shutil.which("runuser") or "runuser"
SECOND_START_S = 5.0
STOP_S = 10.0
COUNT = "select (select count(*) from users), (select count(*) from transactions)"


class Place:
    """A folder in which Vigie was installed, and the person who runs it there."""

    def __init__(self, folder: Path, who: str, rounds: int, command: str) -> None:
        self.folder, self.who, self.rounds, self.command = folder, who, rounds, command
        self.home = folder / ".vigie"
        self.stored: list[tuple[object, ...]] = []
        self._begun: list[Vigie] = []

    @property
    def before(self) -> list[str]:
        """What turns a command into the person's."""
        return [RUNUSER, "-u", USER, "--"] if self.who == "user" and os.geteuid() == 0 else []

    def start(self, *words: str, home: Path | None = None, port: int | None = None) -> Vigie:
        """Run `app.py` as it was installed."""
        return self._run((str(self.folder / ".venv/bin/python"), "app.py"), words, home or self.home, port)

    def paste(self) -> Vigie:
        """Run the README's whole line, which installs what is there already."""
        return self._run(("bash", "-c", self.command), (), self.home, None)

    def _run(self, line: tuple[str, ...], words: tuple[str, ...], home: Path, port: int | None) -> Vigie:
        vigie = Vigie(home, *words, folder=self.folder, before=self.before, line=line, port=port)
        self._begun.append(vigie)
        return vigie

    def up(self, *words: str) -> Vigie:
        """Run it and wait until it is up, with the data that were there."""
        vigie = self.start(*words)
        vigie.wait_until_up()
        assert ask(self.home, COUNT) == self.stored, "the data of before"
        return vigie

    def data(self) -> Path:
        """The data folder."""
        record = Record.read(self.home)
        assert record is not None
        return Path(record.data)

    def end(self) -> None:
        """End what a case left."""
        for vigie in self._begun:
            vigie.end()
        self._begun.clear()


def first_start(place: Place) -> str:
    vigie = place.paste()
    seconds = vigie.wait_until_up()
    assert vigie.first_login() is not None, vigie.words
    place.stored = ask(place.home, COUNT)
    users, rows = place.stored[0]
    assert users == 5, users
    assert isinstance(rows, int)
    assert rows >= 50_000, rows
    stopped = vigie.stop()
    assert stopped < STOP_S, stopped
    wait_until_gone(place.home)
    return f"up with {rows:,} rows and a first login in {seconds:.1f} s, gone in {stopped:.1f} s"


def second_starts(place: Place) -> str:
    took = []
    for _ in range(3):
        vigie = place.up()
        took.append(vigie.wait_until_up())
        assert vigie.first_login() is None
        vigie.stop()
        wait_until_gone(place.home)
    assert statistics.median(took) <= SECOND_START_S, took
    return "login page after " + ", ".join(f"{seconds:.1f}" for seconds in took) + " s"


def sigterm(place: Place) -> str:
    vigie = place.up()
    seconds = vigie.stop(signal.SIGTERM)
    assert seconds < STOP_S
    wait_until_gone(place.home)
    return f"gone in {seconds:.1f} s"


def a_second_ctrl_c_hurries(place: Place) -> str:
    vigie = place.up()
    begun = time.monotonic()
    vigie.pid_of_app_send(signal.SIGINT)
    # Two signals at the very same moment are one to the kernel.
    time.sleep(0.2)
    vigie.pid_of_app_send(signal.SIGINT)
    vigie.wait()
    wait_until_gone(place.home)
    seconds = time.monotonic() - begun
    assert seconds < 3, seconds
    place.up().stop()
    return f"gone in {seconds:.1f} s, the data there"


def two_starts_at_once(place: Place) -> str:
    port = free_port()
    pair = [place.start(port=port), place.start(port=port)]
    wait_until(lambda: any(one.process.poll() is not None for one in pair), "one giving way", seconds=60)
    lost, won = sorted(pair, key=lambda one: one.process.poll() is None)
    assert lost.wait() == 1
    won.wait_until_up()
    won.stop()
    wait_until_gone(place.home)
    return sentence(lost)


def two_starts_at_once_on_two_ports(place: Place) -> str:
    pair = [place.start(), place.start()]
    for one in pair:
        one.wait_until_up()
    assert ask(place.home, COUNT) == place.stored
    pair[0].stop()
    assert pair[1].get("/ready")[0] == 200
    pair[1].stop()
    wait_until_gone(place.home)
    return "both up on one database, which ends with the second"


def two_first_starts_at_once(place: Place) -> str:
    with other_home(place) as home:
        pair = [place.start("--no-demo", home=home), place.start("--no-demo", home=home)]
        for one in pair:
            one.wait_until_up()
        shown = [one.first_login() for one in pair if one.first_login()]
        assert len(shown) == 1, shown
        assert ask(home, "select count(*) from users") == [(1,)]
        for one in pair:
            one.stop()
        wait_until_gone(home)
    return "one database, one admin, shown once"


def kill_of_app(place: Place) -> str:
    seconds = []
    for _ in range(place.rounds):
        vigie = place.up()
        vigie.pid_of_app_send(signal.SIGKILL)
        seconds.append(wait_until_gone(place.home))
    place.up().stop()
    return f"{len(seconds)} kills: no orphan after {max(seconds):.1f} s, nothing lost"


def kill_of_everything(place: Place) -> str:
    vigie = place.up()
    for pid in [*processes_of(place.home), *children_of(vigie.app_pid())]:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    wait_until_gone(place.home)
    place.up().stop()
    return "the stale lock is passed over, nothing lost"


def a_stale_lock_whose_number_somebody_else_has(place: Place) -> str:
    pid_file = place.data() / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{place.data()}\n1\n5432\n\n127.0.0.1\n0 0\nready\n")
    place.up().stop()
    return "passed over"


def kills_of_a_first_start(place: Place) -> str:
    random.seed(1)
    ends: dict[str, int] = {}
    for _ in range(place.rounds):
        with other_home(place) as home:
            vigie = place.start(home=home)
            time.sleep(random.uniform(0.5, 12))
            stage = vigie.words.strip().rpartition("\n")[2][:20] or "nothing said"
            ends[stage] = ends.get(stage, 0) + 1
            vigie.pid_of_app_send(signal.SIGKILL)
            wait_until_gone(home)
            again = place.start(home=home)
            again.wait_until_up()
            assert ask(home, COUNT) == place.stored, ask(home, COUNT)
            again.stop()
            wait_until_gone(home)
    return f"{place.rounds} kills, each completed by the next start"


def a_taken_port(place: Place) -> str:
    with taken() as port:
        vigie = place.start(port=port)
        assert vigie.wait() == 1
    wait_until_gone(place.home)
    return sentence(vigie)


def a_taken_port_of_the_database(place: Place) -> str:
    record = Record.read(place.home)
    assert record is not None
    with taken(record.port):
        place.up().stop()
    wait_until_gone(place.home)
    return "PostgreSQL moves to another"


def a_damaged_data_folder(place: Place) -> str:
    control = place.data() / "global" / "pg_control"
    kept = control.read_bytes()
    control.write_bytes(kept[:100])
    vigie = place.start()
    assert vigie.wait() == 1
    control.write_bytes(kept)
    place.up().stop()
    return sentence(vigie)


def a_foreign_data_folder(place: Place) -> str:
    with other_home(place) as home:
        data = outside(home) / "data" if place.who == "root" else home / "postgres" / "data"
        data.mkdir(parents=True)
        (data / "thesis.txt").write_text("years of work")
        home.chmod(0o711)
        give(place, home)
        vigie = place.start(home=home)
        assert vigie.wait() == 1
        assert (data / "thesis.txt").read_text() == "years of work"
    return sentence(vigie)


def a_disk_of_64_megabytes(place: Place) -> str:
    with other_home(place) as home, small_disk(place, home, 64):
        vigie = place.start(home=home)
        assert vigie.wait() == 1
        wait_until_gone(home)
    return sentence(vigie)


def a_disk_that_fills_up(place: Place) -> str:
    with other_home(place) as home, small_disk(place, home, 400):
        first = place.start("--no-demo", home=home)
        first.wait_until_up()
        first.stop()
        wait_until_gone(home)
        stuffing = home / "stuffing"
        with stuffing.open("wb") as file:
            subprocess.run(["cat", "/dev/zero"], stdout=file, stderr=subprocess.DEVNULL, check=False)
        vigie = place.start("--no-demo", home=home)
        assert vigie.wait() == 1, vigie.words
        stuffing.unlink()
        again = place.start("--no-demo", home=home)
        again.wait_until_up()
        assert ask(home, "select count(*) from users") == [(1,)]
        again.stop()
        wait_until_gone(home)
    return sentence(vigie)


def no_folder_was_loosened(place: Place) -> str:
    above = [place.folder, place.folder.parent, place.folder.parent.parent]
    shown = " ".join(oct(folder.stat().st_mode & 0o777) for folder in above)
    private = place.folder.parent.stat().st_mode & 0o077
    assert private == 0, shown
    if place.who == "root":
        assert place.data().is_relative_to("/var/lib/vigie"), place.data()
    return f"{shown}, data in {place.data().parent}"


CASES: tuple[Callable[[Place], str], ...] = (
    first_start,
    second_starts,
    sigterm,
    a_second_ctrl_c_hurries,
    two_starts_at_once,
    two_starts_at_once_on_two_ports,
    two_first_starts_at_once,
    kill_of_app,
    kill_of_everything,
    a_stale_lock_whose_number_somebody_else_has,
    kills_of_a_first_start,
    a_taken_port,
    a_taken_port_of_the_database,
    a_damaged_data_folder,
    a_foreign_data_folder,
    a_disk_of_64_megabytes,
    a_disk_that_fills_up,
    no_folder_was_loosened,
)


def sentence(vigie: Vigie) -> str:
    """The one line that it said, without a trace of how."""
    lines = vigie.words.strip().splitlines()
    assert len(lines) == 1, vigie.words
    return f"“{lines[0]}”"


@contextmanager
def other_home(place: Place) -> Iterator[Path]:
    """A home beside the first one, deleted afterwards."""
    home = place.folder / ".other"
    home.mkdir()
    home.chmod(0o711)
    give(place, home)
    try:
        yield home
    finally:
        place.end()
        shutil.rmtree(outside(home), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)


def give(place: Place, folder: Path) -> None:
    """Let a folder belong to the person."""
    if place.who == "user" and os.geteuid() == 0:
        subprocess.run(["chown", "-R", USER, folder], check=True)


@contextmanager
def small_disk(place: Place, home: Path, megabytes: int) -> Iterator[None]:
    """Put a disk of that size under a home, and under where root's data would go."""
    folders = [home, *([outside(home)] if place.who == "root" else [])]
    for folder in folders:
        if not folder.exists():
            folder.mkdir(mode=0o700, parents=True)
            shutil.chown(folder, "postgres", "postgres")
        mode = folder.stat()
        size = f"size={megabytes}m,mode={mode.st_mode & 0o777:o},uid={mode.st_uid},gid={mode.st_gid}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", folder], check=True)
    try:
        yield
    finally:
        place.end()
        for folder in folders:
            subprocess.run(["umount", "-l", folder], check=True)


@contextmanager
def taken(port: int = 0) -> Iterator[int]:
    """A port at which somebody else listens."""
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        yield other.getsockname()[1]
