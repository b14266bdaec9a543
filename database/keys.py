"""Secrets that Vigie makes for itself: 0600 files under VIGIE_HOME, made once and kept."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from models.errors import UserError
from models.messages import N_


def read_secret(home: Path, name: str) -> str | None:
    """Return a secret that was made before, or None."""
    path = home / "secrets" / name
    try:
        value = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise UserError(
            N_(
                "{path} cannot be read by this user: run as the user who first started Vigie here, "
                "or choose another VIGIE_HOME."
            ),
            path=str(path),
        ) from error
    if not value:
        raise UserError(N_("{path} is empty: restore it from a backup."), path=str(path))
    return value


def own_secret(home: Path, name: str) -> str:
    """Return a secret of 256 random bits, made at the first call; two makers at once get the same."""
    if (known := read_secret(home, name)) is not None:
        return known
    folder = home / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
    write_private(draft, secrets.token_urlsafe(32))
    try:
        # A link, unlike a rename, never replaces what another process made in the meantime.
        os.link(draft, folder / name)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return read_secret(home, name) or own_secret(home, name)


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner may read, down to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
