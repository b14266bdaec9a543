"""The detectors over a small world, as a job: what they find, say of every row, and leave alone."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from benchmarks._judging import compare, read_truth
from dashboard.detectors import job
from dashboard.ingestion.follow_up import enrich_later
from dashboard.ingestion.options import AlertsMode
from dashboard.jobs.run import run_job
from dashboard.jobs.submit import submit
from dashboard.world.store import store_world
from dashboard.world.world import WorldOptions
from database.bulk import bulk_insert
from database.connection import get_db_session, read_only
from database.owner import owner_session
from database.queries import jobs, patterns
from database.segments.check import check
from models.jobs import JobStatus
from models.transactions import AnomalyType
from tests.factories import NOON, make_bank
from tests.servers import Database

OPTIONS = WorldOptions(until=date(2026, 7, 1), banks=1, days=90, transactions=12_000, seed=4, pressure=2.0)
BANK = "demo-fr"


@pytest.fixture
def truth(committed: Database, tmp_path: Path) -> Path:
    store_world(OPTIONS, truth=tmp_path)
    return tmp_path / f"{BANK}.csv"


@pytest.fixture
def done(truth: Path) -> jobs.JobRun:
    return detect()


def detect() -> jobs.JobRun:
    with get_db_session() as session:
        job_id = submit(session, "detect", {"bank": BANK})
    assert run_job(job_id) is JobStatus.SUCCEEDED
    with get_db_session() as session:
        return jobs.by_id(session, job_id)


def rows(query: str) -> list[Any]:
    with read_only([BANK]) as session:
        return list(session.execute(text(query)).all())


def stored() -> dict[str, list[Any]]:
    told = "pattern_type, pattern_key, characteristics::text, status, detection_count, first_detected"
    return {
        "rows": rows(
            "select transaction_id, is_anomaly, anomaly_type, anomaly_score from transactions order by 1"
        ),
        "patterns": rows(
            f"select {told} from fraud_patterns union all select {told} from anomaly_patterns order by 1, 2"
        ),
        "evidence": rows("select transaction_id, count(*) from pattern_transactions group by 1 order by 1"),
    }


def test_every_row_is_judged_and_segments_follow(done: jobs.JobRun) -> None:
    judged = rows("select is_anomaly, anomaly_type, anomaly_score from transactions")
    assert len(judged) == 12_000
    assert all((is_odd is True) == (kind is not None) for is_odd, kind, _ in judged)
    assert all((score >= 0.5) == is_odd for is_odd, _, score in judged)
    odd = Counter(kind for is_odd, kind, _ in judged if is_odd)
    assert set(odd) <= {kind.value for kind in AnomalyType}
    assert 0.002 < odd.total() / 12_000 < 0.05
    assert odd["sequence"] > 10
    with owner_session(snapshot=True) as owner:
        assert check(owner).agree
    assert done.result["payments"] == 12_000
    assert done.result["anomalies"] == odd.total()


def test_planted_episodes_are_found_without_reading_labels(done: jobs.JobRun, truth: Path) -> None:
    customers = dict(rows("select transaction_id, customer_id from transactions"))
    found = rows(
        "select p.pattern_type, array_agg(t.transaction_id) from fraud_patterns p"
        " join pattern_transactions t using (bank_id, fraud_pattern_id) group by 1, p.fraud_pattern_id"
    )
    told = compare(read_truth(truth, customers), [(kind, ids) for kind, ids in found])
    for kind in ("card_testing", "account_takeover"):
        assert told[kind].planted >= 5
        assert told[kind].recall >= 0.7, kind
        assert told[kind].precision >= 0.7, kind


def test_a_pattern_tells_its_evidence(done: jobs.JobRun) -> None:
    found = rows(
        "select p.detection_count, p.first_detected, p.last_detected, p.confidence_score, p.characteristics,"
        ' count(*), min(t."timestamp"), max(t."timestamp"), sum(t.amount_base)'
        " from fraud_patterns p join pattern_transactions e using (bank_id, fraud_pattern_id)"
        " join transactions t using (bank_id, transaction_id) group by p.bank_id, p.fraud_pattern_id"
    )
    assert len(found) > 5
    for count, first, last, confidence, told, payments, earliest, latest, amount in found:
        assert count == payments
        assert abs((first - earliest).total_seconds()) < 1
        assert abs((last - latest).total_seconds()) < 1
        assert 0.5 <= confidence <= 1
        assert told["amount"] == pytest.approx(float(amount), abs=0.02)


def test_a_second_run_changes_nothing(done: jobs.JobRun) -> None:
    before = stored()
    detect()
    assert stored() == before


def test_a_stopped_run_goes_on_and_ends_the_same(truth: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "ROWS_A_BLOCK", 3_000)
    with get_db_session() as session:
        job_id = submit(session, "detect", {"bank": BANK})
    whole, looked = job.look_at, 0

    def die_later(*given: Any) -> Any:
        nonlocal looked
        looked += 1
        if looked == 3:
            raise KeyboardInterrupt
        return whole(*given)

    monkeypatch.setattr(job, "look_at", die_later)
    with pytest.raises(KeyboardInterrupt):
        run_job(job_id)
    judged = rows("select count(is_anomaly) from transactions")[0][0]
    assert 0 < judged < 12_000
    run_job(job_id)
    resumed = stored()
    monkeypatch.undo()
    detect()
    assert stored() == resumed


def test_what_is_found_no_more_is_gone_and_a_persons_word_stays(done: jobs.JobRun) -> None:
    with get_db_session([BANK]) as session:
        session.execute(
            text(
                "insert into fraud_patterns (bank_id, pattern_type, pattern_key, severity, first_detected,"
                " last_detected, confidence_score, updated_at)"
                " select bank_id, 'ring', 'nobody', 'low', now(), now(), 1, now() - interval '1 day'"
                " from banks where code = :bank"
            ),
            {"bank": BANK},
        )
        session.execute(
            text("update fraud_patterns set status = 'dismissed' where pattern_type = 'card_testing'")
        )
    assert detect().result["gone"] == 1
    statuses = dict(rows("select pattern_key, status from fraud_patterns where pattern_key = 'nobody'"))
    assert statuses == {"nobody": patterns.GONE}
    kept = rows("select distinct status from fraud_patterns where pattern_type = 'card_testing'")
    assert kept == [("dismissed",)]


def test_labels_change_nothing_of_what_is_found(truth: Path) -> None:
    detect()
    labelled = stored()
    with owner_session() as owner:
        owner.execute(text("delete from fraud_labels"))
        owner.execute(text("update transactions set is_fraud = null, fraud_type = null, fraud_reason = null"))
    detect()
    assert stored() == labelled


def test_an_import_asks_for_the_detectors_once(committed: Database) -> None:
    with get_db_session() as session:
        make_bank(session, "mine")
    with get_db_session() as session:
        for _ in range(3):
            enrich_later(session, "mine", None, AlertsMode.NONE)
    with get_db_session() as session:
        assert len(jobs.newest(session, kind="detect")) == 1
        assert len(jobs.newest(session, kind="enrich")) == 3


def test_payments_of_nobody_known_are_judged_by_their_amounts(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job, "ROWS_A_BLOCK", 100)
    with get_db_session() as session:
        make_bank(session, BANK)
    rows_of_nobody = [
        {
            "transaction_id": f"t{number:03}",
            "timestamp": NOON + timedelta(minutes=number),
            "amount": 100_000 if number == 77 else 20 + number % 30,
        }
        for number in range(350)
    ]
    bulk_insert(rows_of_nobody, bank=BANK)
    assert detect().result == {"payments": 350, "anomalies": 1, "patterns": 0, "gone": 0}
    assert rows("select transaction_id, anomaly_type from transactions where is_anomaly") == [
        ("t077", "amount")
    ]
    with owner_session(snapshot=True) as owner:
        assert check(owner).agree
