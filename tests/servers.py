"""Throwaway PostgreSQL servers for the tests: no fsync, ended with the test run even if that is killed."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

import psycopg2
from psycopg2 import sql

from database.embedded.account import server_account
from database.embedded.binaries import copy_binaries, is_complete, major_version, packaged
from database.embedded.cluster import Cluster, is_postgres
from database.migrations import run_all_migrations
from database.roles import APPLICATION_ROLE, OWNER_ROLE, READER_ROLE, ensure_roles

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
SUPERUSER = "postgres"
SETTINGS: dict[str, str | int] = {
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "jit": "off",
    "max_connections": 200,
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": 0,
    "log_min_messages": "fatal",
}


@dataclass(frozen=True)
class Database:
    """One database of a throwaway server, by the addresses that people and programs use."""

    name: str
    app_url: str
    owner_url: str
    superuser_url: str

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to work on this database."""
        return {"DATABASE_URL": self.app_url, "DATABASE_OWNER_URL": self.owner_url}


class Server:
    """A PostgreSQL server of one major version in a folder of its own."""

    def __init__(self, version: int, binaries: Path) -> None:
        self.version = version
        self.port = 0
        self.template = f"template_{migrations_fingerprint()}"
        self.joined: Database
        account = server_account(os.environ.get("VIGIE_PG_USER"))
        self._home, self.is_kept = _home(account.reaches)
        self._folder, self._lock = _claim_folder(self._home, version)
        os.chown(self._folder, account.uid, account.gid)
        if not account.runs(binaries / "postgres"):
            binaries = copy_binaries(binaries, self._folder)
        self._cluster = Cluster(self._folder / "data", binaries, account)
        self._passwords: dict[str, str] = {}
        self._guard: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        kept = self._folder / "passwords.json"
        if kept.exists() and self._cluster.exists():
            self._passwords = json.loads(kept.read_text())
            self._cluster.stop(timeout_s=1)  # What a killed test run left behind, in a folder only we use.
        else:
            shutil.rmtree(self._cluster.data, ignore_errors=True)
            names = (SUPERUSER, OWNER_ROLE, APPLICATION_ROLE)
            self._passwords = {name: secrets.token_hex(16) for name in names}
            self._cluster.init(password=self._passwords[SUPERUSER], sync=False)
            kept.write_text(json.dumps(self._passwords))
            kept.chmod(0o600)
        self.port = _free_port()
        self._cluster.start(port=self.port, settings=SETTINGS)
        self._guard = _end_with_us(self._cluster.pid(), None if self.is_kept else self._home)
        return self

    def crash(self) -> None:
        """Kill every process of the server at once, as no stop would, and start it again where it was."""
        pid = self._cluster.pid()
        if pid is None or self._guard is None:
            raise RuntimeError("the server does not run")
        family = [pid, *_children(pid)]
        self._guard.kill()
        self._guard.communicate()
        for each in family:
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        while any(map(is_postgres, family)):
            time.sleep(0.01)
        self._cluster.start(port=self.port, settings=SETTINGS)
        self._guard = _end_with_us(self._cluster.pid(), None if self.is_kept else self._home)

    def stop(self) -> None:
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
        self._cluster.stop()
        if not self.is_kept:
            shutil.rmtree(self._home, ignore_errors=True)
        self._lock.close()

    def url(self, database: str = "postgres", role: str = SUPERUSER) -> str:
        return f"postgresql://{role}:{self._passwords[role]}@127.0.0.1:{self.port}/{database}"

    def database(self, name: str) -> Database:
        return Database(
            name,
            app_url=self.url(name, APPLICATION_ROLE),
            owner_url=self.url(name, OWNER_ROLE),
            superuser_url=self.url(name),
        )

    def ensure_roles(self, database: str) -> None:
        """Make the three roles and, where it is missing, an empty database of the owner's."""
        passwords = {role: self._passwords[role] for role in (OWNER_ROLE, APPLICATION_ROLE)}
        ensure_roles(self.url(), passwords, database)

    def execute(self, statement: str, *names: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """The rows of a statement as the superuser; `{}` in it is filled with the names, quoted."""
        composed = sql.SQL(statement).format(*map(sql.Identifier, names))
        with closing(psycopg2.connect(self.url(database))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(composed)
                return cursor.fetchall() if cursor.description else []

    def create(self, name: str, *, template: str) -> Database:
        """A copy of the template; tables and policies come with it, a database's own grants do not."""
        self.execute("create database {} template {} owner {} strategy file_copy", name, template, OWNER_ROLE)
        self.execute("revoke all on database {} from public", name)
        self.execute("grant connect, temporary on database {} to {}, {}", name, APPLICATION_ROLE, READER_ROLE)
        return self.database(name)

    def drop(self, name: str) -> None:
        self.execute("drop database if exists {} with (force)", name)

    def migrate(self) -> Self:
        """Build the template by the real migrations, once, and the database of the joined tests from it."""
        if (self.template,) not in self.execute("select datname from pg_database"):
            building = f"building_{self.template}"
            self.drop(building)
            self.ensure_roles(building)
            run_all_migrations(self.url(building, OWNER_ROLE))
            self.execute("alter database {} rename to {}", building, self.template)
        self.drop("joined")
        self.joined = self.create("joined", template=self.template)
        return self


def binaries_of(version: int) -> Path | None:
    """The folder of that major version's programs: VIGIE_PG_BIN, the pip package, or Debian's."""
    named = os.environ.get("VIGIE_PG_BIN")
    folders = (Path(named) if named else None, packaged(), Path(f"/usr/lib/postgresql/{version}/bin"))
    for folder in folders:
        if folder is not None and is_complete(folder) and major_version(folder) == version:
            return folder
    return None


def migrations_fingerprint() -> str:
    """What the template depends on, so that a kept server notices a changed migration."""
    digest = hashlib.sha256()
    for file in sorted(MIGRATIONS.glob("*.sql")):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def _home(reaches: Callable[[Path], bool]) -> tuple[Path, bool]:
    """VIGIE_TEST_HOME, kept between runs, where the server's user reaches it; else a temporary folder."""
    named = os.environ.get("VIGIE_TEST_HOME")
    if named:
        home = Path(named).absolute()
        home.mkdir(parents=True, exist_ok=True)
        if reaches(home):
            return home, True
    home = Path(tempfile.mkdtemp(prefix="vigie-test-"))
    home.chmod(0o711)
    return home, False


def _children(pid: int) -> list[int]:
    found = subprocess.run(
        ["/bin/ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(each) for each in found.stdout.split()]


def _claim_folder(home: Path, version: int) -> tuple[Path, IO[str]]:
    """The first folder that no other test run holds, with the lock that says so."""
    for number in range(1_000):
        folder = home / f"postgres-{version}-{number}"
        lock = folder.with_suffix(".lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder, lock
    raise RuntimeError(f"every server folder in {home} is in use")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _end_with_us(pid: int | None, folder: Path | None) -> subprocess.Popen[bytes]:
    """Watch our end of a pipe from outside, so that a killed test run leaves no server and folder behind."""
    ending = f"cat > /dev/null; kill -QUIT {pid}; sleep 2; test -z '{folder or ''}' || rm -rf '{folder}'"
    return subprocess.Popen(
        ["/bin/sh", "-c", ending],
        stdin=subprocess.PIPE,
        start_new_session=True,
        cwd="/",
    )
