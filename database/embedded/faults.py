"""What PostgreSQL says when it does not start, as one sentence that tells how to mend it."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.errors import UserError
from models.messages import N_


class PortTakenError(Exception):
    """Somebody else listens at the port that we chose."""


_DAMAGE = (
    "checkpoint record",
    "could not open control file",
    "could not read file",
    "could not open file",
    "could not open directory",
    "incorrect checksum",
    "invalid data in file",
    "is not a valid",
    "is not a database cluster directory",
    "invalid page",
    "could not access the server configuration file",
    "could not load",
    "could not access status of transaction",
    "does not exist",
    "PANIC",
)


def disk_full(folder: Path) -> UserError:
    """Say that a folder's disk is full."""
    return UserError(
        N_(
            "The disk of {folder} is full: make room there (PostgreSQL needs some 200 MB to begin), "
            "or set VIGIE_HOME to another disk."
        ),
        folder=str(folder),
    )


def damaged(data: Path, reason: str) -> UserError:
    """Say that a data folder cannot be used as it is."""
    return UserError(
        N_(
            "The data folder {data} is damaged ({reason}): restore it from a backup, "
            "or move it away to begin anew."
        ),
        data=str(data),
        reason=reason,
    )


def why_not_started(log: str, data: Path, log_file: Path) -> Exception:
    """Return the error for what the server's log says since it was started."""
    if "No space left on device" in log:
        return disk_full(data)
    if "could not bind" in log or "Address already in use" in log:
        return PortTakenError(log)
    said = re.findall(r"(?:FATAL|PANIC|ERROR|LOG):\s+(.*)", log)
    fatal = re.findall(r"(?:FATAL|PANIC):\s+(.*)", log) or said[-1:] or [log.strip().rpartition("\n")[2]]
    reason = fatal[0].strip() if fatal else ""
    if "wrong ownership" in log or "Permission denied" in log or "invalid permissions" in log:
        return UserError(
            N_(
                "PostgreSQL may not use {data} ({reason}): it must belong to the user that runs it, "
                "closed to others."
            ),
            data=str(data),
            reason=reason,
        )
    if any(word in log for word in _DAMAGE):
        return damaged(data, reason)
    return UserError(
        N_("PostgreSQL did not start ({reason}): see {log_file}."),
        reason=reason or "no reason given",
        log_file=str(log_file),
    )


@contextmanager
def clear_sentences(home: Path) -> Iterator[None]:
    """Turn what the operating system refuses into a sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise disk_full(home) from error
        if isinstance(error, PermissionError):
            raise UserError(
                N_(
                    "{path} belongs to another user: run as the user who first started Vigie here, "
                    "or choose another VIGIE_HOME."
                ),
                path=str(error.filename or home),
            ) from error
        raise
