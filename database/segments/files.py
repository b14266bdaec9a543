"""Sealed segments as files of this machine: written once, mapped read-only, shared by all processes.

PostgreSQL stays the only truth: a segment never changes under its uid, so a copy is right or it is not
this segment, and then it is fetched anew.
"""

from __future__ import annotations

import ctypes
import logging
import mmap
import os
import sys
import time
import weakref
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO
from uuid import UUID, uuid4

import numpy as np

from database.config import Settings
from database.embedded.place import make_home
from database.segments.record import FORMAT, WIDTH

LOGGER = logging.getLogger("vigie.database")
HEADER = np.dtype(
    [("magic", "S8"), ("fmt", "<u8"), ("uid", "V16"), ("n", "<u8"), ("checksum", "<u8"), ("spare", "V16")]
)
MAGIC = b"VIGIESEG"
KEPT_UNUSED_S = 24 * 60 * 60

_WORDS = np.dtype("<u8")


def folder() -> Path:
    """Return the folder of the copies, made again where somebody took it away."""
    place = _folder_of(os.environ.get("VIGIE_HOME"))
    return place if place.is_dir() else cache_folder("segments")


@lru_cache(maxsize=8)
def _folder_of(_home: str | None) -> Path:
    """Read the settings once: every page asks."""
    return cache_folder("segments")


def cache_folder(name: str) -> Path:
    """Return a folder of VIGIE_HOME that only this user may open, made where it is missing."""
    home = Settings.from_env().home
    make_home(home)
    for path in (home / "cache", home / "cache" / name):
        path.mkdir(mode=0o700, exist_ok=True)
        path.chmod(0o700)
    return path


def find(place: Path, uid: UUID, n: int) -> memoryview | None:
    """Map the copy of a segment; None where there is no file or it is not whole and of this segment."""
    path = place / uid.hex
    try:
        with path.open("rb") as file:
            mapped = _mapped(file)
        os.utime(path)
    except (OSError, ValueError):  # no file, or an empty one
        return None
    data = mapped[HEADER.itemsize :]
    if len(data) == n * WIDTH and bytes(mapped[: HEADER.itemsize]) == _header(uid, n, data):
        return data
    LOGGER.warning("the cached segment %s is damaged and is fetched anew", uid)
    return None


def keep(place: Path, uid: UUID, n: int, data: memoryview) -> None:
    """Write a copy aside, then give it its name, so that nobody maps half a file."""
    aside = place / f"{uid.hex}.{uuid4().hex}"
    try:
        aside.write_bytes(_header(uid, n, data) + bytes(data))
        aside.replace(place / uid.hex)
    except OSError:
        LOGGER.warning("the segment %s could not be cached", uid, exc_info=True)
        aside.unlink(missing_ok=True)


def sweep(place: Path) -> None:
    """Delete what nobody has mapped for a day; who still has it mapped keeps it."""
    oldest = time.time() - KEPT_UNUSED_S
    for path in place.iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:
            continue  # another process swept it


if sys.platform == "win32":

    def _mapped(file: BinaryIO) -> memoryview:
        return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

else:
    _libc = ctypes.CDLL(None, use_errno=True)
    _libc.mmap.restype = ctypes.c_void_p
    _libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    _libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    _FAILED = ctypes.c_void_p(-1).value

    def _mapped(file: BinaryIO) -> memoryview:
        """Map a whole file read-only; unlike Python's own mapping this one holds no file open.

        A process maps more segments than it may have files open.
        """
        size = os.fstat(file.fileno()).st_size
        at = _libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, file.fileno(), 0)
        if at in {None, _FAILED}:
            raise OSError(ctypes.get_errno(), "the file could not be mapped")
        block = (ctypes.c_char * size).from_address(at)
        # Not at exit, when a thread may still be reading.
        weakref.finalize(block, _libc.munmap, at, size).atexit = False
        return memoryview(block).cast("B").toreadonly()


def _header(uid: UUID, n: int, data: memoryview) -> bytes:
    checksum = np.frombuffer(data, _WORDS).sum(dtype=np.uint64) if n else 0
    return np.array((MAGIC, FORMAT, uid.bytes, n, checksum, b""), HEADER).tobytes()
