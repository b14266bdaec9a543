"""What a run says of itself is written as people write numbers."""

from __future__ import annotations

from dashboard.charts.figure import Words
from dashboard.language import translator
from layouts.data_tables import counted
from models.messages import Message


def test_counts_are_grouped_and_numbers_of_runs_are_not() -> None:
    said = Message("{rows} rows of run {job_id}, {name}", {"rows": 507_343, "job_id": 12_345, "name": "x"})
    english = counted(said, Words("en", translator("en")))
    assert english == {"rows": "507,343", "job_id": 12_345, "name": "x"}
    assert counted(said, Words("fr", translator("fr")))["rows"] == "507\u202f343"
