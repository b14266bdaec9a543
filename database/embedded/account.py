"""Whom the embedded server runs as: ourselves, or, when we are root, a user without power."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.errors import UserError
from models.messages import N_


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        """Whether this process already runs as this user."""
        return self.uid == os.geteuid()

    def popen_options(self) -> dict[str, Any]:
        """Return how `subprocess` starts a program as this user, in a bare environment.

        Bare, because PGDATA, PGPORT or a translated LC_MESSAGES of the person's shell would change what
        the programs do and say.
        """
        kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        options: dict[str, Any] = {
            "env": {"PATH": "/usr/bin:/bin", **kept, "LC_ALL": "C", "TZ": "UTC"},
            "cwd": "/",
            "stdin": subprocess.DEVNULL,
            "start_new_session": True,
        }
        if not self.is_me:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def reaches(self, folder: Path) -> bool:
        """Whether this user may enter a folder, as things are: nothing is loosened for them."""
        return self._succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])

    def runs(self, program: Path) -> bool:
        """Whether this user may start a program."""
        return self._succeeds([str(program), "--version"])

    def _succeeds(self, command: Sequence[str]) -> bool:
        try:
            done = subprocess.run(  # noqa: S603 - fixed programs
                command, capture_output=True, check=False, timeout=30, **self.popen_options()
            )
        except OSError:
            return False
        return done.returncode == 0


def myself() -> Account:
    """Return who we are."""
    try:
        return _account(pwd.getpwuid(os.geteuid()))
    except KeyError:
        # A container may run under a number that has no name.
        return Account(str(os.geteuid()), os.geteuid(), os.getegid())


def server_account(named: str | None = None, data: Path | None = None) -> Account:
    """Return whom the server runs as: the owner of its data, else `named`, else postgres or nobody."""
    if os.geteuid() != 0:
        return myself()
    if data is not None and data.exists() and data.stat().st_uid != 0:
        owner = data.stat()
        try:
            return _account(pwd.getpwuid(owner.st_uid))
        except KeyError:
            return Account(str(owner.st_uid), owner.st_uid, owner.st_gid)
    for name in (named,) if named else ("postgres", "nobody"):
        try:
            found = _account(pwd.getpwnam(name))
        except KeyError:
            continue
        if found.uid == 0:
            raise UserError(N_("VIGIE_PG_USER names root, as whom PostgreSQL refuses to run."))
        return found
    raise UserError(N_("PostgreSQL needs a user other than root: name one in VIGIE_PG_USER."))


def _account(entry: pwd.struct_passwd) -> Account:
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
