"""Where the embedded server's data lives: in VIGIE_HOME, or, as root, where a lesser user reaches it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from database.embedded.account import Account
from database.embedded.binaries import copy_binaries

OUTSIDE: Final = Path("/var/lib/vigie")


def make_home(home: Path) -> None:
    """Make VIGIE_HOME where it is missing: closed to others; root lets them pass, but not look."""
    if not home.exists():
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            home.chmod(0o711)


def data_folder(home: Path, account: Account) -> Path:
    """Return the data folder for this user, and make the folder above it, which belongs to them.

    No folder's permissions are loosened: when we are root and the user cannot enter VIGIE_HOME, the data
    lives outside, under the hash of the home's path, so that two projects never meet.
    """
    above = home / "postgres"
    if not account.is_me and not account.reaches(home):
        above = outside(home)
        if not OUTSIDE.exists():
            OUTSIDE.mkdir(mode=0o700, parents=True, exist_ok=True)
            OUTSIDE.chmod(0o755)
    _make_owned(above, account)
    return above / "data"


def reachable_binaries(binaries: Path, data: Path, account: Account) -> Path:
    """Return programs that this user may start: those given, or a copy beside the data."""
    if account.is_me or account.runs(binaries / "postgres"):
        return binaries
    return copy_binaries(binaries, data.parent)


def outside(home: Path) -> Path:
    """Return the folder under /var/lib that belongs to a home."""
    return OUTSIDE / hashlib.sha256(str(home).encode()).hexdigest()[:16]


def _make_owned(folder: Path, account: Account) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    # Empty and not theirs: made by a start that was killed before it could give it away.
    if folder.stat().st_uid != account.uid and not any(folder.iterdir()):
        os.chown(folder, account.uid, account.gid)
