"""A stranger's file read by a process of its own: what goes wrong there is a sentence here."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

from dashboard.ingestion.frames import Head, chunk_of, read_frame
from dashboard.ingestion.sources import Chunk, Position
from models.errors import UserError
from models.messages import N_

PATIENCE_S: Final = 60.0
_ROOT: Final = Path(__file__).resolve().parents[2]
_READ_AT_ONCE: Final = 1 << 20


class ApartSource:
    """A file whose bytes this process never parses; a reader that ends too early is started anew."""

    def __init__(self, path: Path, encoding: str | None = None) -> None:
        self._path, self._encoding = path, encoding
        self.reader: Reader | None = None
        head = self._only(self._ask("open"))
        self.columns: tuple[str, ...] = tuple(head["columns"])
        self.size: int = head["size"]

    def sample(self, columns: Sequence[str]) -> Chunk:
        """Return the first records with these columns."""
        (chunk,) = self._chunks("sample", columns=list(columns))
        return chunk

    def chunks(self, columns: Sequence[str], start: Position, rows: int) -> Iterator[Chunk]:
        """Yield chunks of at most `rows` records with these columns, beginning after `start`."""
        return self._chunks("chunks", columns=list(columns), start=start.as_json(), rows=rows)

    def _chunks(self, what: str, **asked: Any) -> Iterator[Chunk]:
        is_whole = False
        try:
            for head, body in self._ask(what, **asked):
                if "end" in head:
                    is_whole = True
                    return
                yield chunk_of(head, body)
        finally:
            if not is_whole:
                self.close()

    def close(self) -> None:
        """End the reader; the next question starts another."""
        if self.reader is not None:
            self.reader.end()
            self.reader = None

    def _ask(self, what: str, **asked: Any) -> Iterator[tuple[Head, bytes]]:
        if self.reader is None:
            self.reader = Reader()
        reader = self.reader
        request = {"do": what, "path": str(self._path), "encoding": self._encoding, **asked}
        try:
            reader.send(request)
            head: Head = {}
            while "end" not in head:
                head, body = read_frame(reader.read)
                if "msgid" in head:
                    raise UserError(head["msgid"], **head["params"])
                yield head, body
        except (EOFError, OSError, ValueError) as error:
            self.close()
            raise self._stopped(reader) from error

    def _only(self, answers: Iterator[tuple[Head, bytes]]) -> Mapping[str, Any]:
        try:
            ((head, _),) = answers
        except UserError:
            self.close()
            raise
        return head

    def _stopped(self, reader: Reader) -> UserError:
        if reader.is_late or reader.process.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
            return UserError(
                N_("{path} takes longer to read than a file of payments does."), path=self._path.name
            )
        return UserError(
            N_("{path} cannot be read: it broke the program that tried, which was kept apart for that."),
            path=self._path.name,
        )


class Reader:
    """The process at the other end of two pipes; it ends with this object at the latest."""

    def __init__(self) -> None:
        # Nothing of our environment: it holds the addresses and secrets of everything else.
        environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(_ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8",
            "ARROW_DEFAULT_MEMORY_POOL": "system",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dashboard.ingestion.reading"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=_ROOT,
            bufsize=0,
            start_new_session=True,
        )
        self._requests: IO[bytes] = self.process.stdin  # type: ignore[assignment]  # it is a pipe
        self._answers: IO[bytes] = self.process.stdout  # type: ignore[assignment]  # it is a pipe
        self.is_late = False
        self.end = weakref.finalize(self, _end, self.process)

    def send(self, request: Mapping[str, Any]) -> None:
        """Ask something."""
        self._requests.write(json.dumps(request).encode() + b"\n")

    def read(self, size: int) -> bytes:
        """Return exactly so many bytes; `EOFError` where the process ended or says nothing for too long."""
        pieces, left, place = [], size, self._answers.fileno()
        deadline = time.monotonic() + PATIENCE_S
        while left:
            ready, _, _ = select.select([place], [], [], max(0.0, deadline - time.monotonic()))
            self.is_late = not ready
            piece = os.read(place, min(left, _READ_AT_ONCE)) if ready else b""
            if not piece:
                raise EOFError
            pieces.append(piece)
            left -= len(piece)
        return b"".join(pieces)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process for good, whatever it is doing, and close its pipes."""
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    if process.poll() is None:
        process.kill()
    process.wait()
