"""The baseline's score: a probability, higher for what is unusual, and blind to labels."""

from __future__ import annotations

import dataclasses
import random

import numpy as np
import pyarrow as pa
import pytest
from sqlalchemy.orm import Session

from dashboard.enrichment import Work
from dashboard.scoring import baseline
from dashboard.scoring.baseline import decision_of, score
from dashboard.scoring.habits import Amounts, Habits
from database.bulk import bulk_insert
from models.banks import Bank
from models.transactions import Decision
from tests.dashboard.small_worlds import draw_rows, each, make_people, stored

USUAL = {
    "amount": 20.0,
    "payments": 60.0,
    "days": 90.0,
    "same_part_of_day": 30.0,
    "same_merchant": 9.0,
    "same_category": 20.0,
    "same_country": 60.0,
    "same_device": 60.0,
    "last_hour": 0.0,
    "last_day": 0.0,
    "distance_from_home": 3.0,
    "usual_distance": 4.0,
    "distance_from_last": 3.0,
    "since_last_s": 86_400.0,
}
UNUSUAL = {
    "amount": 900.0,
    "same_part_of_day": 0.0,
    "same_merchant": 0.0,
    "same_category": 0.0,
    "same_country": 0.0,
    "same_device": 0.0,
    "last_hour": 4.0,
    "last_day": 9.0,
    "distance_from_home": 5_000.0,
    "distance_from_last": 5_000.0,
}


def one(**values: float) -> Habits:
    arrays = {name: np.array([value]) for name, value in {**USUAL, **values}.items()}
    own = Amounts(np.array([60.0]), np.array([np.log1p(20.0)]), np.array([0.5]))
    return Habits(transaction_id=pa.array(["t-1"]), amounts=own, alike=own, **arrays)


def score_of(**values: float) -> float:
    return float(score(one(**values)).score[0])


def test_a_payment_like_any_other_scores_next_to_nothing() -> None:
    assert score_of() < 0.001


@pytest.mark.parametrize("name", UNUSUAL)
def test_each_unusual_thing_raises_the_score(name: str) -> None:
    assert score_of(**{name: UNUSUAL[name]}) > score_of()


def test_everything_unusual_at_once_is_next_to_certain_and_still_a_probability() -> None:
    assert 0.99 < score_of(**UNUSUAL) <= 1


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unknown_contributes_nothing(name: str) -> None:
    assert score_of(**{name: np.nan}) <= score_of(**{name: UNUSUAL[name]})
    assert np.isfinite(score_of(**{name: np.nan}))


def test_nobody_known_scores_the_prior() -> None:
    nothing = one(**dict.fromkeys(USUAL, np.nan))
    unknown = Amounts(*(np.array([np.nan]) for _ in range(3)))
    found = score(dataclasses.replace(nothing, amounts=unknown, alike=unknown))
    assert found.score[0] == round(1 / (1 + np.exp(-baseline.PRIOR)), 4)
    assert next(found.each()) == {}


def test_contributions_add_up_to_the_score() -> None:
    found = score(one(**UNUSUAL))
    odds = baseline.PRIOR + sum(next(found.each()).values())
    assert found.score[0] == pytest.approx(1 / (1 + np.exp(-odds)), abs=1e-4)
    assert set(found.contributions) == set(baseline.WEIGHTS)


def test_the_decision_follows_from_the_score() -> None:
    assert [decision_of(value) for value in (0.0, 0.1999, 0.2, 0.7999, 0.8, 1.0)] == [
        Decision.APPROVE,
        Decision.APPROVE,
        Decision.REVIEW,
        Decision.REVIEW,
        Decision.BLOCK,
        Decision.BLOCK,
    ]


def scores_of(session: Session, bank: Bank) -> dict[str, tuple[float, str]]:
    work = Work(bank.code, bank.bank_id)
    while work.enrich_chunk():
        pass
    return {row.transaction_id: (row.fraud_score, row.decision) for row in each(stored(session, bank))}


@pytest.mark.parametrize("flip", [{True: False, False: True, None: None}, {}])
def test_flipping_all_labels_changes_no_score(db: Session, flip: dict[bool | None, bool]) -> None:
    rows = draw_rows(random.Random(1), 200)
    flipped = [{**row, "is_fraud": flip.get(row["is_fraud"])} for row in rows]
    found = []
    for code, given in (("as-they-are", rows), ("flipped", flipped)):
        bank = make_people(db, code, random.Random(2))
        bulk_insert(given, bank=code)
        found.append(scores_of(db, bank))
    assert found[0] == found[1]
    assert len(set(found[0].values())) > 3
