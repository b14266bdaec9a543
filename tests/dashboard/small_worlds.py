"""Small random worlds for enrichment: ties, gaps, strangers, other currencies, places, labels."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.banks import Bank, ExchangeRate
from models.transactions import TransactionType
from tests.factories import make_bank, make_customer, make_merchant

START = datetime(2024, 1, 30, 22, 0, tzinfo=UTC)
Row = dict[str, Any]


def make_people(session: Session, code: str, rng: random.Random) -> Bank:
    """A bank in another zone than ours with five customers (one without a home) and six merchants."""
    bank = make_bank(session, code, base_currency="EUR", time_zone="America/New_York")
    for number in range(5):
        place = {"latitude": rng.uniform(-80, 80), "longitude": rng.uniform(-180, 180)} if number else {}
        make_customer(session, bank, f"c-{number}", **place)
    for number in range(6):
        make_merchant(session, bank, f"m-{number}", category=f"k-{number % 3}")
    for day in range(-120, 90):
        moment = START + timedelta(days=day)
        rate = {"currency": "USD", "base_currency": "EUR", "rate": Decimal("0.9"), "source": "given"}
        session.merge(ExchangeRate(rate_date=moment.date(), **rate))
    session.flush()
    return bank


def draw_rows(rng: random.Random, count: int) -> list[Row]:
    """Rows of five customers and of nobody: bursts, equal moments, days apart, months apart."""
    moments = [START]
    while len(moments) < count:
        step = rng.choice([0, 1, 600, 3_600, 3_601, 20_000, 86_400, 100_000, 2_000_000])
        base = rng.choice(moments)
        moments.append(base + timedelta(seconds=step, microseconds=rng.choice([0, 0, 1])))
    return [_row(rng, f"t-{number}", moment) for number, moment in enumerate(moments)]


def _row(rng: random.Random, identity: str, moment: datetime) -> Row:
    kind = rng.choice([*TransactionType] + [TransactionType.PURCHASE] * 9)
    place = rng.random() < 0.8
    is_fraud = rng.choice([None, False, False, True])
    return {
        "transaction_id": identity,
        "timestamp": moment,
        "amount": Decimal(0 if kind is TransactionType.VERIFICATION else rng.randint(1, 10**6)) / 100,
        "currency": rng.choice(["EUR", "EUR", "USD", "JPY"]),
        "transaction_type": kind,
        "customer_id": rng.choice([None, *(f"c-{number}" for number in range(5))]),
        "merchant_id": rng.choice([None, *(f"m-{number}" for number in range(6))]),
        "category": rng.choice([None, "k-0", "k-1"]),
        "country": rng.choice([None, "FR", "NA", "US"]),
        "device_id": rng.choice([None, "d-1", "d-2"]),
        "latitude": rng.uniform(-80, 80) if place else None,
        "longitude": rng.uniform(-180, 180) if place else None,
        "is_fraud": is_fraud,
    }


def stored(session: Session, bank: Bank) -> pd.DataFrame:
    """All rows of a bank as they are stored, by id, with the home of their customer."""
    found = session.execute(
        text("""
            select t.*, t.amount_base::float8 as base, c.latitude as home_latitude,
                c.longitude as home_longitude, m.category as group_of_merchant
            from transactions t left join customers c using (bank_id, customer_id)
            left join merchants m using (bank_id, merchant_id)
            where t.bank_id = :bank_id order by t.transaction_id
        """),
        {"bank_id": bank.bank_id},
    )
    frame = pd.DataFrame([dict(row) for row in found.mappings()])
    frame["timestamp"] = pd.to_datetime(frame["timestamp"], utc=True)
    return frame.set_index("transaction_id", drop=False)


def each(frame: pd.DataFrame) -> list[Any]:
    """The rows of a frame with their columns as attributes."""
    return list(frame.itertuples())
