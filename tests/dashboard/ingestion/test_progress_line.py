from __future__ import annotations

import io

from dashboard.ingestion.options import Progress
from dashboard.ingestion.progress_line import ProgressLine
from database.queries.datasets import Counts


def said(counts: Counts, *, rows_before: int = 0, seconds: float = 10.0) -> str:
    stream = io.StringIO()
    ProgressLine(stream).show(Progress(counts, bytes_total=1_000, rows_before=rows_before, seconds=seconds))
    return stream.getvalue()


def test_a_line_tells_rows_share_rate_and_what_is_left() -> None:
    assert said(Counts(read=2_500, bytes_read=250)) == "2,500 rows, 25%, 250 rows/s, 30 s left\n"


def test_what_an_earlier_attempt_read_makes_the_rest_no_quicker() -> None:
    text = said(Counts(read=9_000, bytes_read=900, rejected=2), rows_before=8_900)
    assert text == "9,000 rows, 90%, 10 rows/s, 1 min 40 s left, 2 refused\n"


def test_the_next_line_waits_a_while() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream)
    for read in (1, 2, 3):
        line.show(Progress(Counts(read=read, bytes_read=1), bytes_total=10, rows_before=0, seconds=1.0))
    assert stream.getvalue().count("\n") == 1
