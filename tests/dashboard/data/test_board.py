"""How a run goes: its share, its rate, and what is left of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dashboard.data.board import pace
from database.queries.runs import SeenRun
from models.jobs import JobStatus

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
RUN = SeenRun(
    job_id=1, kind="import", status=JobStatus.RUNNING, bank="north", subject="rows.csv", done=25, total=100,
    message=None, parameters={}, result={}, log_tail="", attempts=1, cancel_requested=False, by=None,
    created_at=NOW - timedelta(seconds=11), started_at=NOW - timedelta(seconds=10), updated_at=NOW,
    finished_at=None, rows_read=500, rows_accepted=490, rows_duplicate=0, rows_conflict=0, rows_rejected=10,
    rejects_file=None,
)  # fmt: skip


def test_a_quarter_in_ten_seconds_leaves_thirty() -> None:
    how = pace(RUN, NOW)
    assert (how.share, how.rows_a_second, how.left) == (0.25, 50.0, timedelta(seconds=30))


def test_nothing_is_guessed_before_a_hundredth_is_done_or_without_a_total() -> None:
    assert pace(replace(RUN, done=0), NOW).left is None
    assert pace(replace(RUN, total=0), NOW) == type(pace(RUN, NOW))(None, None, None)


def test_what_waits_or_has_ended_has_no_rate() -> None:
    for status in (JobStatus.QUEUED, JobStatus.SUCCEEDED, JobStatus.CANCELLED):
        how = pace(replace(RUN, status=status), NOW)
        assert (how.rows_a_second, how.left) == (None, None)


def test_a_run_that_has_just_begun_divides_by_no_zero() -> None:
    assert pace(replace(RUN, started_at=NOW, done=100), NOW).share == 1.0
