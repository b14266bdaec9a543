"""Batches become rows, labels and tail records at once, and nothing twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from dashboard.ingestion.load import Memory, load_rows
from database.loading import BankTerms
from database.segments.tail import records_from
from models.banks import ExchangeRate
from tests.factories import make_bank

pytestmark = pytest.mark.every_postgres
NOON = datetime(2024, 7, 4, 12, 0, tzinfo=UTC)  # a Thursday


def rows(*given: dict[str, Any]) -> pa.Table:
    defaults = {"timestamp": NOON, "amount_e4": 1_000_000, "currency": "EUR"}
    return table(*({"transaction_id": f"t-{i}", **defaults, **row} for i, row in enumerate(given)))


def table(*given: dict[str, Any]) -> pa.Table:
    names = dict.fromkeys(name for row in given for name in row)
    return pa.table({name: [row.get(name) for row in given] for name in names})


def memory_of(session: Session, **bank: Any) -> Memory:
    """A new bank as the only one in scope of the joined session."""
    made = make_bank(session, **bank)
    terms = session.execute(
        text("select bank_id, code, time_zone, base_currency, country from banks where bank_id = :id"),
        {"id": made.bank_id},
    ).one()
    return Memory(BankTerms(*terms))


def stored(session: Session, columns: str, table: str = "transactions") -> list[tuple[Any, ...]]:
    return [tuple(row) for row in session.execute(text(f"select {columns} from {table} order by 1"))]


def test_a_row_is_stored_with_its_calendar_in_the_banks_zone(db: Session) -> None:
    memory = memory_of(db, time_zone="Asia/Tokyo", country="JP")
    late = datetime(2024, 7, 5, 15, 30, tzinfo=UTC)
    load_rows(db, memory, None, rows({"timestamp": late}))
    columns = "local_date::text, hour_of_day, day_of_week, day_of_month, month, is_weekend, is_holiday"
    assert stored(db, columns) == [("2024-07-06", 0, 5, 6, 7, True, False)]
    assert stored(db, "time_of_day_category") == [("night",)]


def test_holidays_of_the_banks_country_are_marked(db: Session) -> None:
    load_rows(db, memory_of(db, country="US"), None, rows({}, {"timestamp": NOON + timedelta(days=1)}))
    assert stored(db, "transaction_id, is_holiday") == [("t-0", True), ("t-1", False)]


def test_without_a_country_nothing_is_said_about_holidays(db: Session) -> None:
    load_rows(db, memory_of(db), None, rows({}))
    assert stored(db, "is_holiday") == [(None,)]


def test_customers_and_merchants_are_added_once_and_numbered_densely(db: Session) -> None:
    memory = memory_of(db)
    before = db.execute(text("select coalesce(max(customer_no), 0) from customers")).scalar_one()
    for batch in range(10):
        same = rows(
            *(
                {"transaction_id": f"{batch}-{i}", "customer_id": f"c{i}", "merchant_id": "m"}
                for i in range(5)
            )
        )
        load_rows(db, Memory(memory.terms), None, same)
    assert stored(db, "customer_id", "customers") == [(f"c{i}",) for i in range(5)]
    numbers = [number - before for _, number in stored(db, "customer_id, customer_no", "customers")]
    assert numbers == sorted(numbers)
    assert stored(db, "merchant_id, name, search_key, category", "merchants") == [("m", "m", "m", "other")]


def test_described_customers_keep_their_description(db: Session) -> None:
    people = table(
        *[
            {"customer_id": "c", "first_name": "Zoë", "last_name": "Müller", "email": "Zoe@Example.org"},
            {"customer_id": "d", "email": "zoe@example.org"},
            {"customer_id": "not in any row"},
        ]
    )
    given = rows({"customer_id": "c"}, {"customer_id": "d"}, {"customer_id": None})
    load_rows(db, memory_of(db), None, given, customers=people)
    assert stored(db, "customer_id, search_key, email, email_key", "customers") == [
        ("c", "zoe muller", "Zoe@Example.org", "zoe@example.org"),
        ("d", None, "zoe@example.org", None),
    ]


def test_labels_are_written_beside_the_rows_that_have_one(db: Session) -> None:
    known = NOON + timedelta(days=3)
    given = rows(
        {"is_fraud": True, "fraud_type": "mule", "fraud_reason": "named", "label_known_at": known},
        {"is_fraud": False},
        {},
    )
    load_rows(db, memory_of(db), None, given)
    columns = "transaction_id, is_fraud, fraud_type, reason, source, known_at"
    assert stored(db, columns, "fraud_labels") == [
        ("t-0", True, "mule", "named", "import", known),
        ("t-1", False, None, None, "import", None),
    ]
    assert stored(db, "transaction_id, is_fraud") == [("t-0", True), ("t-1", False), ("t-2", None)]


def test_the_same_rows_again_add_nothing(db: Session) -> None:
    memory = memory_of(db)
    given = rows({"customer_id": "c", "is_fraud": False}, {})
    first = load_rows(db, memory, None, given)
    again = load_rows(db, Memory(memory.terms), None, given)
    assert (first.inserted, first.duplicates, first.conflicts) == (2, 0, ())
    assert (again.inserted, again.duplicates, again.conflicts) == (0, 2, ())
    assert db.execute(text("select sum(n) from segment_tail")).scalar_one() == 2
    assert len(stored(db, "transaction_id", "fraud_labels")) == 1


def test_an_id_with_other_content_is_a_conflict_and_the_first_stays(db: Session) -> None:
    memory = memory_of(db)
    load_rows(db, memory, None, rows({"amount_e4": 10_000}))
    result = load_rows(
        db, memory, None,
        rows({"amount_e4": 20_000}, {"transaction_id": "new"}, {"transaction_id": "new", "city": "Lyon"}),
    )  # fmt: skip
    assert (result.inserted, result.duplicates) == (1, 0)
    assert [(found.line, found.transaction_id) for found in result.conflicts] == [(1, "t-0"), (3, "new")]
    assert stored(db, "transaction_id, amount_e4, city") == [("new", 1_000_000, None), ("t-0", 10_000, None)]


def test_foreign_money_is_converted_by_the_rate_of_its_day_or_left_unconverted(db: Session) -> None:
    memory = memory_of(db)
    for day, rate in ((date(2024, 7, 4), Decimal("0.92345678")), (date(2024, 7, 5), Decimal("0.5"))):
        db.add(ExchangeRate(rate_date=day, currency="USD", base_currency="EUR", rate=rate, source="test"))
    db.flush()
    tomorrow, later = NOON + timedelta(days=1), NOON + timedelta(days=2)
    load_rows(
        db, memory, None,
        rows({"currency": "USD", "amount_e4": 33_333},
             {"currency": "USD", "timestamp": tomorrow, "amount_e4": 1},
             {"currency": "USD", "timestamp": later}, {"currency": "JPY"}, {}),
    )  # fmt: skip
    assert stored(db, "transaction_id, exchange_rate::text, amount_base::text") == [
        ("t-0", "0.92345678", "3.0782"),
        ("t-1", "0.50000000", "0.0001"),
        ("t-2", None, None),
        ("t-3", None, None),
        ("t-4", "1.00000000", "100.0000"),
    ]


def test_the_records_of_a_batch_are_those_that_sql_packs(db: Session) -> None:
    given = rows(
        {"customer_id": "c", "merchant_id": "m", "category": "food", "country": "FR", "state": "IDF",
         "is_fraud": True, "fraud_type": "mule", "fraud_score": 0.12345, "decision": "review",
         "channel": "online"},
        {"currency": "USD", "is_anomaly": True, "anomaly_type": "time", "payment_method": "cash",
         "timestamp": datetime(1970, 1, 1, 0, 0, 59, tzinfo=UTC)},
        {"is_anomaly": False, "is_fraud": False, "transaction_type": "verification", "amount_e4": 0},
    )  # fmt: skip
    load_rows(db, memory_of(db), None, given)
    packed = db.execute(text("select data from segment_tail")).scalar_one()
    expected = db.execute(
        text(
            f"select string_agg(record, ''::bytea order by record) from ({records_from('transactions', 1)}) r"
        )
    ).scalar_one()
    width = len(packed) // 3
    assert sorted(bytes(packed)[i : i + width] for i in range(0, len(packed), width)) == [
        bytes(expected)[i : i + width] for i in range(0, len(expected), width)
    ]


def test_an_empty_batch_writes_nothing(db: Session) -> None:
    assert load_rows(db, memory_of(db), None, pa.table({})).inserted == 0
