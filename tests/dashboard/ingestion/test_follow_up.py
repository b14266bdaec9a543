"""What follows an import or its undo is queued with its end, once and whatever that end was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dashboard.ingestion import run as running
from dashboard.ingestion import undo as undoing
from dashboard.ingestion.options import AlertsMode, ImportCancelledError, ImportOptions, Progress
from dashboard.ingestion.plan import claim, plan_import
from dashboard.ingestion.run import import_file, work
from dashboard.ingestion.undo import undo_dataset
from dashboard.jobs.run import run_job
from dashboard.jobs.submit import submit
from database.connection import get_db_session
from database.queries import jobs
from models.datasets import DatasetKind
from models.jobs import JobStatus
from tests.factories import make_bank
from tests.servers import Database

NAMES = ("transaction_id", "timestamp", "amount", "currency", "customer_id")
MAPPING = {name: name for name in NAMES}


class KilledError(BaseException):
    """What stands for a kill: nothing is tidied after it."""


@pytest.fixture(autouse=True)
def bank(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    with get_db_session() as session:
        make_bank(session, "acme", base_currency="EUR", time_zone="UTC")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    lines = (f"t{i},2024-01-0{1 + i % 5} 10:00,{i + 1},{('EUR', 'USD')[i % 2]},c{i % 3}" for i in range(10))
    path.write_text("\n".join((",".join(NAMES), *lines)) + "\n")
    return path


def options(**given: Any) -> ImportOptions:
    return ImportOptions("acme", **{"mapping": MAPPING, "chunk_rows": 4, **given})


def queued() -> list[dict[str, Any]]:
    statement = text("""
        select j.kind, j.parameters from jobs j
        join procrastinate_jobs p on cast(p.args ->> 'job_id' as bigint) = j.job_id
        where j.kind in ('enrich', 'detect') order by j.job_id""")
    with get_db_session() as session:
        return [{"kind": kind, **parameters} for kind, parameters in session.execute(statement)]


def die(*_args: object, **_given: object) -> None:
    raise KilledError


def stop_after(rows: int, error: BaseException) -> Callable[[Progress], None]:
    def progress(done: Progress) -> None:
        if done.counts.read >= rows:
            raise error

    return progress


def test_an_import_queues_the_scoring_of_its_rows_and_the_detectors(path: Path) -> None:
    result = import_file(path, options(alerts=AlertsMode.ALL))
    assert queued() == [
        {"kind": "enrich", "bank": "acme", "dataset_id": result.dataset_id, "alerts": "all"},
        {"kind": "detect", "bank": "acme"},
    ]
    assert result.followed_by is not None
    import_file(path, options())  # It was complete: nothing to do, nothing to follow.
    assert len(queued()) == 2


def test_killed_where_it_ends_an_import_is_neither_ended_nor_followed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(running, "follow", die)
        with pytest.raises(KilledError):
            import_file(path, options())
    with get_db_session() as session:
        assert [run.status for run in jobs.newest(session, kind="import")] == [JobStatus.RUNNING]
    assert queued() == []
    result = import_file(path, options())
    assert result.counts.accepted == 10
    assert [job["kind"] for job in queued()] == ["enrich", "detect"]


def test_a_worker_killed_where_a_job_ends_takes_it_again_and_follows_it_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with get_db_session() as session:
        job_id = submit(session, "import", options().as_parameters(path))
    with monkeypatch.context() as patch:
        patch.setattr("dashboard.jobs.run.jobs.finish", die)
        with pytest.raises(KilledError):
            run_job(job_id)
    assert queued() == []
    assert run_job(job_id) is JobStatus.SUCCEEDED
    assert [job["kind"] for job in queued()] == ["enrich", "detect"]


def test_rows_of_an_import_that_was_cancelled_or_failed_are_scored_too(path: Path) -> None:
    for error in (ImportCancelledError("enough"), RuntimeError()):
        with pytest.raises(type(error)):
            import_file(path, options(), stop_after(4, error))
    assert [job["kind"] for job in queued()] == ["enrich", "detect", "enrich"]


def test_what_follows_the_rows_of_a_killed_run_is_queued_by_the_run_that_takes_over(path: Path) -> None:
    plan = plan_import(path, options())
    with get_db_session(["acme"]) as session:
        run, terms = claim(session, plan)
    work(plan, run, terms)  # Everything stored, nothing ended.
    with get_db_session() as session:
        job_id = submit(session, "import", options().as_parameters(path))
    assert run_job(job_id) is JobStatus.SUCCEEDED
    with get_db_session() as session:
        assert jobs.by_id(session, job_id).result["accepted"] == 0
    assert [job["kind"] for job in queued()] == ["enrich", "detect"]


def test_an_undo_queues_the_enrichment_of_what_its_rows_stood_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = import_file(path, options())
    with monkeypatch.context() as patch:
        patch.setattr(undoing, "follow", die)
        with pytest.raises(KilledError):
            undo_dataset("acme", result.dataset_id)
    before = len(queued())
    undo_dataset("acme", result.dataset_id)  # The killed one had removed every row.
    assert queued()[before:] == [{"kind": "enrich", "bank": "acme", "dataset_id": None, "alerts": "none"}]


def test_corrected_rates_have_their_rows_enriched_anew(path: Path, tmp_path: Path) -> None:
    import_file(path, options())
    before = len(queued())
    rates = tmp_path / "rates.csv"
    rates.write_text("date,currency,rate\n2024-01-02,USD,0.9\n")
    import_file(rates, options(kind=DatasetKind.RATES, mapping={}))
    assert queued()[before:] == [{"kind": "enrich", "bank": "acme", "dataset_id": None, "alerts": "none"}]
