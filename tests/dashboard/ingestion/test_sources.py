"""Files are read in chunks that know their lines, from any position, whatever is wrong with them."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dashboard.ingestion.sources import Chunk, Position, open_source
from models.errors import UserError


def written(folder: Path, content: bytes, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def read(path: Path, rows: int = 1_000, start: Position | None = None) -> list[Chunk]:
    source = open_source(path)
    return list(source.chunks(source.columns, start or Position(), rows))


def values(chunks: list[Chunk]) -> list[tuple[int, ...]]:
    return [
        (int(line), *map(int, row.values()))
        for chunk in chunks
        for line, row in zip(chunk.lines, chunk.table.to_pylist(), strict=True)
    ]


def test_records_come_with_the_line_they_begin_at(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n1,2\n\n3,4\r\n5,6")
    assert values(read(path)) == [(2, 1, 2), (4, 3, 4), (5, 5, 6)]


def test_a_byte_order_mark_and_an_unnamed_first_column_are_taken(tmp_path: Path) -> None:
    source = open_source(written(tmp_path, b'\xef\xbb\xbf,"a, b",a\n1,2,3\n'))
    assert source.columns == ("", "a, b", "a")
    (chunk,) = source.chunks(("", "a"), Position(), 10)
    assert chunk.table.to_pylist() == [{"": "1", "a": "3"}]


def test_a_repeated_column_name_is_told_apart(tmp_path: Path) -> None:
    assert open_source(written(tmp_path, b"a,a,b\n")).columns == ("a", "a.2", "b")


def test_semicolons_are_recognised(tmp_path: Path) -> None:
    assert values(read(written(tmp_path, b"a;b\n1;2\n"))) == [(2, 1, 2)]


def test_lines_with_too_few_or_too_many_fields_are_rejected_with_their_line(tmp_path: Path) -> None:
    (chunk,) = read(written(tmp_path, b"a,b\n1\n\n2,3\n4,5,6\n7,8\n9"))
    assert values([chunk]) == [(4, 2, 3), (6, 7, 8)]
    assert [(reject.line, reject.value) for reject in chunk.rejects] == [(2, "1"), (5, "4,5,6"), (7, "9")]
    assert str(chunk.rejects[0].reason) == "1 fields where the header has 2"
    assert chunk.end.records == 5


def test_bytes_that_are_no_text_reject_only_their_line(tmp_path: Path) -> None:
    (chunk,) = read(written(tmp_path, b"a,b\n1,2\n\xff,3\n4,\x00\n5,6\n"))
    assert values([chunk]) == [(2, 1, 2), (5, 5, 6)]
    assert [(reject.line, str(reject.reason)) for reject in chunk.rejects] == [
        (3, "not UTF-8 text"),
        (4, "a NUL character"),
    ]


@pytest.mark.parametrize("bad", [b'9,"x', b'x","b', b'9,"x"y","z'])
def test_a_broken_quote_rejects_only_its_line(tmp_path: Path, bad: bytes) -> None:
    (chunk,) = read(written(tmp_path, b"a,b\n1,2\n" + bad + b"\n3,4\n5,6\n"))
    assert values([chunk]) == [(2, 1, 2), (4, 3, 4), (5, 5, 6)]
    assert [reject.line for reject in chunk.rejects] == [3]


def test_quoted_line_breaks_keep_later_lines_right(tmp_path: Path) -> None:
    (chunk,) = read(written(tmp_path, b'a,b\n1,"x\n\ny"\n2,z\n'))
    assert chunk.lines.tolist() == [2, 5]
    assert chunk.table["b"].to_pylist() == ["x\n\ny", "z"]


def test_any_position_continues_where_it_ended(tmp_path: Path) -> None:
    lines = [b"a,b\n"]
    for i in range(500):
        lines.append(b"bad\n" if i % 7 == 0 else b'%d,"%d"\n' % (i, i))
        lines += [b"\n"] * (i % 3)
    path = written(tmp_path, gzip.compress(b"".join(lines)), "rows.csv.gz")
    chunks = read(path, rows=64)
    everything = values(chunks)
    assert len(everything) == 428
    assert all(chunk.records <= 64 for chunk in chunks)
    for number, chunk in enumerate(chunks):
        rest = read(path, rows=33, start=Position.from_json(chunk.end.as_json()))
        assert values(rest) == values(chunks[number + 1 :])


def test_a_gzip_that_was_cut_off_says_so_after_its_whole_lines(tmp_path: Path) -> None:
    text = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * 7919 % 10_007) for i in range(900_000))
    path = written(tmp_path, gzip.compress(text)[:-1000], "rows.csv.gz")
    seen: list[int] = []
    with pytest.raises(UserError, match="damaged or cut off after line"):
        seen.extend(chunk.records for chunk in open_source(path).chunks(("a",), Position(), 50_000))
    assert sum(seen) > 400_000


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, b"a,b\n" + b"x" * (9 << 20))
    with pytest.raises(UserError, match="line 2 is longer than 8 MB"):
        read(path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"PAR1 and no more", "is not a whole Parquet file"),
        (b"\x00\x01\x02\n", "has no line that names its columns"),
        (b",".join([b"x"] * 501), "501 columns"),
        (b"a,b\r1,2\r3,4\r", "has no line that names its columns"),
        (b'a,"' + b"b" * 200_000 + b'"\n', "has no line that names its columns"),
    ],
)
def test_what_is_not_a_table_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        open_source(written(tmp_path, content))


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file or directory"):
        open_source(tmp_path / "none.csv")


def test_parquet_continues_inside_and_between_row_groups(tmp_path: Path) -> None:
    table = pa.table({"a": range(1, 101), "b": range(101, 201), "c": [[1]] * 100})
    path = tmp_path / "rows.parquet"
    pq.write_table(table, path, row_group_size=30)
    source = open_source(path)
    assert source.columns == ("a", "b")
    everything = values(read(path, rows=17))
    assert [row[:2] for row in everything] == [(i, i) for i in range(1, 101)]
    for done in (0, 1, 29, 30, 31, 60, 99, 100):
        assert values(read(path, rows=17, start=Position(done, done, 0))) == everything[done:]
