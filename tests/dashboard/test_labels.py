"""Labels: who is believed, what a withdrawal leaves, and that row, tail and history agree."""

from __future__ import annotations

import itertools
import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dashboard.labels import set_label, set_labels, settle, withdraw_label
from database.connection import get_db_session
from database.queries.labels import Projection, Statement, label_delays
from models.errors import NotFoundError, UserError
from models.labels import FraudLabel, LabelSource
from models.predictions import ModelPrediction, ModelVersion
from models.transactions import FraudType, Transaction
from tests.factories import NOON, make_bank, make_transaction, make_user
from tests.servers import Database

CHARGEBACK, ANALYST, RULE, IMPORT = (
    LabelSource.CHARGEBACK,
    LabelSource.ANALYST,
    LabelSource.RULE,
    LabelSource.IMPORT,
)


def said(source: LabelSource, *, is_fraud: bool | None) -> Statement:
    return Statement("t-1", is_fraud, source)


def row_of(session: Session, transaction_id: str) -> Transaction:
    session.expire_all()
    return session.scalars(select(Transaction).where(Transaction.transaction_id == transaction_id)).one()


def tail_by_label(session: Session) -> dict[int, int]:
    """What the tail says: the sum of signs by label (0 unknown, 1 genuine, 2 fraud)."""
    from database.segments.record import from_wire

    net: dict[int, int] = {}
    for (data,) in session.execute(text("select data from segment_tail")):
        for record in from_wire(bytes(data)):
            net[int(record["label"])] = net.get(int(record["label"]), 0) + int(record["sign"])
    return {label: count for label, count in net.items() if count}


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(
    ("stronger", "weaker"), list(itertools.combinations((CHARGEBACK, ANALYST, RULE, IMPORT), 2))
)
def test_the_stronger_source_wins_whoever_speaks_last(
    stronger: LabelSource, weaker: LabelSource, *, first: bool
) -> None:
    both = [said(stronger, is_fraud=first), said(weaker, is_fraud=not first)]
    assert settle("t-1", both).is_fraud is first
    assert settle("t-1", reversed(both)).is_fraud is first


def test_of_one_source_the_last_word_counts() -> None:
    assert settle("t-1", [said(ANALYST, is_fraud=True), said(ANALYST, is_fraud=False)]).is_fraud is False


def test_a_withdrawal_lets_the_others_count_again() -> None:
    words = [said(IMPORT, is_fraud=False), said(ANALYST, is_fraud=True), said(ANALYST, is_fraud=None)]
    assert settle("t-1", words).is_fraud is False
    assert settle("t-1", words[1:]) == Projection("t-1")


def test_a_label_changes_row_and_tail_and_keeps_the_history(db: Session) -> None:
    bank = make_bank(db)
    analyst = make_user(db, bank)
    make_transaction(db, bank, "t-1")
    label = set_label(
        db,
        bank.bank_id,
        "t-1",
        is_fraud=True,
        fraud_type=FraudType.STOLEN_CARD,
        reason="the customer called",
        known_at=NOON,
        by=analyst.user_id,
    )
    assert label == Projection(
        "t-1", is_fraud=True, fraud_type=FraudType.STOLEN_CARD, fraud_reason="the customer called"
    )
    row = row_of(db, "t-1")
    assert (row.is_fraud, row.fraud_type, row.fraud_reason) == (
        True,
        FraudType.STOLEN_CARD,
        "the customer called",
    )
    assert tail_by_label(db) == {2: 1}
    kept = db.scalars(select(FraudLabel)).one()
    assert (kept.source, kept.known_at, kept.recorded_by) == (ANALYST, NOON, analyst.user_id)


def test_a_withdrawn_label_leaves_the_row_unlabelled(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, "t-1")
    set_label(db, bank.bank_id, "t-1", is_fraud=True, fraud_type=FraudType.MULE)
    assert withdraw_label(db, bank.bank_id, "t-1") == Projection("t-1")
    row = row_of(db, "t-1")
    assert (row.is_fraud, row.fraud_type, row.fraud_reason) == (None, None, None)
    assert tail_by_label(db) == {0: 1}
    assert len(db.scalars(select(FraudLabel)).all()) == 2


def test_a_weaker_source_is_written_down_but_moves_nothing(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, "t-1")
    set_label(db, bank.bank_id, "t-1", is_fraud=True, source=CHARGEBACK)
    tails = db.scalar(text("select count(*) from segment_tail"))
    assert set_label(db, bank.bank_id, "t-1", is_fraud=False).is_fraud is True
    assert db.scalar(text("select count(*) from segment_tail")) == tails
    assert len(db.scalars(select(FraudLabel)).all()) == 2


def test_the_imported_label_is_a_statement_like_any_other(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, "t-1", is_fraud=False)
    set_label(db, bank.bank_id, "t-1", is_fraud=True)
    withdraw_label(db, bank.bank_id, "t-1")
    assert row_of(db, "t-1").is_fraud is False
    assert tail_by_label(db) == {1: 1}


def test_predictions_learn_the_truth_and_forget_it(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, "t-1")
    db.add(ModelVersion(model_name="m", model_version="1"))
    db.flush()
    db.add(
        ModelPrediction(
            bank_id=bank.bank_id,
            transaction_id="t-1",
            model_name="m",
            model_version="1",
            prediction=True,
            fraud_probability=0.9,
            confidence_score=0.8,
            prediction_time_ms=1.0,
        )
    )
    db.flush()
    truth = select(ModelPrediction.ground_truth, ModelPrediction.is_correct)
    set_label(db, bank.bank_id, "t-1", is_fraud=False)
    assert tuple(db.execute(truth).one()) == (False, False)
    set_label(db, bank.bank_id, "t-1", is_fraud=True)
    assert tuple(db.execute(truth).one()) == (True, True)
    withdraw_label(db, bank.bank_id, "t-1")
    assert tuple(db.execute(truth).one()) == (None, None)


def test_many_labels_are_set_at_once(db: Session) -> None:
    bank = make_bank(db)
    for number in range(5):
        make_transaction(db, bank, f"t-{number}")
    words = [Statement(f"t-{number}", number % 2 == 0, RULE) for number in range(5)]
    settled = set_labels(db, bank.bank_id, [*words, Statement("t-0", is_fraud=False, source=RULE)])
    assert [one.is_fraud for one in settled] == [False, False, True, False, True]
    assert tail_by_label(db) == {1: 3, 2: 2}


def test_what_cannot_be_said_is_refused(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, "t-1")
    with pytest.raises(NotFoundError, match="t-2"):
        set_label(db, bank.bank_id, "t-2", is_fraud=True)
    with pytest.raises(UserError, match="Only a fraud"):
        set_label(db, bank.bank_id, "t-1", is_fraud=False, fraud_type=FraudType.MULE)
    with pytest.raises(UserError, match="time zone"):
        set_label(db, bank.bank_id, "t-1", is_fraud=True, known_at=datetime(2024, 1, 1))  # noqa: DTZ001 - that is it
    assert db.scalars(select(FraudLabel)).all() == []


def test_another_banks_payment_is_not_found(committed: Database) -> None:
    with get_db_session() as session:
        mine, theirs = make_bank(session), make_bank(session)
    with get_db_session([theirs.code]) as session:
        make_transaction(session, theirs, "t-1")
    with get_db_session([mine.code]) as session, pytest.raises(NotFoundError):
        set_label(session, theirs.bank_id, "t-1", is_fraud=True)


def test_labels_set_at_once_end_with_row_tail_and_history_agreeing(committed: Database) -> None:
    ids = [f"t-{number}" for number in range(4)]
    with get_db_session() as session:
        bank = make_bank(session)
    with get_db_session([bank.code]) as session:
        for identity in ids:
            make_transaction(session, bank, identity)

    def labels(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(15):
            batch = chance.sample(ids, 2)
            words = [
                Statement(one, chance.choice([True, False, None]), chance.choice(tuple(LabelSource)))
                for one in batch
            ]
            with get_db_session([bank.code]) as session:
                set_labels(session, bank.bank_id, words)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(labels, range(8)))
    with get_db_session([bank.code]) as session:
        history = session.scalars(
            select(FraudLabel).order_by(FraudLabel.recorded_at, FraudLabel.label_id)
        ).all()
        assert len(history) == 8 * 15 * 2
        expected = {
            one: settle(
                one,
                [Statement(one, row.is_fraud, row.source) for row in history if row.transaction_id == one],
            ).is_fraud
            for one in ids
        }
        rows = {row.transaction_id: row.is_fraud for row in session.scalars(select(Transaction))}
        assert rows == expected
        counted = {None: 0, False: 1, True: 2}
        by_label: dict[int, int] = {}
        for is_fraud in rows.values():
            by_label[counted[is_fraud]] = by_label.get(counted[is_fraud], 0) + 1
        assert tail_by_label(session) == by_label


def test_delays_are_those_of_todays_frauds_with_a_date(db: Session) -> None:
    bank = make_bank(db)
    assert label_delays(db) is None
    for number in range(1, 21):
        known = NOON + timedelta(days=number)
        make_transaction(db, bank, f"t-{number}", is_fraud=True, known_at=known)
    make_transaction(db, bank, "undated", is_fraud=True)
    make_transaction(db, bank, "genuine", is_fraud=False, known_at=NOON + timedelta(days=90))
    make_transaction(db, bank, "cleared", is_fraud=True, known_at=NOON + timedelta(days=80))
    set_label(db, bank.bank_id, "cleared", is_fraud=False)
    make_transaction(db, bank, "foreseen", is_fraud=True, known_at=NOON - timedelta(days=1))
    delays = label_delays(db)
    assert delays is not None
    assert delays.frauds == 21
    assert delays.ripe == timedelta(days=19)
    assert delays.until == NOON + timedelta(days=20)
    assert delays.delays[0] == timedelta(0)
    assert list(delays.delays) == sorted(delays.delays)
    assert delays.until.tzinfo == UTC or delays.until.utcoffset() == timedelta(0)
