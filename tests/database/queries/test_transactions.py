"""Payments as scripts and pages ask for them, on few rows whose answers are known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.connection import get_db_session, read_only
from database.queries import transactions
from database.queries.stored_transaction import StoredTransaction
from models.banks import Bank
from models.errors import ConflictError, UserError
from models.transactions import Channel, TransactionType
from tests.database.queries.plans import statements
from tests.factories import NOON, make_bank, make_customer, make_merchant, make_transaction
from tests.servers import Database

HOUR = timedelta(hours=1)


def ids(found: tuple[StoredTransaction, ...]) -> list[str]:
    return [row.transaction_id for row in found]


def hourly(db: Session, bank: Bank, count: int, **values: object) -> None:
    for number in range(count):
        make_transaction(db, bank, f"t-{number}", timestamp=NOON + number * HOUR, **values)  # type: ignore[arg-type] # whatever a column takes


def test_a_payment_is_found_by_its_id(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, "t-1", amount="12.34", channel=Channel.ATM)
    found = transactions.by_id(db, "t-1")
    assert found is not None
    assert (found.amount, found.amount_base, found.channel) == (
        Decimal("12.34"),
        Decimal("12.34"),
        Channel.ATM,
    )
    assert found.timestamp == NOON
    assert transactions.by_id(db, "t-2") is None


def test_an_id_that_two_banks_know_needs_its_bank(db: Session) -> None:
    one, other = make_bank(db), make_bank(db)
    make_transaction(db, one, "t-1", amount=1)
    make_transaction(db, other, "t-1", amount=2)
    with pytest.raises(ConflictError, match="which bank"):
        transactions.by_id(db, "t-1")
    found = transactions.by_id(db, "t-1", bank=other.code)
    assert found is not None
    assert found.amount == 2


def test_lists_of_parties_begin_with_the_newest(db: Session) -> None:
    bank = make_bank(db)
    customer, merchant = make_customer(db, bank, "c-1"), make_merchant(db, bank, "m-1")
    hourly(db, bank, 3, customer=customer, merchant=merchant)
    make_transaction(db, bank, "another")
    assert ids(transactions.by_customer(db, "c-1")) == ["t-2", "t-1", "t-0"]
    assert ids(transactions.by_merchant(db, "m-1", limit=2)) == ["t-2", "t-1"]
    assert transactions.by_customer(db, "c-2") == ()


def test_until_is_exclusive_and_since_is_not(db: Session) -> None:
    hourly(db, make_bank(db), 4)
    assert ids(transactions.by_date_range(db, NOON + HOUR, NOON + 3 * HOUR)) == ["t-2", "t-1"]


def test_pages_follow_each_other_without_gap_or_repeat_over_banks_and_equal_times(db: Session) -> None:
    for _ in range(2):
        bank = make_bank(db)
        for number in range(7):
            make_transaction(db, bank, f"t-{number}", timestamp=NOON + (number // 3) * HOUR)
    seen: list[tuple[str, int]] = []
    after = None
    while rows := transactions.page(db, limit=4, after=after):
        seen += [(row.transaction_id, row.bank_id) for row in rows]
        after = rows[-1].cursor
    assert len(seen) == len(set(seen)) == 14
    whole = transactions.page(db, limit=100)
    assert seen == [(row.transaction_id, row.bank_id) for row in whole]
    assert [row.timestamp for row in whole] == sorted((row.timestamp for row in whole), reverse=True)


def test_amount_ranges_are_inclusive_and_begin_with_the_largest(db: Session) -> None:
    bank = make_bank(db)
    for amount in ("9.9999", "10", "15", "20", "20.0001"):
        make_transaction(db, bank, f"t-{amount}", amount=amount)
    make_transaction(db, bank, "t-usd", amount=15, currency="USD")
    assert ids(transactions.by_amount_range(db, Decimal(10), Decimal(20))) == ["t-20", "t-15", "t-10"]
    assert ids(transactions.by_amount_range(db, Decimal(10), Decimal(20), currency="USD")) == ["t-usd"]


def test_frauds_and_anomalies_of_a_range(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, "fraud", is_fraud=True)
    make_transaction(db, bank, "genuine", is_fraud=False)
    make_transaction(db, bank, "odd", is_anomaly=True)
    make_transaction(db, bank, "early", timestamp=NOON - HOUR, is_fraud=True, is_anomaly=True)
    assert ids(transactions.frauds(db, NOON, NOON + HOUR)) == ["fraud"]
    assert ids(transactions.anomalies(db, NOON, NOON + HOUR)) == ["odd"]


def test_high_values_are_those_from_a_threshold_on(db: Session) -> None:
    bank = make_bank(db)
    for amount in (5, 50, 500):
        make_transaction(db, bank, f"t-{amount}", amount=amount)
    make_transaction(db, bank, "no rate", amount=9_999, currency="USD")
    assert ids(transactions.high_value(db, Decimal(50))) == ["t-500", "t-50"]
    assert ids(transactions.high_value(db, Decimal(50), limit=1)) == ["t-500"]


def test_without_a_threshold_each_banks_own_holds(db: Session) -> None:
    set_one = make_bank(db, high_value_threshold=Decimal(20))
    for amount in (10, 20, 30):
        make_transaction(db, set_one, f"a-{amount}", amount=amount)
    worked_out = make_bank(db)
    for number in range(1, 201):
        make_transaction(db, worked_out, f"b-{number}", amount=number)
    make_transaction(db, worked_out, "old", amount=10_000, timestamp=NOON - timedelta(days=91))
    make_bank(db)
    limits = transactions.high_value_thresholds(db)
    assert limits[set_one.bank_id] == 20
    assert limits[worked_out.bank_id] == 198
    assert ids(transactions.high_value(db)) == ["old", "b-200", "b-199", "b-198", "a-30", "a-20"]


def test_statistics_by_hand(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, amount=10, is_fraud=False)
    make_transaction(db, bank, amount=40, is_fraud=True, is_anomaly=True)
    make_transaction(db, bank, amount=25, is_anomaly=False)
    make_transaction(db, bank, amount=1_000, transaction_type=TransactionType.REFUND)
    make_transaction(db, bank, amount=0, transaction_type=TransactionType.VERIFICATION)
    make_transaction(db, bank, amount=77, currency="USD")
    make_transaction(db, bank, amount=5_000, timestamp=NOON + HOUR)
    found = transactions.statistics(db, NOON, NOON + HOUR)
    assert found == transactions.Statistics(
        count=6,
        labelled=2,
        frauds=1,
        anomalies=1,
        currency="EUR",
        total=Decimal(75),
        average=Decimal(25),
        smallest=Decimal(10),
        largest=Decimal(40),
        unconverted=1,
    )
    assert found.fraud_rate == 0.5


def test_statistics_of_nothing_are_unknown_and_not_zero(db: Session) -> None:
    make_bank(db)
    found = transactions.statistics(db, NOON, NOON + HOUR)
    assert (found.count, found.anomalies, found.fraud_rate) == (0, None, None)
    assert found.total == 0
    assert found.average is found.smallest is found.largest is None


def test_money_of_two_base_currencies_is_never_added(db: Session) -> None:
    for currency in ("EUR", "USD"):
        make_transaction(db, make_bank(db, base_currency=currency))
    found = transactions.statistics(db, NOON, NOON + HOUR)
    assert (found.count, found.currency, found.total, found.average) == (2, None, None, None)


def test_rows_are_counted_of_all_time_or_of_a_range(db: Session) -> None:
    hourly(db, make_bank(db), 5)
    assert transactions.count(db) == 5
    assert transactions.count(db, since=NOON + HOUR) == 4
    assert transactions.count(db, NOON + HOUR, NOON + 3 * HOUR) == 2


def test_new_payments_come_with_label_local_time_and_record(committed: Database) -> None:
    with get_db_session() as session:
        bank = make_bank(session, time_zone="America/New_York")
    row = {
        "transaction_id": "t-1",
        "timestamp": datetime(2024, 1, 1, 3, tzinfo=UTC),
        "amount": Decimal("9.5"),
        "customer_id": "c-1",
        "is_fraud": True,
    }
    with get_db_session([bank.code]) as session:
        stored = transactions.create(session, row)
        assert (stored.amount_base, stored.hour_of_day, stored.local_date.isoformat()) == (
            Decimal("9.5"),
            22,
            "2023-12-31",
        )
        assert session.scalar(text("select count(*) from fraud_labels")) == 1
        assert session.scalar(text("select sum(n) from segment_tail")) == 1
        with pytest.raises(ConflictError, match="t-1"):
            transactions.create(session, row)
    more = [{**row, "transaction_id": f"t-{number}"} for number in range(5)]
    with get_db_session([bank.code]) as session:
        assert transactions.bulk_create(session, more, batch_size=2) == 4
    with read_only([bank.code]) as session:
        assert transactions.count(session) == 5
    with get_db_session("all") as session:
        make_bank(session)
    with get_db_session("all") as session, pytest.raises(UserError, match="one bank"):
        transactions.create(session, {**row, "transaction_id": "t-9"})


@pytest.mark.parametrize("rows", [1, 10])
def test_a_list_is_one_statement_whatever_its_length(db: Session, rows: int) -> None:
    bank = make_bank(db)
    make_bank(db)
    hourly(db, bank, rows, customer=make_customer(db, bank, "c-1"))
    with statements(db) as sent:
        assert len(transactions.by_customer(db, "c-1")) == rows
        transactions.page(db)
        transactions.by_date_range(db, NOON, NOON + 20 * HOUR)
    assert len(sent) == 3
