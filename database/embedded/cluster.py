"""One PostgreSQL data folder with the programs and the user that run it: make, start, stop, identify."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from database.embedded import faults
from database.embedded.account import Account, server_account
from database.embedded.binaries import major_version
from database.keys import write_private
from models.errors import UserError
from models.messages import N_

START_TIMEOUT_S: Final = 300
STOP_TIMEOUT_S: Final = 8.0
ROOM_TO_BEGIN: Final = 200 * 1024 * 1024
_CONFIG = "vigie.conf"


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data folder, its programs and its user. The folder above the data must belong to that user."""

    data: Path
    binaries: Path
    account: Account = field(default_factory=server_account)

    @property
    def log_file(self) -> Path:
        """Where the server writes what it has to say."""
        return self.data.with_name("server.log")

    def exists(self) -> bool:
        """Whether a data folder stands here; one that is not PostgreSQL's, or is cut, raises."""
        if not self.data.exists() or not any(self.data.iterdir()):
            return False
        version = self.data / "PG_VERSION"
        if not version.is_file():
            raise UserError(
                N_("{data} is not a data folder of PostgreSQL: move it away, or choose another VIGIE_HOME."),
                data=str(self.data),
            )
        control = self.data / "global" / "pg_control"
        if not control.is_file() or control.stat().st_size == 0 or not version.read_text().strip().isdigit():
            raise faults.damaged(self.data, "pg_control or PG_VERSION is missing or empty")
        return True

    def init(self, *, password: str, sync: bool = True) -> None:
        """Make the data folder; it appears whole or not at all. `password` is the superuser's."""
        parent = self.data.parent
        if shutil.disk_usage(parent).free < ROOM_TO_BEGIN:
            raise faults.disk_full(parent)
        draft = self.data.with_name(f"{self.data.name}.draft")
        shutil.rmtree(draft, ignore_errors=True)
        secret = self.data.with_name(".password")
        secret.unlink(missing_ok=True)
        write_private(secret, password + "\n")
        try:
            os.chown(secret, self.account.uid, self.account.gid)
            self._run_initdb(draft, secret, sync=sync)
        finally:
            secret.unlink()
        with (draft / "postgresql.conf").open("a") as config:
            config.write(f"include_if_exists = '{_CONFIG}'\n")
        draft.rename(self.data)

    def _run_initdb(self, draft: Path, secret: Path, *, sync: bool) -> None:
        done = self._run(
            "initdb", f"--pgdata={draft}", "--username=postgres", "--encoding=UTF8", "--locale=C",
            "--auth=scram-sha-256", f"--pwfile={secret}", "--data-checksums", "--no-instructions",
            *([] if sync else ["--no-sync"]),
        )  # fmt: skip
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            said = done.stderr.strip()
            if "No space left on device" in said:
                raise faults.disk_full(self.data.parent)
            reasons = re.findall(r"(?:error|FATAL|PANIC): *(.*)", said) or [said.rpartition("\n")[2]]
            raise UserError(N_("PostgreSQL's data folder could not be made ({reason})."), reason=reasons[0])

    def start(self, *, port: int, settings: Mapping[str, str | int] | None = None) -> None:
        """Start the server on loopback at `port` and wait until it lets people in.

        Raises `PortTakenError` when another program listens there, else a `UserError` saying why.
        """
        self.refuse_other_major()
        self._drop_stale_pid_file()
        self._write_config({"listen_addresses": "127.0.0.1", "port": port, **(settings or {})})
        begun = self.log_file.stat().st_size if self.log_file.exists() else 0
        done = self._run(
            "pg_ctl", "start", f"--pgdata={self.data}", f"--log={self.log_file}", "--wait",
            f"--timeout={START_TIMEOUT_S}", "--silent",
        )  # fmt: skip
        if done.returncode != 0:
            with self.log_file.open("rb") as log:
                log.seek(begun)
                said = log.read().decode(errors="replace") + done.stderr
            raise faults.why_not_started(said, self.data, self.log_file)

    def stop(self, *, timeout_s: float = STOP_TIMEOUT_S, hurried: Callable[[], bool] = lambda: False) -> None:
        """Stop the server and end its sessions; after the time-out, or hurried, without a checkpoint."""
        deadline = time.monotonic() + timeout_s
        pid = self.pid()
        if pid is not None:
            self._signal(pid, signal.SIGINT)
        while self.pid() is not None and time.monotonic() < deadline and not hurried():
            time.sleep(0.02)
        deadline = time.monotonic() + 5
        while (pid := self.pid()) is not None and time.monotonic() < deadline:
            self._signal(pid, signal.SIGQUIT)
            time.sleep(0.1)

    def pid(self) -> int | None:
        """Return the server's process id if it runs on this very folder, else None."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid = int(lines[0])
            folder = Path(lines[1])
        except (FileNotFoundError, ValueError, IndexError):
            return None
        return pid if folder == self.data and is_postgres(pid) else None

    def system_identifier(self) -> str:
        """Return the number that PostgreSQL gave this data folder when it was made."""
        said = self._run("pg_controldata", f"--pgdata={self.data}").stdout
        found = re.search(r"Database system identifier:\s+(\d+)", said)
        if found is None:
            raise faults.damaged(self.data, "pg_control cannot be read")
        return found[1]

    def major(self) -> int:
        """Return the major version that made the data."""
        return int((self.data / "PG_VERSION").read_text())

    def refuse_other_major(self) -> None:
        """Raise when the programs are of another major version than the data."""
        have = major_version(self.binaries)
        if have != self.major():
            raise UserError(
                N_(
                    "The data in {data} is of PostgreSQL {data_major}, the programs in {binaries} are of "
                    "PostgreSQL {program_major}: name the right ones in VIGIE_PG_BIN, or move the data with "
                    "pg_dump and pg_restore."
                ),
                data=str(self.data),
                data_major=self.major(),
                binaries=str(self.binaries),
                program_major=have,
            )

    def _drop_stale_pid_file(self) -> None:
        # PostgreSQL itself takes any living process of that number for the server, after a reboot too.
        if self.pid() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _write_config(self, settings: Mapping[str, str | int]) -> None:
        lines = ["# Written by Vigie at every start: settings of your own belong into postgresql.conf."]
        lines += [f"{name} = '{value}'" for name, value in settings.items()]
        path = self.data / _CONFIG
        path.write_text("\n".join(lines) + "\n")
        os.chown(path, self.account.uid, self.account.gid)

    def _signal(self, pid: int, number: signal.Signals) -> None:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return

    def _run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 - PostgreSQL's own programs
            [self.binaries / program, *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            **self.account.popen_options(),
        )


def is_postgres(pid: int) -> bool:
    """Whether a living process is a PostgreSQL: a number alone may have been given to another since."""
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            name, _, rest = status.read_text().partition("(")[2].rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            return False
        return name.startswith("postgres") and not rest.strip().startswith("Z")
    said = subprocess.run(  # noqa: S603 - fixed program
        ["/bin/ps", "-o", "state=,comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return "postgres" in said and not said.startswith("Z")
