"""Every derived column against a slow computation of its own, row by row, in pandas."""

from __future__ import annotations

import math
import random
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.bulk import insert_transactions
from database.queries import enrichment
from database.queries.measuring import measure
from database.segments.tail import delete_recorded
from models.banks import Bank
from models.transactions import VOLUME_TYPES
from tests.dashboard.small_worlds import draw_rows, each, make_people, stored

HOUR, DAY = pd.Timedelta(hours=1), pd.Timedelta(hours=24)
SEEDS = range(4)


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float | None:
    """The angle between two places through their vectors, unlike the haversine of the product."""
    if any(value is None or math.isnan(value) for value in (*one, *other)):
        return None
    vectors = [
        (math.cos(a) * math.cos(b), math.cos(a) * math.sin(b), math.sin(a))
        for a, b in ((math.radians(lat), math.radians(lon)) for lat, lon in (one, other))
    ]
    cross = math.dist(*vectors)
    return 2 * 6371.0088 * math.asin(min(1.0, cross / 2))


def expected(row: Any, everything: pd.DataFrame) -> dict[str, Any]:
    if pd.isna(row.customer_id):
        return dict.fromkeys(enrichment.ENRICHED[:7])
    before = everything[(everything.customer_id == row.customer_id) & (everything.timestamp < row.timestamp)]
    hour = before[before.timestamp >= row.timestamp - HOUR]
    day = before[before.timestamp >= row.timestamp - DAY]
    last = before.sort_values(["timestamp", "ingest_seq"]).iloc[-1] if len(before) else None
    here = (row.latitude, row.longitude)
    return {
        "transactions_last_hour": len(hour),
        "transactions_last_day": len(day),
        "amount_last_hour": spent(hour),
        "amount_last_day": spent(day),
        "distance_from_home": kilometres(here, (row.home_latitude, row.home_longitude)),
        "distance_from_last": None if last is None else kilometres(here, (last.latitude, last.longitude)),
        "time_since_last_transaction": (
            None if last is None else (row.timestamp - last.timestamp).total_seconds()
        ),
    }


def spent(rows: pd.DataFrame) -> float | None:
    volume = rows[rows.transaction_type.isin([str(kind) for kind in VOLUME_TYPES])]
    return None if volume.base.isna().any() else round(float(volume.base.sum()), 4)


def assert_exact(session: Session, bank: Bank) -> None:
    session.expire_all()
    everything = stored(session, bank)
    assert everything.enriched_at.notna().all()
    for row in each(everything):
        for column, value in expected(row, everything).items():
            found = getattr(row, column)
            if value is None:
                assert found is None or math.isnan(found), (row.transaction_id, column, found)
            else:
                assert float(found) == pytest.approx(value, rel=1e-9, abs=1e-6), (row.transaction_id, column)


def enrich_all(session: Session, bank: Bank, limit: int) -> int:
    rows, after = 0, None
    while chunk := enrichment.enrich_chunk(session, bank.bank_id, after, limit):
        rows, after = rows + chunk.rows, chunk.end
    return rows


@pytest.mark.parametrize("seed", SEEDS)
def test_every_derived_column_is_what_pandas_computes(db: Session, seed: int) -> None:
    rng = random.Random(seed)
    bank = make_people(db, "acme", rng)
    insert_transactions(db, draw_rows(rng, 150))
    assert enrich_all(db, bank, limit=rng.choice([7, 40, 1_000])) == 150
    assert_exact(db, bank)


@pytest.mark.parametrize("seed", SEEDS)
def test_late_rows_let_those_behind_them_be_enriched_again(db: Session, seed: int) -> None:
    rng = random.Random(100 + seed)
    bank = make_people(db, "acme", rng)
    rows = draw_rows(rng, 150)
    rng.shuffle(rows)
    for start in range(0, 150, 50):
        insert_transactions(db, rows[start : start + 50])
        enrich_all(db, bank, limit=20)
        assert_exact(db, bank)


def test_what_was_removed_no_longer_counts(db: Session) -> None:
    rng = random.Random(7)
    bank = make_people(db, "acme", rng)
    insert_transactions(db, draw_rows(rng, 150))
    enrich_all(db, bank, limit=1_000)
    db.execute(
        text(
            "create temporary table doomed on commit drop as"
            " select transaction_id from transactions where bank_id = :b and ingest_seq % 3 = 0"
        ),
        {"b": bank.bank_id},
    )
    assert enrichment.reopen_after(db, bank.bank_id, "doomed") > 0
    assert delete_recorded(db, bank.bank_id, "doomed") > 0
    enrich_all(db, bank, limit=1_000)
    assert_exact(db, bank)


def test_a_second_run_finds_nothing_and_changes_nothing(db: Session) -> None:
    rng = random.Random(8)
    bank = make_people(db, "acme", rng)
    insert_transactions(db, draw_rows(rng, 60))
    enrich_all(db, bank, limit=1_000)
    before = stored(db, bank)
    assert enrich_all(db, bank, limit=1_000) == 0
    pd.testing.assert_frame_equal(stored(db, bank), before)


def test_one_row_is_measured_like_a_chunk(db: Session) -> None:
    rng = random.Random(9)
    bank = make_people(db, "acme", rng)
    insert_transactions(db, draw_rows(rng, 100))
    for number in rng.sample(range(100), 30):
        enrichment.name(db, bank.bank_id, [f"t-{number}"])
        measure(db, bank.bank_id)
        assert enrichment.store(db, bank.bank_id) == 1
    enrich_all(db, bank, limit=1_000)
    assert_exact(db, bank)


def test_a_range_leaves_the_rows_outside_alone(db: Session) -> None:
    rng = random.Random(10)
    bank = make_people(db, "acme", rng)
    insert_transactions(db, draw_rows(rng, 80))
    moments = sorted(stored(db, bank).timestamp)
    since, until = moments[20].to_pydatetime(), moments[50].to_pydatetime()
    waiting = enrichment.waiting(db, bank.bank_id, since, until)
    chunk = enrichment.take(
        db, bank.bank_id, enrichment.Position(since, -1), 1_000, until=until, enriched_until=None
    )
    assert chunk is not None
    assert chunk.rows == waiting
    assert chunk.end.at == until
