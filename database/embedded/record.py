"""What VIGIE_HOME remembers of its embedded PostgreSQL: where it lives, its port and its identity."""

from __future__ import annotations

import contextlib
import json
import os
import socket
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import quote

from database.keys import own_secret, read_secret
from models.errors import UnavailableError, UserError
from models.messages import N_

DATABASE = "vigie"
SUPERUSER = "postgres"


@dataclass(frozen=True, slots=True)
class Coordinates:
    """How the running embedded server is reached, as libpq addresses, role by role."""

    port: int
    superuser_url: str
    owner_url: str
    app_url: str


@dataclass(frozen=True, slots=True)
class Record:
    """One embedded server: whose it is, its folders, its port and its identity."""

    home: str
    data: str
    binaries: str
    major: int
    port: int
    system_identifier: str
    kept: bool = False
    """Started by the command, so it outlives every process that uses it."""

    @classmethod
    def read(cls, home: Path) -> Self | None:
        """Return the record of this home, or None before the first start."""
        path = record_path(home)
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise UserError(
                N_(
                    "{path} belongs to another user: run as the user who first started Vigie here, "
                    "or choose another VIGIE_HOME."
                ),
                path=str(path),
            ) from error
        except (ValueError, TypeError) as error:
            raise UserError(
                N_("{path} is damaged: delete this file and start again; the data stays."), path=str(path)
            ) from error

    def write(self, home: Path) -> None:
        """Replace the record in one step."""
        draft = record_path(home).with_suffix(f".{os.getpid()}")
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        draft.chmod(0o600)
        draft.replace(record_path(home))

    def at(self, *, port: int, kept: bool) -> Self:
        """Return the same server at another port, kept or not."""
        return replace(self, port=port, kept=kept)


def record_path(home: Path) -> Path:
    """Return where a home's record stands."""
    return home / "server.json"


def server_url(port: int, role: str, password: str, database: str = DATABASE) -> str:
    """Write the libpq address of a role on the embedded server."""
    return f"postgresql://{role}:{quote(password, safe='')}@127.0.0.1:{port}/{database}"


def coordinates(home: Path, port: int) -> Coordinates:
    """Return every role's address; passwords are made at the first call."""
    return Coordinates(
        port,
        superuser_url=server_url(port, SUPERUSER, own_secret(home, f"{SUPERUSER}_password"), "postgres"),
        owner_url=server_url(port, "vigie_owner", own_secret(home, "vigie_owner_password")),
        app_url=server_url(port, "vigie_app", own_secret(home, "vigie_app_password")),
    )


def answers(port: int) -> bool:
    """Whether something listens at a port of this machine."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False


def running_url(home: Path, role: str) -> str:
    """Return a role's address on the embedded server of this home, which must be running.

    Nothing more is asked than whether the port answers: SCRAM proves both sides to each other, so a
    foreign server at that port refuses the password or is refused.
    """
    record = Record.read(home)
    password = read_secret(home, f"{role}_password")
    stays = record is not None and record.home == str(home)
    if record is None or not stays or password is None or not answers(record.port):
        raise UnavailableError(
            N_(
                "PostgreSQL is not running: start Vigie with `python app.py`, its database alone with "
                "`python -m database.server start`, or set DATABASE_URL to your own server."
            )
        )
    return server_url(record.port, role, password)
