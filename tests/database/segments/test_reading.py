from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text

from database.connection import get_db_session, read_only
from database.owner import owner_session
from database.segments import Selection, read
from database.segments.compaction import fold_tail
from database.segments.tail import relabel
from models.transactions import Channel, Decision, FraudType, PaymentMethod, TransactionType
from tests.database.segments.oracle import DAYS, FIRST, compare, frame, store_random_rows
from tests.factories import make_bank
from tests.servers import Database

ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Europe/Paris", "Pacific/Auckland", "Asia/Kathmandu"]
VALUES: dict[str, list[str]] = {
    "category": ["food", "fuel", "été", "a, b", "", "never seen"],
    "country": ["FR", "US", "NA", ""],
    "state": ["TX", "WA", "75", ""],
    "currency": ["EUR", "USD", "XAF"],
    "channel": list(Channel),
    "payment_method": list(PaymentMethod),
    "transaction_type": list(TransactionType),
    "label": ["fraud", "genuine", ""],
    "anomaly": ["yes", "no", ""],
    "decision": [*Decision, ""],
    "fraud_type": [*FraudType, ""],
}


def relabel_some(bank_id: int, random: Random) -> None:
    changes = (
        "(select bank_id, transaction_id, "
        f"(array[true, false, null])[1 + (ingest_seq + {random.randrange(3)}) % 3] as is_fraud, "
        "null::text as fraud_type, null::text as fraud_reason from transactions "
        f"where bank_id = {bank_id} and ingest_seq % 5 = {random.randrange(5)}) changed"
    )
    with get_db_session("all") as session:
        session.execute(text(relabel(changes)))


def world(seed: int, rows: int) -> tuple[list[int], pd.DataFrame]:
    """Two banks, half sealed, half in the tail, labels changed before and after."""
    random = Random(seed)
    with get_db_session() as session:
        banks = [make_bank(session) for _ in range(2)]
        session.execute(
            text(
                "insert into exchange_rates (rate_date, currency, base_currency, rate, source)"
                " select day::date, 'USD', 'EUR', 0.9137, 'test'"
                " from generate_series(date '2023-12-01', date '2024-06-01', '1 day') day"
            )
        )
        codes, ids = [bank.code for bank in banks], [bank.bank_id for bank in banks]
    for code, bank_id in zip(codes, ids, strict=True):
        store_random_rows(random, code, rows // 2)
        relabel_some(bank_id, random)
    with owner_session() as owner:
        fold_tail(owner)
    for code, bank_id in zip(codes, ids, strict=True):
        store_random_rows(random, code, rows // 2, prefix="late ")
        relabel_some(bank_id, random)
    with read_only("all") as session:
        return ids, frame(session)


def random_selection(random: Random, banks: list[int]) -> Selection:
    def moment() -> datetime:
        return FIRST + timedelta(minutes=random.randrange(DAYS * 1_440))

    since, until = sorted([moment(), moment()])
    given: dict[str, Any] = {"include": {}, "exclude": {}}
    for slug in random.sample(sorted(VALUES), k=random.choice([0, 0, 1, 2, 3])):
        side = random.choice(["include", "exclude"])
        some = random.sample(VALUES[slug], k=random.randrange(1, len(VALUES[slug])))
        given[side][slug] = frozenset(some)
    if random.random() < 0.3:
        given["amount_e4"] = random.choice([(10_000, 900_000), (None, 50_000), (200_000, None)])
    if random.random() < 0.2:
        given["score_e4"] = random.choice([(1_000, 7_000), (None, 5_000), (5_000, None), (None, None)])
    if random.random() < 0.3:
        given["currency"] = random.choice(["EUR", "XAF", "GBP"])
    if random.random() < 0.2:
        given["customer_id"] = f"customer {random.randrange(45)}"
    if random.random() < 0.2:
        given["merchant_id"] = f"merchant {random.randrange(25)}"
    if random.random() < 0.7:
        given["previous"] = (since - (until - since), since)
    return Selection(
        bank_ids=tuple(random.sample(banks, k=random.choice([1, 2]))),
        since=since,
        until=until,
        zone=random.choice(ZONES),
        **given,
    )


@pytest.mark.every_postgres
def test_a_fold_equals_the_rows_for_many_random_selections(committed: Database) -> None:
    banks, rows = world(seed=1, rows=2_000)
    random = Random(2)
    for _ in range(40):
        selection = random_selection(random, banks)
        with read_only("all") as session:
            fold = read(session, selection)
        assert compare(fold, rows, selection) == [], selection
