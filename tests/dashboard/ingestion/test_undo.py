"""An undone import leaves every table as it was, row for row; what others said of its rows is kept."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from dashboard.ingestion import undo
from dashboard.ingestion.follow_up import enrich_later
from dashboard.ingestion.options import AlertsMode, ImportOptions
from dashboard.ingestion.run import import_file
from dashboard.ingestion.undo import undo_dataset
from dashboard.jobs.registry import JOB_KINDS
from dashboard.labels import set_label
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from database.queries import jobs
from database.segments.check import check
from database.segments.compaction import fold_tail
from models.datasets import DatasetKind
from models.errors import ConflictError, NotFoundError
from models.labels import LabelSource
from tests.factories import make_bank
from tests.servers import Database

COLUMNS = {
    "transaction_id": "id", "timestamp": "at", "amount": "amount", "customer_id": "customer",
    "merchant_id": "merchant", "is_fraud": "fraud",
}  # fmt: skip
TABLES = (
    "transactions",
    "customers",
    "merchants",
    "fraud_labels",
    "alerts",
    "alert_transactions",
    "calendar_events",
)


def rows_file(folder: Path, name: str, numbers: Iterable[int], people: str = "c") -> Path:
    path = folder / name
    lines = (
        f"t{n},2024-01-{1 + n // 1440:02d} {n // 60 % 24:02d}:{n % 60:02d}:00,{n + 1}.25,{people}{n % 7},"
        f"m{n % 3 if people == 'c' else n % 5},{int(n % 50 == 0)}"
        for n in numbers
    )
    path.write_text("id,at,amount,customer,merchant,fraud\n" + "\n".join(lines) + "\n")
    return path


def brought(path: Path, **given: Any) -> int:
    return import_file(
        path, ImportOptions("acme", mapping=COLUMNS, currency="EUR", chunk_rows=100, **given)
    ).dataset_id


def tables() -> dict[str, list[dict[str, Any]]]:
    """Every row with every column, as text."""
    return {
        name: [
            dict(row)
            for row in execute_query(
                f"select to_jsonb(t)::text as row from {name} t order by 1", banks=["acme"]
            )
        ]
        for name in TABLES
    }


def agree() -> None:
    with owner_session(snapshot=True) as session:
        assert check(session).agree


@pytest.fixture(autouse=True)
def bank(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(undo, "REMOVED_AT_ONCE", 70)
    with get_db_session() as session:
        make_bank(session, "acme", base_currency="EUR", time_zone="Europe/Paris", country="FR")


def test_an_undone_import_leaves_the_tables_as_they_were(tmp_path: Path) -> None:
    brought(rows_file(tmp_path, "first.csv", range(200)))
    before = tables()
    second = brought(rows_file(tmp_path, "second.csv", range(150, 450), people="d"))
    assert tables() != before
    result = undo_dataset("acme", second)
    # 50 of the second file's rows were the first's with other content: they were never its own.
    assert (result.rows, result.customers, result.merchants) == (250, 7, 2)
    assert tables() == before
    agree()
    (dataset,) = execute_query(
        "select rows, file_sha256, first_at from datasets where dataset_id = :id",
        {"id": second},
        banks=["acme"],
    )
    assert dict(dataset) == {"rows": 0, "file_sha256": None, "first_at": None}


def test_the_file_can_be_imported_again_and_folded_segments_agree(tmp_path: Path) -> None:
    path = rows_file(tmp_path, "rows.csv", range(150))
    first = brought(path)
    fold()
    undo_dataset("acme", first)
    agree()
    fold()
    agree()
    again = brought(path)
    assert again != first
    assert len(tables()["transactions"]) == 150
    agree()


def fold() -> None:
    with owner_session() as session:
        fold_tail(session)


def test_labels_of_others_are_kept_in_a_file_that_can_be_imported(tmp_path: Path) -> None:
    path = rows_file(tmp_path, "rows.csv", range(100))
    dataset_id = brought(path)
    with get_db_session(["acme"]) as session:
        (bank_id,) = (row["bank_id"] for row in execute_query("select bank_id from banks"))
        set_label(session, bank_id, "t3", is_fraud=True, source=LabelSource.ANALYST, reason="called, him")
    result = undo_dataset("acme", dataset_id)
    assert result.labels == 1
    assert result.labels_file is not None
    assert result.labels_file.stat().st_mode & 0o777 == 0o600
    with result.labels_file.open(newline="") as file:
        (kept,) = csv.DictReader(file)
    assert (kept["transaction_id"], kept["is_fraud"], kept["source"]) == ("t3", "true", "analyst")

    brought(path)
    options = ImportOptions("acme", kind=DatasetKind.LABELS)
    assert import_file(result.labels_file, options).counts.accepted == 1
    (row,) = execute_query(
        "select is_fraud, fraud_reason from transactions where transaction_id = 't3'", banks=["acme"]
    )
    assert dict(row) == {"is_fraud": True, "fraud_reason": "called, him"}
    agree()


def test_an_interrupted_undo_goes_on_and_keeps_the_file_away_meanwhile(tmp_path: Path) -> None:
    path = rows_file(tmp_path, "rows.csv", range(200))
    dataset_id = brought(path)

    def stop(done: int, _total: int) -> None:
        if done >= 70:
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undo_dataset("acme", dataset_id, stop)
    assert len(tables()["transactions"]) == 130
    agree()
    with pytest.raises(ConflictError, match="whose undo is not finished"):
        brought(path)
    assert undo_dataset("acme", dataset_id).rows == 130
    assert tables()["transactions"] == tables()["customers"] == []
    assert undo_dataset("acme", dataset_id).rows == 0


def test_an_alert_that_holds_payments_of_others_opens_with_theirs(tmp_path: Path) -> None:
    brought(rows_file(tmp_path, "mine.csv", range(5)))
    theirs = brought(rows_file(tmp_path, "theirs.csv", range(10, 15)))
    with get_db_session(["acme"]) as session:
        session.connection().exec_driver_sql(
            "insert into alerts"
            " (bank_id, transaction_id, severity, fraud_probability, expected_loss_e4, reason_code)"
            " select bank_id, id, 'low', 0.5, 1, 'x' from banks, unnest(array['t11', 't12']) as id"
        )
        session.connection().exec_driver_sql(
            "insert into alert_transactions (bank_id, alert_id, transaction_id)"
            " select bank_id, alert_id, transaction_id from alerts union all"
            " select bank_id, alert_id, 't2' from alerts where transaction_id = 't11'"
        )
    undo_dataset("acme", theirs)
    assert [
        row["transaction_id"] for row in execute_query("select transaction_id from alerts", banks=["acme"])
    ] == ["t2"]


def test_what_is_not_there_or_still_arriving_is_not_undone(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="has no dataset 999"):
        undo_dataset("acme", 999)
    dataset_id = brought(rows_file(tmp_path, "rows.csv", range(5)))
    with get_db_session() as session:
        session.connection().exec_driver_sql("update jobs set status = 'running' where kind = 'import'")
    with pytest.raises(ConflictError, match="still filling"):
        undo_dataset("acme", dataset_id)


def test_what_follows_waits_for_other_enrichments_of_the_bank() -> None:
    with get_db_session() as session:
        job_id = enrich_later(session, "acme", 1, AlertsMode.NONE)
    with get_db_session() as session:
        run = jobs.by_id(session, job_id)
        (lock,) = session.connection().exec_driver_sql("select distinct lock from procrastinate_jobs").one()
    assert lock == JOB_KINDS[run.kind].lock(run.parameters)
