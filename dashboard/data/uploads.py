"""Files on their way in from a browser: kept piece by piece under VIGIE_HOME until they are imported."""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Final

from dashboard import clock
from dashboard.config import WebSettings
from models.errors import ConflictError, NotFoundError, UserError
from models.messages import N_

LARGEST: Final = 200 * 1024 * 1024
PIECE: Final = 1024 * 1024
KEPT_FOR: Final = timedelta(days=3)
MOST_WAITING: Final = 10
SPARE: Final = 500 * 1024 * 1024
_FACTS: Final = "upload.json"
_ID: Final = re.compile(r"[0-9a-f]{32}")
_ODD: Final = re.compile(r"[^\w.() -]+")
_LONGEST_NAME: Final = 240  # bytes; a file system takes 255
_AT_ONCE: Final = 64 * 1024


class TooLargeError(UserError):
    """A file beyond what an upload may bring."""

    status = 413


class NoRoomError(UserError):
    """The disk cannot take it."""

    status = 507


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way: `stored` bytes of `size` are here, the next piece begins there."""

    upload_id: str
    user_id: int
    name: str
    size: int
    modified: int
    path: Path

    @property
    def stored(self) -> int:
        """How many bytes have arrived."""
        return self.path.stat().st_size if self.path.exists() else 0

    @property
    def is_complete(self) -> bool:
        """Whether all of it is here."""
        return self.stored == self.size


def begin(home: Path, user_id: int, name: str, size: int, modified: int) -> Upload:
    """Make room for a file, or find the same one (name, size, last change) half arrived and go on with it."""
    if not 0 < size <= LARGEST:
        raise TooLargeError(
            N_("A file may have 1 byte to {most} MB: split it, or use `python -m database.import_data`."),
            most=LARGEST // 1024**2,
        )
    waiting = list(_of_person(home, user_id))
    for one in waiting:
        if (one.name, one.size, one.modified) == (clean(name), size, modified):
            return one
    if len(waiting) >= MOST_WAITING:
        raise ConflictError(
            N_("{count} files wait to be imported: import or remove them."), count=len(waiting)
        )
    folder = home / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shutil.disk_usage(folder).free < size + _awaited(home) + SPARE:
        raise NoRoomError(N_("The disk of {folder} is full: make room there."), folder="VIGIE_HOME")
    upload_id = secrets.token_hex(16)
    own = folder / f"{user_id}-{upload_id}"
    own.mkdir(mode=0o700)
    upload = Upload(upload_id, user_id, clean(name), size, modified, own / clean(name))
    facts = {key: value for key, value in asdict(upload).items() if key != "path"}
    (own / _FACTS).write_text(json.dumps(facts), encoding="utf-8")
    return upload


def append(upload: Upload, offset: int, stream: IO[bytes], length: int) -> int:
    """Write a piece at its place and return how much is here; the same piece twice changes nothing.

    A piece that leaves a hole is refused, so that what is here is always the file's beginning.
    """
    if offset > upload.stored or offset < 0:
        raise ConflictError(N_("The next piece of this file begins at byte {stored}."), stored=upload.stored)
    if length > PIECE or offset + length > upload.size:
        raise TooLargeError(N_("This piece is larger than it may be."))
    upload.path.touch(mode=0o600)
    with upload.path.open("r+b") as file:
        file.seek(offset)
        left = length
        while left > 0 and (read := stream.read(min(_AT_ONCE, left))):
            file.write(read)
            left -= len(read)
    return upload.stored


def find(home: Path, user_id: int, upload_id: str) -> Upload:
    """Return a person's own upload; another's is not there."""
    if _ID.fullmatch(upload_id):
        facts = home / "uploads" / f"{user_id}-{upload_id}" / _FACTS
        if facts.is_file():
            return _read(facts)
    raise NotFoundError(N_("This upload is no longer here: choose the file once more."))


def remove(upload: Upload) -> None:
    """Forget a file and what has arrived of it."""
    shutil.rmtree(upload.path.parent, ignore_errors=True)


def forget_old_uploads() -> int:
    """Remove from this installation's home what nobody has touched for days."""
    return forget_old(WebSettings.from_env().home, now=clock.now())


def forget_old(home: Path, *, now: datetime) -> int:
    """Remove what nobody has touched for days, and say how many files that were."""
    count = 0
    for facts in (home / "uploads").glob(f"*/{_FACTS}"):
        touched = max(path.stat().st_mtime for path in facts.parent.iterdir())
        if now - datetime.fromtimestamp(touched, UTC) > KEPT_FOR:
            shutil.rmtree(facts.parent, ignore_errors=True)
            count += 1
    return count


def clean(name: str) -> str:
    """Return what a file is called, fit for a folder of ours: no path, no odd signs, not hidden."""
    base = name.replace("\\", "/").rpartition("/")[2]
    stem = _ODD.sub("_", base).strip(" .")
    if len(stem.encode()) > _LONGEST_NAME:
        stem = f"{_cut(stem, 0, _LONGEST_NAME * 3 // 4)}…{_cut(stem, -_LONGEST_NAME // 4, None)}"
    return stem if stem and stem != _FACTS else "file"


def _cut(text: str, first: int, end: int | None) -> str:
    """Return the whole signs among some of a text's bytes."""
    return text.encode()[first:end].decode(errors="ignore")


def _awaited(home: Path) -> int:
    """Return how many bytes of everybody's files are still to come."""
    total = 0
    for facts in (home / "uploads").glob(f"*/{_FACTS}"):
        with suppress(OSError, ValueError):  # Somebody may be beginning or giving it up right now.
            upload = _read(facts)
            total += max(upload.size - upload.stored, 0)
    return total


def _of_person(home: Path, user_id: int) -> Iterator[Upload]:
    for facts in sorted((home / "uploads").glob(f"{user_id}-*/{_FACTS}")):
        yield _read(facts)


def _read(facts: Path) -> Upload:
    known = json.loads(facts.read_text(encoding="utf-8"))
    return Upload(**known, path=facts.parent / known["name"])
