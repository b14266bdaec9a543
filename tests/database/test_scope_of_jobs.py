"""The bank scope inside jobs: each run sees the banks that it names, and nothing of the run before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from dashboard.jobs import run as running
from dashboard.jobs import submit as submitting
from dashboard.jobs.control import Control
from dashboard.jobs.registry import JobKind
from dashboard.jobs.submit import submit
from dashboard.jobs.worker import work
from database import connection
from database.connection import execute_query, get_db_session
from database.queries import jobs
from models.jobs import JobStatus
from tests.factories import make_bank, make_customer


def look(control: Control) -> Mapping[str, Any]:
    found = execute_query("select customer_id from customers", banks=control.parameters["banks"])
    control.report(1, 1)
    return {"seen": [row["customer_id"] for row in found]}


@pytest.fixture
def _kinds(committed: object, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {"look": JobKind("look", "Look", look, lambda _parameters: "one after the other")}
    monkeypatch.setattr(running, "JOB_KINDS", kinds)
    monkeypatch.setattr(submitting, "JOB_KINDS", kinds)
    monkeypatch.setenv("DB_POOL_SIZE", "1")
    connection.dispose()
    for code in ("north", "south"):
        with get_db_session() as session:
            bank = make_bank(session, code)
        with get_db_session([code]) as session:
            make_customer(session, bank, f"{code}-1")


@pytest.mark.usefixtures("_kinds")
def test_a_job_sees_its_own_bank_and_one_that_names_none_fails_with_the_sentence() -> None:
    wanted: list[list[str] | None] = [["north"], None, ["south"], None]
    with get_db_session() as session:
        ids = [submit(session, "look", {"banks": banks}) for banks in wanted]
    work(until_empty=True)
    with get_db_session() as session:
        runs = [jobs.by_id(session, job_id) for job_id in ids]
    assert [run.result for run in runs] == [{"seen": ["north-1"]}, {}, {"seen": ["south-1"]}, {}]
    failed = [run for run in runs if run.status is JobStatus.FAILED]
    assert [run.message and run.message.params for run in failed] == [{"tables": "customers"}] * 2
