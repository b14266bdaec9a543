"""Habits against a slow computation of their own, row by row, in pandas; one payment against a chunk."""

from __future__ import annotations

import math
import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy.orm import Session

from dashboard.scoring.habits import Habits, habits
from database.bulk import insert_transactions
from database.queries import enrichment
from database.queries.history import histories
from database.queries.measuring import measure
from models.banks import Bank
from tests.dashboard.small_worlds import draw_rows, each, make_people, stored

WINDOW = pd.Timedelta(days=90)


def looked_at(session: Session, bank: Bank, ids: list[str]) -> Habits:
    enrichment.name(session, bank.bank_id, ids)
    measure(session, bank.bank_id)
    return habits(histories(session, bank.bank_id))


def expected(row: Any, everything: pd.DataFrame) -> dict[str, float]:
    own = everything[
        (everything.customer_id == row.customer_id)
        & (everything.timestamp < row.timestamp)
        & (everything.timestamp >= row.timestamp - WINDOW)
    ]

    def same(column: str) -> float:
        value = getattr(row, column)
        return math.nan if pd.isna(value) else float((own[column] == value).sum())

    size = np.log1p(own.base.dropna())
    alike = np.log1p(own[own.category == row.category].base.dropna())
    return {
        "payments": len(own),
        "days": (row.timestamp - own.timestamp.min()).total_seconds() / 86_400 if len(own) else 0.0,
        "same_part_of_day": same("time_of_day_category"),
        "same_merchant": same("merchant_id"),
        "same_category": same("category"),
        "same_country": same("country"),
        "same_device": same("device_id"),
        "amounts.count": len(size),
        "amounts.mean": size.mean(),
        "amounts.spread": size.std(ddof=0),
        "alike.count": math.nan if pd.isna(row.category) else len(alike),
        "alike.mean": alike.mean() if not pd.isna(row.category) else math.nan,
    }


@pytest.mark.parametrize("seed", range(3))
def test_every_habit_is_what_pandas_computes(db: Session, seed: int) -> None:
    rng = random.Random(seed)
    bank = make_people(db, "acme", rng)
    insert_transactions(db, draw_rows(rng, 120))
    everything = stored(db, bank)
    found = looked_at(db, bank, list(everything.index))
    places = {identity: place for place, identity in enumerate(found.transaction_id.to_pylist())}
    assert set(places) == set(everything.index)
    for row in each(everything[everything.customer_id.notna()]):
        for name, value in expected(row, everything).items():
            group, _, attribute = name.partition(".")
            values = getattr(getattr(found, group), attribute) if attribute else getattr(found, group)
            if pd.isna(row.category) and group == "alike":
                continue
            # Amounts are summed in ten-thousandths of a logarithm.
            close = pytest.approx(value, rel=1e-3, abs=1e-3, nan_ok=True)
            assert values[places[row.transaction_id]] == close, (row.transaction_id, name)


def test_who_has_no_customer_has_no_habits(db: Session) -> None:
    rng = random.Random(5)
    bank = make_people(db, "acme", rng)
    insert_transactions(db, [{**row, "customer_id": None} for row in draw_rows(rng, 10)])
    found = looked_at(db, bank, ["t-1", "t-2"])
    assert np.isnan(found.payments).all()
    assert np.isnan(found.same_category).all()


def test_one_payment_is_looked_at_like_a_chunk(db: Session) -> None:
    rng = random.Random(6)
    bank = make_people(db, "acme", rng)
    insert_transactions(db, draw_rows(rng, 100))
    together = looked_at(db, bank, [f"t-{number}" for number in range(100)])
    places = {identity: place for place, identity in enumerate(together.transaction_id.to_pylist())}
    for number in rng.sample(range(100), 20):
        alone = looked_at(db, bank, [f"t-{number}"])
        place = places[f"t-{number}"]
        assert alone.amounts.mean[0] == pytest.approx(together.amounts.mean[place], abs=0, nan_ok=True)
        for name in ("payments", "days", "same_merchant", "same_category", "last_day", "since_last_s"):
            same = pytest.approx(getattr(together, name)[place], abs=0, nan_ok=True)
            assert getattr(alone, name)[0] == same, name


def test_nothing_to_look_at_is_no_failure(db: Session) -> None:
    bank = make_people(db, "acme", random.Random(7))
    assert len(looked_at(db, bank, []).payments) == 0
