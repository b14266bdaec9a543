"""What goes from the process that reads a file to the one that asked: heads of JSON, rows of Arrow."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import IO, Any, Final

import numpy as np
import pyarrow as pa

from dashboard.ingestion.sources import Chunk, Position, Reject
from models.messages import Message

_SIZES: Final = struct.Struct("<IQ")
MOST_HEAD: Final = 64 << 20
MOST_BODY: Final = 128 << 20
Head = dict[str, Any]
Read = Callable[[int], bytes]


def write_head(stream: IO[bytes], head: Head, body: pa.Buffer | None = None) -> None:
    """Write one frame."""
    text = json.dumps(head).encode()
    stream.write(_SIZES.pack(len(text), 0 if body is None else body.size))
    stream.write(text)
    if body is not None:
        stream.write(body)
    stream.flush()


def write_chunk(stream: IO[bytes], chunk: Chunk) -> None:
    """Write a chunk; its lines and numbers are the last two columns of its rows."""
    names = [*chunk.table.column_names, "lines", "numbers"]
    columns = [*chunk.table.columns, pa.chunked_array([chunk.lines]), pa.chunked_array([chunk.numbers])]
    table = pa.Table.from_arrays(columns, names=names)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    rejects = [
        (each.line, each.column, each.value, each.reason.msgid, dict(each.reason.params))
        for each in chunk.rejects
    ]
    head = {"rejects": rejects, "end_at": chunk.end.as_json(), "bytes_read": chunk.bytes_read}
    write_head(stream, head, sink.getvalue())


def read_frame(read: Read) -> tuple[Head, bytes]:
    """Read one frame; `read` returns exactly as many bytes as it is asked for, or raises."""
    head_size, body_size = _SIZES.unpack(read(_SIZES.size))
    if head_size > MOST_HEAD or body_size > MOST_BODY:
        raise ValueError("a frame that is larger than any that is written")
    return json.loads(read(head_size)), read(body_size)


def chunk_of(head: Head, body: bytes) -> Chunk:
    """Return the chunk of a frame."""
    with pa.ipc.open_stream(pa.BufferReader(body)) as reader:
        table = reader.read_all()
    rejects = tuple(
        Reject(line, column, value, Message(msgid, params))
        for line, column, value, msgid, params in head["rejects"]
    )
    width = table.num_columns
    lines, numbers = (np.asarray(table.column(place).combine_chunks()) for place in (width - 2, width - 1))
    rows = table.select(range(width - 2))
    return Chunk(rows, lines, numbers, rejects, Position.from_json(head["end_at"]), head["bytes_read"])
