"""A run begins once, reports, and ends once, however it ends."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import text

from dashboard.jobs import run as running
from dashboard.jobs import submit as submitting
from dashboard.jobs.control import Control
from dashboard.jobs.registry import JOB_KINDS, JobKind
from dashboard.jobs.run import run_job
from dashboard.jobs.submit import submit
from dashboard.jobs.worker import work
from database.connection import get_db_session
from database.queries import jobs
from database.queue import give_back_stalled
from models.errors import UserError
from models.jobs import JobStatus
from models.messages import Message

pytestmark = pytest.mark.usefixtures("committed", "kinds")


def count_to(control: Control) -> Mapping[str, Any]:
    total = int(control.parameters["total"])
    for done in range(total):
        if control.parameters.get("cancel_at") == done:
            with get_db_session() as session:
                jobs.request_cancel(session, control.job_id)
        control.report(done, total, Message("{done} done", {"done": done}))
    if control.parameters.get("fault") == "user":
        raise UserError("Column {name} is missing.", name="amount")
    if control.parameters.get("fault") == "bug":
        raise RuntimeError("password=hunter2")
    return {"counted": total}


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = {"count": JobKind("count", "Count", count_to, lambda parameters: parameters.get("lock"))}
    monkeypatch.setattr(running, "JOB_KINDS", counting)
    monkeypatch.setattr(submitting, "JOB_KINDS", counting)


def queued(**parameters: Any) -> int:
    with get_db_session() as session:
        return submit(session, "count", {"total": 3, **parameters})


def run_of(job_id: int) -> jobs.JobRun:
    with get_db_session() as session:
        return jobs.by_id(session, job_id)


def test_a_run_succeeds_with_its_result_and_last_progress() -> None:
    job_id = queued()
    assert run_job(job_id) is JobStatus.SUCCEEDED
    run = run_of(job_id)
    assert (run.progress_done, run.progress_total, run.result, run.attempts) == (2, 3, {"counted": 3}, 1)
    assert run.started_at is not None
    assert run.finished_at is not None


def test_a_mistake_of_the_user_is_kept_as_its_sentence() -> None:
    job_id = queued(fault="user")
    run_job(job_id)
    run = run_of(job_id)
    assert (run.status, run.message) == (
        JobStatus.FAILED,
        Message("Column {name} is missing.", {"name": "amount"}),
    )


def test_a_fault_of_ours_is_logged_and_shows_only_where_to_look(caplog: pytest.LogCaptureFixture) -> None:
    job_id = queued(fault="bug")
    with caplog.at_level(logging.ERROR):
        run_job(job_id)
    run = run_of(job_id)
    assert run.status is JobStatus.FAILED
    assert "hunter2" not in f"{run.message}{run.log_tail}{run.result}"
    assert any(record.exc_info for record in caplog.records)


def test_cancelling_a_running_job_ends_it_at_its_next_report() -> None:
    job_id = queued(cancel_at=1)
    assert run_job(job_id) is JobStatus.CANCELLED
    assert run_of(job_id).progress_done == 1


def test_cancelling_a_queued_job_keeps_it_from_ever_running() -> None:
    job_id = queued()
    with get_db_session() as session:
        assert jobs.request_cancel(session, job_id) is JobStatus.CANCELLED
    assert run_job(job_id) is None
    assert run_of(job_id).attempts == 0


def test_a_job_that_has_ended_does_not_run_again() -> None:
    job_id = queued()
    run_job(job_id)
    assert run_job(job_id) is None


def test_a_job_exists_exactly_when_its_cause_committed() -> None:
    with get_db_session() as session:
        submit(session, "count", {"total": 1})
        session.rollback()
    assert count_of("jobs") == 0
    assert count_of("procrastinate_jobs") == 0


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(UserError, match="conquer"), get_db_session() as session:
        submit(session, "conquer", {})


def test_the_worker_runs_everything_that_is_queued() -> None:
    ids = [queued(lock="one after the other") for _ in range(3)]
    work(until_empty=True)
    assert [run_of(i).status for i in ids] == [JobStatus.SUCCEEDED] * 3
    assert [run_of(i).attempts for i in ids] == [1] * 3


def test_what_a_dead_worker_was_doing_is_taken_again() -> None:
    job_id = queued()
    with get_db_session() as session:
        jobs.begin(session, job_id)
        session.execute(text("UPDATE procrastinate_jobs SET status = 'doing'"))
    with get_db_session() as session:
        assert give_back_stalled(session) == 1
    work(until_empty=True)
    run = run_of(job_id)
    assert (run.status, run.attempts) == (JobStatus.SUCCEEDED, 2)


def test_every_kind_is_registered_under_its_own_slug() -> None:
    assert all(slug == kind.slug for slug, kind in JOB_KINDS.items())


def count_of(table: str) -> int:
    with get_db_session() as session:
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
