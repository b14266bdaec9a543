"""Records of CSV text are found with their lines, through quoted line breaks and broken quotes."""

from __future__ import annotations

import csv
import io
import random

from dashboard.ingestion.records import Records, find_records


def pieces(text: bytes, records: Records) -> list[bytes]:
    return [text[a:b] for a, b in zip(records.starts.tolist(), records.ends.tolist(), strict=True)]


def test_plain_lines_are_records_and_the_unfinished_one_is_left() -> None:
    records = find_records(b"a,b\nc,d\ne", ",", is_last=False)
    assert records.starts.tolist() == [0, 4]
    assert records.lines.tolist() == [0, 1]
    assert (records.rest, records.rest_line) == (8, 2)


def test_the_last_line_needs_no_line_break() -> None:
    assert pieces(b"a\nb", find_records(b"a\nb", ",", is_last=True)) == [b"a\n", b"b"]


def test_blank_lines_are_no_records_but_count_as_lines() -> None:
    records = find_records(b"\n\r\na,b\n\nc,d\n", ",", is_last=True)
    assert records.lines.tolist() == [2, 4]


def test_a_quoted_line_break_stays_inside_its_record() -> None:
    text = b'1,"x\ny ""z"" \n\n",2\n3,4,5\n'
    records = find_records(text, ",", is_last=True)
    assert pieces(text, records) == [b'1,"x\ny ""z"" \n\n",2\n', b"3,4,5\n"]
    assert records.lines.tolist() == [0, 4]


def test_a_quote_inside_an_unquoted_field_is_a_letter() -> None:
    text = b'1,5" pipe\n2,6" pipe\n'
    records = find_records(text, ",", is_last=True)
    assert len(records.starts) == 2
    assert not records.broken.any()


def test_a_quote_that_never_closes_breaks_its_own_line_only() -> None:
    text = b'1,a\n2,"b\n3,c\n4,d\n'
    records = find_records(text, ",", is_last=True)
    assert records.broken.tolist() == [False, True, False, False]


def test_an_open_quote_at_the_end_of_a_piece_waits_for_the_next_piece() -> None:
    records = find_records(b'1,a\n2,"b\nmore', ",", is_last=False)
    assert records.starts.tolist() == [0]
    assert (records.rest, records.rest_line) == (4, 1)


def test_random_records_are_found_as_pythons_csv_reads_them() -> None:
    randomness = random.Random(7)
    for _ in range(200):
        rows = [
            ["".join(randomness.choices('ab",\n', k=randomness.randrange(6))) or "x" for _ in range(3)]
            for _ in range(randomness.randrange(1, 12))
        ]
        written = io.StringIO()
        csv.writer(written, lineterminator="\n").writerows(rows)
        text = written.getvalue().encode()
        found = pieces(text, find_records(text, ",", is_last=True))
        assert [next(csv.reader(io.StringIO(piece.decode()))) for piece in found] == rows
