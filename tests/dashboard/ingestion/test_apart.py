"""Bombs and broken files are refused with a sentence, in little time and without this process growing."""

from __future__ import annotations

import gc
import gzip
import os
import signal
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.ingestion.apart import ApartSource, Reader
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.plan import plan_import
from dashboard.ingestion.sources import Position, open_here, open_source
from models.errors import UserError

SECONDS = 3.0  # Of a processor, the reading child included; two on a quiet machine.
MOST_GROWTH = 64 << 20
MAPPING = {"transaction_id": "id", "timestamp": "at", "amount": "sum"}


def rows_csv(count: int) -> bytes:
    lines = (f"t{number},2024-01-01 00:00:{number % 60:02d},1.5" for number in range(count))
    return ("id,at,sum\n" + "\n".join(lines) + "\n").encode()


def many_rows(path: Path) -> None:
    """20 million rows in a third of a megabyte."""
    same = pa.table(
        {"id": pa.repeat(pa.scalar("a"), 1_000_000), "at": pa.repeat(pa.scalar("2024"), 1_000_000)}
    )
    with pq.ParquetWriter(path, same.schema, compression="zstd") as writer:
        for _ in range(20):
            writer.write_table(same, row_group_size=1_000_000)


def large_cells(path: Path) -> None:
    """One cell of 4 MB, twenty thousand times, stored once."""
    cell = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), pa.array(["x" * (4 << 20)]))
    pq.write_table(pa.table({"id": cell, "at": ["2024-01-01"] * 20_000, "sum": [1] * 20_000}), path)


def zeros(path: Path) -> None:
    with gzip.open(path, "wb") as file:
        for _ in range(400):
            file.write(b"\0" * (1 << 20))


def same_lines(path: Path) -> None:
    with gzip.open(path, "wb") as file:
        file.write(b"id,at,sum\n")
        for _ in range(100):
            file.write(b"a,2024-01-01,1\n" * 70_000)


def zip_of_zips(path: Path) -> None:
    inner = path.with_suffix(".inner.zip")
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", "id,at,sum\n" + "a,2024-01-01,1\n" * 100_000)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(8):
            archive.write(inner, f"{number}.zip")


def zip_of_zeros(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rows.csv", b"id,at,sum\n" + b"0" * (300 << 20))


def many_entries(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(11):
            archive.writestr(f"{number}.csv", "id,at,sum\n")


def many_columns(path: Path) -> None:
    names = ",".join(f"c{number}" for number in range(100_000))
    path.write_bytes(f"{names}\n".encode() + b"," * 99_999 + b"\n")


def long_quote(path: Path) -> None:
    path.write_bytes(b"id,at,sum\n" + b'a,2024-01-01,"' + b"x" * (50 << 20))


BOMBS: dict[str, tuple[Callable[[Path], None], str]] = {
    "many_rows.parquet": (many_rows, "20000000 rows"),
    "large_cells.parquet": (large_cells, "more than 64 kB"),
    "zeros.csv.gz": (zeros, "no line that names|times its size|longer than"),
    "same_lines.csv.gz": (same_lines, "200 times its size"),
    "zips.zip": (zip_of_zips, "no CSV file"),
    "zeros.zip": (zip_of_zeros, "200 times its size"),
    "entries.zip": (many_entries, "holds 11 files"),
    "columns.csv": (many_columns, "columns"),
    "quote.csv": (long_quote, "longer than|never closed|memory"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_time_and_memory(name: str, tmp_path: Path) -> None:
    write, sentence = BOMBS[name]
    path = tmp_path / name
    write(path)
    gc.collect()
    pa.default_memory_pool().release_unused()
    Path("/proc/self/clear_refs").write_text("5")
    before, begun = memory("VmRSS"), sum(os.times()[:4])
    with pytest.raises(UserError, match=sentence):
        read_all(path)
    assert sum(os.times()[:4]) - begun < SECONDS
    assert memory("VmHWM") - before < MOST_GROWTH


def memory(what: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split(f"{what}:")[1].split()[0]) << 10


def read_all(path: Path) -> int:
    plan = plan_import(path, ImportOptions("acme", mapping=MAPPING, currency="EUR"))
    chunks = plan.source.chunks(plan.layout.read, Position(), 20_000)
    rejects = 0
    for chunk in chunks:
        rejects += len(chunk.rejects)
        if chunk.rejects and not chunk.table.num_rows:
            raise UserError(str(chunk.rejects[0].reason))
    return rejects


@pytest.mark.parametrize("packing", ["rows.csv", "rows.csv.gz", "rows.zip"])
def test_a_file_read_apart_says_the_same_as_one_read_here(packing: str, tmp_path: Path) -> None:
    path = tmp_path / packing
    content = rows_csv(30_000).replace(b"t7,2024-01-01 00:00:07,1.5", b"t7,too few")
    if packing.endswith("zip"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.csv", content)
            archive.writestr("b.csv", rows_csv(100))
    else:
        path.write_bytes(gzip.compress(content) if packing.endswith("gz") else content)
    here, apart = open_here(path), ApartSource(path)
    assert (apart.columns, apart.size) == (here.columns, here.size)
    start = Position()
    for one, other in zip(
        here.chunks(("id", "sum"), start, 7_000), apart.chunks(("id", "sum"), start, 7_000), strict=True
    ):
        assert one.table.equals(other.table)
        assert (one.lines.tolist(), one.numbers.tolist()) == (other.lines.tolist(), other.numbers.tolist())
        assert (one.rejects, one.end) == (other.rejects, other.end)
        start = one.end
    assert start.records == (30_100 if packing.endswith("zip") else 30_000)


def test_an_archive_goes_on_inside_of_its_second_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", rows_csv(250))
        archive.writestr("__MACOSX/a.csv", b"\0\1")
        archive.writestr("b.csv", rows_csv(250))
    source = open_source(path)
    whole = [
        cell for chunk in source.chunks(("id",), Position(), 100) for cell in chunk.table["id"].to_pylist()
    ]
    (third, fourth) = list(source.chunks(("id",), Position(), 100))[2:4]
    for begin, done in ((third.end, 250), (fourth.end, 350)):
        rest = [
            cell for chunk in source.chunks(("id",), begin, 100) for cell in chunk.table["id"].to_pylist()
        ]
        assert rest == whole[done:]


def test_files_inside_of_an_archive_have_the_same_columns(tmp_path: Path) -> None:
    path = tmp_path / "rows.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.csv", "id,at\n1,2\n")
        archive.writestr("b.csv", "id,sum\n1,2\n")
    with pytest.raises(UserError, match="different columns"):
        open_source(path)


def test_a_reader_that_is_killed_is_a_sentence_and_the_next_question_works(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(rows_csv(200_000)))
    source = ApartSource(path)
    reader = source.reader
    assert isinstance(reader, Reader)
    os.kill(reader.process.pid, signal.SIGSEGV)
    with pytest.raises(UserError, match="kept apart"):
        list(source.chunks(("id",), Position(), 20_000))
    assert sum(chunk.table.num_rows for chunk in source.chunks(("id",), Position(), 20_000)) == 200_000


def test_the_reader_knows_no_secret_and_ends_with_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "not for strangers")
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(gzip.compress(rows_csv(10)))
    source = ApartSource(path)
    assert source.reader is not None
    process = source.reader.process
    environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert b"SECRET" not in environment
    assert b"DATABASE_URL" not in environment
    del source
    gc.collect()
    assert process.poll() is not None


def test_a_long_cell_rejects_its_row_alone(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pq.write_table(pa.table({"id": ["a", "x" * 70_000, "c"], "at": ["1"] * 3, "sum": [1, 2, 3]}), path)
    (chunk,) = open_source(path).chunks(("id", "sum"), Position(), 100)
    assert chunk.table["id"].to_pylist() == ["a", "c"]
    assert [(each.line, each.column, str(each.reason)) for each in chunk.rejects] == [
        (2, "id", "a cell of more than 64 kB")
    ]
