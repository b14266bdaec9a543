from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from database.config import DatabaseConfig
from database.embedded import place, running
from database.embedded.account import Account, myself
from database.embedded.binaries import copy_binaries, find_binaries
from database.embedded.lifecycle import cluster_of, known
from database.embedded.record import Coordinates, Record, record_path, running_url
from models.errors import UnavailableError, UserError
from tests.homes import PROJECT, environment, python, throwaway_home, wait_until

USE = """
import sys, pathlib
from database.embedded import running
with running(pathlib.Path(sys.argv[1])) as here:
    print(here.port, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    with throwaway_home() as folder:
        yield folder


@pytest.fixture(scope="module")
def stopped() -> Iterator[Path]:
    """A home whose server was started and stopped once."""
    with throwaway_home() as folder:
        with running(folder):
            pass
        yield folder


def user_of(home: Path) -> subprocess.Popen[str]:
    """Another process that uses the home's server until its standard input closes."""
    return subprocess.Popen(
        [sys.executable, "-c", USE, home],
        cwd=PROJECT,
        env=environment(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def port_said_by(user: subprocess.Popen[str]) -> int:
    assert user.stdout is not None
    return int(user.stdout.readline())


def pid_of(home: Path) -> int | None:
    record = Record.read(home)
    return cluster_of(record).pid() if record is not None else None


def ask(url: str, statement: str) -> object:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
        connection.commit()
        return row[0] if row else None


def works(here: Coordinates) -> bool:
    return ask(here.app_url, "select session_user::text") == "vigie_app"


def test_who_starts_the_server_stops_it_and_the_data_stay(stopped: Path) -> None:
    with running(stopped) as here:
        assert works(here)
        assert ask(here.owner_url, "create table if not exists kept (x int); select 1") == 1
        first = Record.read(stopped)
    assert pid_of(stopped) is None
    with running(stopped) as here:
        assert ask(here.owner_url, "select count(*) from kept") == 0
        assert Record.read(stopped) == first


def test_secrets_and_coordinates_are_closed_to_others(stopped: Path) -> None:
    files = [*(stopped / "secrets").iterdir(), record_path(stopped)]
    assert len(files) == 4
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
    assert (stopped / "secrets").stat().st_mode & 0o077 == 0


def test_two_starts_at_once_become_one(home: Path) -> None:
    users = [user_of(home) for _ in range(4)]
    ports = {port_said_by(user) for user in users}
    assert len(ports) == 1
    for user in users[:3]:
        user.communicate()
    assert pid_of(home) is not None, "the last user keeps it"
    users[3].communicate()
    wait_until(lambda: pid_of(home) is None, "the last user leaving stops the server")
    assert [user.returncode for user in users] == [0, 0, 0, 0]


def test_a_killed_user_leaves_no_server_behind(stopped: Path) -> None:
    user = user_of(stopped)
    port_said_by(user)
    user.kill()
    user.communicate()
    wait_until(lambda: pid_of(stopped) is None, "the watcher stopping the server", seconds=5)
    with running(stopped) as here:
        assert works(here)


def test_a_killed_server_is_started_again_by_the_next_user(stopped: Path) -> None:
    user = user_of(stopped)
    port_said_by(user)
    pid = pid_of(stopped)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: pid_of(stopped) is None, "the kill")
    with running(stopped) as here:
        assert works(here)
    user.communicate()


def test_a_foreign_server_at_our_port_is_left_alone_and_ours_moves(stopped: Path) -> None:
    record = Record.read(stopped)
    assert record is not None
    with socket.socket() as foreign:
        foreign.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        foreign.bind(("127.0.0.1", record.port))
        foreign.listen()
        foreign.settimeout(0)
        with running(stopped) as here:
            assert here.port != record.port
            assert works(here)


def test_a_stopped_server_is_said_with_the_ways_to_start_one(stopped: Path) -> None:
    with pytest.raises(UnavailableError, match=r"python app.py.*python -m database.server start"):
        running_url(stopped, "vigie_app")


def test_a_copy_of_a_home_never_meets_the_original(stopped: Path) -> None:
    copy = stopped.parent / "copy"
    with running(stopped) as original:
        shutil.copytree(stopped, copy, ignore=shutil.ignore_patterns("postgres"))
        with pytest.raises(UnavailableError):
            running_url(copy, "vigie_app")
        try:
            with running(copy) as other:
                assert other.port != original.port
                assert works(other)
                assert pid_of(copy) != pid_of(stopped)
        finally:
            shutil.rmtree(place.outside(copy), ignore_errors=True)


def test_a_moved_home_keeps_its_data(home: Path) -> None:
    with running(home) as here:
        ask(here.owner_url, "create table kept (x int); select 1")
    moved = home.rename(home.parent / "moved")
    try:
        with running(moved) as here:
            assert ask(here.owner_url, "select count(*) from kept") == 0
    finally:
        shutil.rmtree(place.outside(moved), ignore_errors=True)


def test_a_lost_password_is_one_sentence(home: Path) -> None:
    with running(home):
        pass
    (home / "secrets" / "postgres_password").unlink()
    with pytest.raises(UserError, match=r"password of the data .* is missing: restore"), running(home):
        pass


def test_damage_that_only_a_connection_shows_is_one_sentence(home: Path) -> None:
    with running(home):
        pass
    record = known(home)
    assert record is not None
    (Path(record.data) / "global" / "pg_filenode.map").unlink()
    with pytest.raises(UserError, match=r"is damaged"), running(home):
        pass
    assert pid_of(home) is None


def test_a_damaged_record_says_what_to_delete(home: Path) -> None:
    home.mkdir()
    record_path(home).write_text("{")
    with pytest.raises(UserError, match=r"server.json is damaged: delete this file"), running(home):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a user to drop to")
def test_root_loosens_no_folder_and_goes_outside_instead(home: Path) -> None:
    home.mkdir(mode=0o700)
    before = (home.parent.stat().st_mode, home.stat().st_mode)
    with running(home) as here:
        assert works(here)
        record = known(home)
        assert record is not None
        assert Path(record.data) == place.outside(home) / "data"
        assert Path(record.data).stat().st_uid != 0
    assert (home.parent.stat().st_mode, home.stat().st_mode) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root reaches everything")
def test_a_home_of_somebody_else_is_one_sentence(home: Path) -> None:
    home.mkdir()
    record_path(home).write_text("{}")
    record_path(home).chmod(0)
    with pytest.raises(UserError, match=r"belongs to another user"), running(home):
        pass


def test_we_reach_our_own_folders(tmp_path: Path) -> None:
    me = myself()
    assert me.is_me
    assert me.reaches(tmp_path)
    assert not me.reaches(tmp_path / "missing")
    assert not Account("nobody", 65534, 65534).is_me


def test_the_server_command_starts_keeps_shows_and_stops(home: Path) -> None:
    def server(command: str) -> subprocess.CompletedProcess[str]:
        return python("-m", "database.server", command, home=home)

    assert server("status").returncode == 3
    assert server("url").returncode == 1
    started = server("start")
    assert started.returncode == 0, started.stderr
    with running(home) as here:
        assert f"127.0.0.1:{here.port}" in started.stdout
        assert server("url").stdout.strip() == here.app_url
    assert server("status").returncode == 0, "a command's server outlives who attached to it"
    with running(home):
        assert "it stops when that one ends" in server("stop").stdout
        assert server("status").returncode == 0
    wait_until(lambda: server("status").returncode == 3, "the last user leaving")
    assert server("stop").stdout == "PostgreSQL is not running.\n"


def test_the_server_command_leaves_ones_own_server_alone(home: Path) -> None:
    done = python("-m", "database.server", "start", home=home, DATABASE_URL="postgresql://h/x")
    assert done.returncode == 1
    assert done.stderr == ("DATABASE_URL or DB_HOST names your own server: the embedded one is not in use.\n")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a user to drop to")
def test_programs_that_the_user_cannot_reach_are_copied_under_any_umask(home: Path) -> None:
    own = home.parent / "only-roots"
    own.mkdir(mode=0o700)
    copied = copy_binaries(find_binaries(), own)
    before = os.umask(0o077)
    try:
        config = DatabaseConfig.from_env().model_copy(update={"home": home, "pg_bin": copied})
        with running(home, config=config) as here:
            assert works(here)
            record = known(home)
            assert record is not None
            assert not Path(record.binaries).is_relative_to(own)
    finally:
        os.umask(before)
