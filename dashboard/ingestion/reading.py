"""The process that reads a stranger's file: little memory, little time, no secrets, no way to write a file.

It is started by `apart`, which asks in lines of JSON and gets frames of `frames`.
"""

from __future__ import annotations

import json
import resource
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

if __name__ == "__main__":
    # Its errors and messages are all that is needed of `models`: the tables would take half a second.
    _models = types.ModuleType("models")
    _models.__path__ = [str(Path(__file__).resolve().parents[2] / "models")]
    sys.modules["models"] = _models
    from dashboard.ingestion.lean import without_pandas

    without_pandas()

from dashboard.ingestion.frames import write_chunk, write_head
from dashboard.ingestion.sources import Chunk, Position, Source, open_here, without_long_cells, written_out
from models.errors import UserError
from models.messages import N_

MOST_MEMORY: Final = 448 << 20
MOST_CHUNK: Final = 96 << 20
_LEAST_CPU_S: Final = 60
_BYTES_A_CPU_S: Final = 1 << 20
_PAGE: Final = resource.getpagesize()


def main() -> None:
    """Answer requests until the other end closes."""
    answers = sys.stdout.buffer
    source: Source | None = None
    for line in sys.stdin.buffer:
        try:
            asked = json.loads(line)
            if source is None:
                path = Path(asked["path"])
                _limit(path)
                source = open_here(path, asked["encoding"])
            for part in _answer(asked, source):
                write_chunk(answers, _fit(part, path.name))
            write_head(answers, {"end": True, "columns": source.columns, "size": source.size})
        except UserError as error:
            write_head(answers, {"msgid": error.message.msgid, "params": dict(error.message.params)})
        except MemoryError:
            write_head(answers, _too_large(Path(asked["path"]).name))


def _answer(asked: dict[str, Any], source: Source) -> Iterator[Chunk]:
    if asked["do"] == "sample":
        yield source.sample(asked["columns"])
    elif asked["do"] == "chunks":
        yield from source.chunks(asked["columns"], Position.from_json(asked["start"]), asked["rows"])


def _fit(chunk: Chunk, path: str) -> Chunk:
    """Refuse cells that are no cells, and what would not fit the other side's memory."""
    chunk = written_out(without_long_cells(chunk))
    if chunk.table.nbytes > MOST_CHUNK:
        raise UserError(
            N_("{path}: the rows from line {line} on take more memory than payments do."),
            path=path,
            line=int(chunk.lines[0]) if len(chunk.lines) else 0,
        )
    return chunk


def _limit(path: Path) -> None:
    """Take what this process holds by now and a fixed room more; a moment for each MB; nothing written."""
    held = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * _PAGE
    _lower(resource.RLIMIT_AS, held + MOST_MEMORY)
    _lower(resource.RLIMIT_CPU, _LEAST_CPU_S + path.stat().st_size // _BYTES_A_CPU_S if path.exists() else 1)
    _lower(resource.RLIMIT_FSIZE, 0)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(which: int, most: int) -> None:
    _, hard = resource.getrlimit(which)
    resource.setrlimit(which, (most, most) if hard == resource.RLIM_INFINITY or most < hard else (hard, hard))


def _too_large(path: str) -> dict[str, Any]:
    return {
        "msgid": N_("{path} takes more memory to read than a file of payments does."),
        "params": {"path": path},
    }


if __name__ == "__main__":
    main()
