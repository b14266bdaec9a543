"""The job after an import: rows enriched, scored and folded once, wherever it was stopped."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from dashboard.enrichment import Risks, Work, enrich_rows
from dashboard.jobs.run import run_job
from dashboard.jobs.submit import submit
from dashboard.labels import set_label
from dashboard.scoring import baseline
from dashboard.statistics.risk import Counts, risk_scores
from database.bulk import bulk_insert
from database.connection import get_db_session
from database.owner import owner_session
from database.queries import enrichment, jobs, predictions
from database.segments.check import check
from models.jobs import JobStatus
from models.labels import LabelSource
from tests.dashboard.small_worlds import draw_rows, each, make_people, stored
from tests.factories import make_bank, make_customer, make_merchant, make_transaction
from tests.servers import Database

COLUMNS = [*enrichment.ENRICHED, *enrichment.SCORED]


def run(bank: str, **parameters: Any) -> dict[str, Any]:
    with get_db_session() as session:
        job_id = submit(session, "enrich", {"bank": bank, **parameters})
    assert run_job(job_id) is JobStatus.SUCCEEDED
    with get_db_session() as session:
        return dict(jobs.by_id(session, job_id).result)


def test_after_the_job_everything_is_there(db: Session) -> None:
    bank = make_people(db, "acme", random.Random(1))
    bulk_insert(draw_rows(random.Random(1), 200), bank="acme")
    result = run("acme", alerts="all")
    rows = stored(db, bank)
    assert result["rows"] == len(rows) == 200
    assert rows.enriched_at.notna().all()
    assert rows.fraud_score.between(0, 1).all()
    assert set(rows.model_name) == {"baseline"}
    flagged = rows[rows.decision != "approve"]
    assert result["alerts"] == len(flagged)
    totals = db.execute(
        text("select customer_id, transaction_count, total_spent from customers order by customer_id")
    ).all()
    counted = rows.groupby("customer_id").size()
    assert {one.customer_id: one.transaction_count for one in totals} == counted.to_dict()
    predictions = db.execute(
        text(
            "select transaction_id, prediction, fraud_probability, ground_truth, is_correct"
            " from model_predictions"
        )
    ).all()
    assert len(predictions) == 200
    for one in predictions:
        row = rows.loc[one.transaction_id]
        assert one.fraud_probability == row.fraud_score
        assert one.prediction is (row.decision != "approve")
        assert one.ground_truth is (None if pd.isna(row.is_fraud) else bool(row.is_fraud))
        assert one.is_correct is (None if one.ground_truth is None else one.ground_truth is one.prediction)


def test_asked_again_it_finds_nothing(db: Session) -> None:
    bank = make_people(db, "acme", random.Random(2))
    bulk_insert(draw_rows(random.Random(2), 100), bank="acme")
    run("acme")
    before = stored(db, bank)
    again = run("acme")
    assert (again["rows"], again["affected"], again["alerts"], again["parties"]) == (0, 0, 0, 0)
    pd.testing.assert_frame_equal(stored(db, bank), before)


@pytest.mark.parametrize("limit", [1, 17, 100])
def test_stopped_after_any_chunk_it_goes_on_with_what_is_left(db: Session, limit: int) -> None:
    rows = draw_rows(random.Random(3), 60)
    whole = make_people(db, "whole", random.Random(3))
    bulk_insert(rows, bank="whole")
    run("whole")
    parts = make_people(db, "parts", random.Random(3))
    bulk_insert(rows, bank="parts")
    # Each process takes one chunk and is gone: the next one knows nothing of it.
    rounds = 0
    while Work("parts", parts.bank_id, chunk_rows=limit).enrich_chunk():
        rounds += 1
    assert rounds == -(-60 // limit)
    pd.testing.assert_frame_equal(stored(db, parts)[COLUMNS], stored(db, whole)[COLUMNS])


def test_a_score_is_never_rewritten(db: Session) -> None:
    bank = make_people(db, "acme", random.Random(4))
    rows = draw_rows(random.Random(4), 120)
    early, late = rows[::2], rows[1::2]
    own = {"fraud_score": 0.4242, "model_name": "theirs", "model_version": "9", "decision": "review"}
    bulk_insert([{**row, **own} if number == 5 else row for number, row in enumerate(early)], bank="acme")
    run("acme")
    before = stored(db, bank)
    bulk_insert(late, bank="acme")
    assert run("acme")["affected"] > 0
    after = stored(db, bank).loc[before.index]
    pd.testing.assert_frame_equal(after[list(enrichment.SCORED)], before[list(enrichment.SCORED)])
    assert after.loc[early[5]["transaction_id"]].fraud_score == 0.4242


def test_live_scoring_of_one_row_is_what_the_job_does(db: Session) -> None:
    rows = sorted(draw_rows(random.Random(5), 80), key=lambda row: row["timestamp"])
    at_once = make_people(db, "job", random.Random(5))
    bulk_insert(rows, bank="job")
    run("job")
    live, risks = make_people(db, "live", random.Random(5)), Risks()
    for row in rows:
        bulk_insert([row], bank="live")
        with get_db_session(["live"]) as session:
            enrich_rows(session, live.bank_id, [row["transaction_id"]], risks)
    pd.testing.assert_frame_equal(stored(db, live)[COLUMNS], stored(db, at_once)[COLUMNS])


@pytest.mark.parametrize("dated", [True, False])
def test_risk_at_that_time_knows_only_what_was_known(db: Session, *, dated: bool) -> None:
    bank = make_bank(db, "acme")
    merchants = [make_merchant(db, bank, f"m-{number}", category=f"k-{number % 2}") for number in range(3)]
    customers = [make_customer(db, bank, f"c-{number}") for number in range(2)]
    rng = random.Random(6)
    begin = datetime(2024, 1, 3, tzinfo=UTC)
    known = {}
    for number in range(300):
        moment = begin + timedelta(hours=16 * number)
        is_fraud = rng.random() < 0.3
        known_at = moment + timedelta(days=rng.choice([1, 20, 100])) if dated else None
        row = make_transaction(
            db,
            bank,
            f"t-{number}",
            timestamp=moment,
            merchant=rng.choice(merchants),
            customer=rng.choice(customers),
            is_fraud=is_fraud,
            known_at=known_at,
        )
        known[row.transaction_id] = known_at or moment + timedelta(days=30)
    run("acme", alerts="none")
    frame = stored(db, bank)
    frame["known"] = pd.to_datetime(pd.Series(known), utc=True)
    for paid in each(frame):
        day = pd.Timestamp(paid.timestamp.year, paid.timestamp.month, 1, tz="UTC")
        then = frame[
            (frame.timestamp < day) & (frame.timestamp >= day - pd.Timedelta(days=90)) & (frame.known < day)
        ]
        assert paid.merchant_risk_score == pytest.approx(
            scored(then, "merchant", paid, merchants), nan_ok=True
        )
        assert paid.customer_risk_score == pytest.approx(
            scored(then, "customer", paid, customers), nan_ok=True
        )
    assert frame.merchant_risk_score.notna().sum() > 100
    assert frame.merchant_risk_score.isna().sum() > 20


def scored(then: pd.DataFrame, party: str, row: Any, parties: list[Any]) -> float:
    def counts(rows: pd.DataFrame) -> Counts:
        return Counts(len(rows), int(rows.is_fraud.sum()))

    ids = [getattr(one, f"{party}_id") for one in parties]
    groups = [one.category if party == "merchant" else None for one in parties]
    own = [counts(then[then[f"{party}_id"] == identity]) for identity in ids]
    scores = risk_scores(list(zip(own, groups, strict=True)), counts(then))
    found = scores[ids.index(getattr(row, f"{party}_id"))]
    return float("nan") if found is None else found


def test_a_later_label_reaches_the_prediction(db: Session) -> None:
    bank = make_people(db, "acme", random.Random(7))
    bulk_insert(draw_rows(random.Random(7), 20), bank="acme")
    run("acme")
    set_label(db, bank.bank_id, "t-3", is_fraud=True, source=LabelSource.CHARGEBACK)
    truth = db.execute(
        text(
            "select ground_truth, is_correct, prediction from model_predictions where transaction_id = 't-3'"
        )
    ).one()
    assert truth.ground_truth is True
    assert truth.is_correct is truth.prediction


@pytest.mark.every_postgres
def test_segments_know_every_score_and_decision(committed: Database) -> None:
    with get_db_session() as session:
        make_bank(session, "acme")
    bulk_insert(draw_rows(random.Random(8), 300), bank="acme")
    run("acme")
    with owner_session(snapshot=True) as owner:
        found = check(owner)
    assert found.agree
    assert found.rows == 300


def test_a_run_that_scores_keeps_no_other_run_from_beginning(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with get_db_session() as session:
        bank_id = make_bank(session, "acme").bank_id
    bulk_insert(
        [{"transaction_id": "t", "timestamp": datetime(2024, 1, 1, tzinfo=UTC), "amount": 1}], bank="acme"
    )
    asked = []

    def meanwhile(*_given: object, **_more: object) -> None:
        with get_db_session() as session:
            session.execute(text("set local lock_timeout = '300ms'"))
            predictions.ensure_version(session, baseline.MODEL_NAME, baseline.MODEL_VERSION, {})
            asked.append(True)

    monkeypatch.setattr(predictions, "predict_scored", meanwhile)
    assert Work("acme", bank_id).enrich_chunk()
    assert asked == [True]
