"""What every kind of job promises, held against each one in the registry."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.run import import_file
from dashboard.jobs.registry import JOB_KINDS
from dashboard.jobs.run import run_job
from dashboard.jobs.submit import submit
from dashboard.language import catalogue
from database.bulk import bulk_insert
from database.connection import execute_query, get_db_session
from database.queries import jobs
from models.jobs import JobStatus
from tests.factories import NOON, make_bank
from tests.servers import Database

ROWS = 5


@dataclass(frozen=True)
class Example:
    """A run that succeeds, one whose asker made a mistake, and what counts the run's effects."""

    good: Mapping[str, Any]
    mistaken: Mapping[str, Any]
    effects: Callable[[], int]


def imported() -> int:
    with get_db_session("all") as session:
        return int(session.execute(text("SELECT count(*) FROM transactions")).scalar_one())


def an_import(folder: Path) -> Example:
    lines = [f"t{number},2024-01-01 10:0{number}:00,{number + 1}.50,EUR" for number in range(ROWS)]
    path = folder / "rows.csv"
    path.write_text("\n".join(["id,at,money,currency", *lines]) + "\n", encoding="utf-8")
    columns = {"transaction_id": "id", "timestamp": "at", "amount": "money", "currency": "currency"}
    good = {"path": str(path), "bank": "acme", "map": columns}
    return Example(good, {**good, "map": {"amount": "no such column"}}, imported)


def enriched() -> int:
    with get_db_session("all") as session:
        return int(session.execute(text("SELECT count(enriched_at) FROM transactions")).scalar_one())


def an_enrichment(_folder: Path) -> Example:
    rows = [
        {"transaction_id": f"t{number}", "timestamp": NOON, "amount": 5, "customer_id": "c"}
        for number in range(ROWS)
    ]
    bulk_insert(rows, bank="acme")
    return Example({"bank": "acme", "alerts": "all"}, {"bank": "acme", "alerts": "some"}, enriched)


def analysed() -> int:
    with get_db_session("all") as session:
        return int(session.execute(text("SELECT count(is_anomaly) FROM transactions")).scalar_one())


def a_detection(folder: Path) -> Example:
    an_enrichment(folder)
    return Example({"bank": "acme"}, {"bank": "nobody"}, analysed)


def checked() -> int:
    with get_db_session() as session:
        runs = jobs.newest(session, kind="check")
    # The report is the effect, and the same each time; no row is written.
    return len({json.dumps(run.result, sort_keys=True) for run in runs if run.result}) - imported()


def a_check(folder: Path) -> Example:
    example = an_import(folder)
    return Example(example.good, example.mistaken, checked)


def removed() -> int:
    return 2 - len(execute_query("SELECT 1 FROM banks"))


def a_removal(_folder: Path) -> Example:
    with get_db_session() as session:
        make_bank(session, "demo-fr", is_demo=True)
    return Example({"name": "demo"}, {"name": "demos"}, removed)


def an_undo(folder: Path) -> Example:
    example = an_import(folder)
    path = Path(example.good["path"])
    dataset_id = import_file(path, ImportOptions.from_parameters(example.good)).dataset_id
    good = {"bank": "acme", "dataset_id": dataset_id}
    return Example(good, {**good, "dataset_id": 0}, lambda: ROWS - imported())


EXAMPLES: dict[str, Callable[[Path], Example]] = {
    "check": a_check,
    "remove-demo": a_removal,
    "import": an_import,
    "undo": an_undo,
    "enrich": an_enrichment,
    "detect": a_detection,
}
"""By slug; a kind that has none yet fails below."""

EVERY_KIND = pytest.mark.parametrize("slug", sorted(JOB_KINDS))


@pytest.fixture
def example(slug: str, committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Example:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    with get_db_session() as session:
        make_bank(session, "acme", base_currency="EUR")
    return EXAMPLES[slug](tmp_path)


def queued(slug: str, parameters: Mapping[str, Any]) -> int:
    with get_db_session() as session:
        return submit(session, slug, parameters)


def test_every_kind_has_its_example() -> None:
    assert set(EXAMPLES) == set(JOB_KINDS)


@EVERY_KIND
def test_a_kind_is_named_in_both_languages(slug: str) -> None:
    kind = JOB_KINDS[slug]
    assert slug == kind.slug
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", slug)
    assert kind.name in catalogue("fr")


@EVERY_KIND
def test_a_run_succeeds_and_its_result_is_plain(slug: str, example: Example) -> None:
    job_id = queued(slug, example.good)
    assert run_job(job_id) is JobStatus.SUCCEEDED
    with get_db_session() as session:
        run = jobs.by_id(session, job_id)
    assert json.loads(json.dumps(run.result)) == run.result
    assert run.progress_done == run.progress_total > 0
    assert example.effects() > 0


@EVERY_KIND
def test_the_same_asked_twice_has_its_effects_once(slug: str, example: Example) -> None:
    run_job(queued(slug, example.good))
    effects = example.effects()
    assert run_job(queued(slug, example.good)) is JobStatus.SUCCEEDED
    assert example.effects() == effects


@EVERY_KIND
def test_a_run_whose_worker_died_is_taken_again(slug: str, example: Example) -> None:
    job_id = queued(slug, example.good)
    with get_db_session() as session:
        jobs.begin(session, job_id)
    assert run_job(job_id) is JobStatus.SUCCEEDED


@EVERY_KIND
def test_who_cancels_ends_the_run_and_can_have_it_later(slug: str, example: Example) -> None:
    job_id = queued(slug, example.good)
    with get_db_session() as session:
        jobs.begin(session, job_id)
        jobs.request_cancel(session, job_id)
    run_job(job_id)
    with get_db_session() as session:
        assert jobs.by_id(session, job_id).status is not JobStatus.SUCCEEDED
    assert run_job(queued(slug, example.good)) is JobStatus.SUCCEEDED


@EVERY_KIND
def test_a_mistake_ends_the_run_with_a_sentence(slug: str, example: Example) -> None:
    job_id = queued(slug, example.mistaken)
    assert run_job(job_id) is JobStatus.FAILED
    with get_db_session() as session:
        message = jobs.by_id(session, job_id).message
    assert message is not None
    assert message.msgid in catalogue("fr")
    assert example.effects() == 0


@EVERY_KIND
def test_its_lock_depends_on_its_parameters_alone(slug: str, example: Example) -> None:
    lock = JOB_KINDS[slug].lock
    assert lock(example.good) == lock(dict(example.good))
    assert isinstance(lock(example.good), str | None)
