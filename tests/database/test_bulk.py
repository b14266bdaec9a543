"""The bulk path: what is copied, what becomes a row, and that the bank policy judges every one."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from database.bulk import bulk_insert, copy_into_temporary, copy_rows, encode_rows, insert_transactions
from database.connection import execute_query, get_db_session
from models.banks import Bank, ExchangeRate
from models.errors import UserError
from tests.factories import NOON, make_bank
from tests.servers import Database

EVERYTHING: list[Any] = [
    None, "", "\\N", "a\tb\nc\rd\\e", "é€😀", True, False, -1, 1.5, Decimal("12.3400"), date(2024, 2, 29),
    datetime(2024, 3, 4, 12, tzinfo=timezone(timedelta(hours=2))), b"\x00\xff\\", {"a": ["\\", "\n"]},
]  # fmt: skip
TYPES = [
    "text", "text", "text", "text", "text", "boolean", "boolean", "int", "double precision", "numeric",
    "date", "timestamptz", "bytea", "jsonb",
]  # fmt: skip


def row(transaction_id: str, **values: Any) -> dict[str, Any]:
    return {"transaction_id": transaction_id, "timestamp": NOON, "amount": Decimal("10.50"), **values}


@pytest.mark.every_postgres
def test_every_kind_of_value_arrives_as_it_was(db: Session) -> None:
    columns = {f"c{number}": kind for number, kind in enumerate(TYPES)}
    copy_into_temporary(db, "incoming_values", columns, encode_rows([EVERYTHING]))
    stored = list(db.execute(text("select * from incoming_values")).one())
    stored[TYPES.index("bytea")] = bytes(stored[TYPES.index("bytea")])
    assert stored == EVERYTHING


def test_a_time_without_its_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without its zone"):
        list(encode_rows([[datetime(2024, 1, 1)]]))  # noqa: DTZ001 - the mistake that is tested


def test_a_temporary_table_has_the_types_of_the_table_it_is_for(db: Session) -> None:
    source = copy_rows(
        db, "transactions", ["transaction_id", "amount", "timestamp"], [b"a\t1.5\t2024-01-01Z\n"]
    )
    assert source == "incoming_transactions"
    kinds = db.execute(
        text("select attname, format_type(atttypid, atttypmod), attcollation::regcollation::text"
             " from pg_attribute where attrelid = 'pg_temp.incoming_transactions'::regclass and attnum > 0")
    ).all()  # fmt: skip
    assert [tuple(kind) for kind in kinds] == [
        ("transaction_id", "text", '"C"'),
        ("amount", "numeric(18,4)", "-"),
        ("timestamp", "timestamp with time zone", "-"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([b"a,1\nb,", b"", b"2\n"], id="pieces of bytes, cut anywhere"),
        pytest.param(["a,1\n", "b,2\n"], id="text"),
        pytest.param(io.BytesIO(b"a,1\nb,2\n"), id="a file"),
    ],
)
def test_encoded_rows_come_as_pieces_or_as_a_file(db: Session, rows: Any) -> None:
    columns = {"name": "text", "number": "int"}
    copy_into_temporary(db, "incoming_pairs", columns, rows, form="csv")
    assert [tuple(pair) for pair in db.execute(text("select * from incoming_pairs"))] == [("a", 1), ("b", 2)]


def test_a_second_chunk_replaces_the_first(db: Session) -> None:
    for name in ("a", "b"):
        copy_into_temporary(db, "incoming_names", {"name": "text"}, [f"{name}\n"])
    assert db.scalars(text("select name from incoming_names")).all() == ["b"]


def test_a_temporary_table_goes_with_its_transaction(committed: Database) -> None:
    with get_db_session() as session:
        copy_into_temporary(session, "incoming_names", {"name": "text"}, ["a\n"])
        session.commit()
        assert session.scalar(text("select to_regclass('pg_temp.incoming_names')")) is None


@pytest.mark.every_postgres
def test_copy_cannot_write_a_table_under_the_policy_itself(db: Session) -> None:
    make_bank(db)
    cursor = db.connection().connection.cursor()
    with pytest.raises(Exception, match="COPY FROM not supported with row-level security"):
        cursor.copy_expert("copy customers (bank_id, customer_id) from stdin", io.StringIO("1\tx\n"))


@pytest.mark.every_postgres
@pytest.mark.usefixtures("committed")
def test_rows_of_a_foreign_bank_are_refused_on_the_bulk_path() -> None:
    with get_db_session() as session:
        foreign, own = make_bank(session), make_bank(session)
    with get_db_session([own.code]) as session:
        copy_rows(session, "customers", ["bank_id", "customer_id"], [f"{foreign.bank_id}\tx\n"])
        insert = (
            "insert into customers (bank_id, customer_id) select bank_id, customer_id from incoming_customers"
        )
        with pytest.raises(ProgrammingError, match="violates row-level security policy"):
            session.execute(text(insert))
    assert execute_query("select * from customers", banks="all") == []


@pytest.fixture
def bank(db: Session) -> Bank:
    return make_bank(db, "paris", base_currency="EUR", time_zone="Europe/Paris")


def stored(db: Session, transaction_id: str) -> dict[str, Any]:
    found = db.execute(text("select * from transactions where transaction_id = :id"), {"id": transaction_id})
    return dict(found.mappings().one())


@pytest.mark.usefixtures("bank")
def test_a_row_that_says_the_least_gets_the_rest_worked_out_in_the_banks_zone(db: Session) -> None:
    late = datetime(2024, 3, 2, 23, 30, tzinfo=UTC)  # Sunday half past midnight in Paris
    assert bulk_insert([row("t", timestamp=late)], bank="paris") == 1
    found = stored(db, "t")
    expected = {
        "currency": "EUR", "exchange_rate": 1, "amount_base": Decimal("10.5"), "amount_e4": 105_000,
        "amount_base_e4": 105_000, "transaction_type": "purchase", "payment_method": "other",
        "channel": "other", "local_date": date(2024, 3, 3), "hour_of_day": 0, "day_of_week": 6,
        "day_of_month": 3, "month": 3, "is_weekend": True, "time_of_day_category": "night",
        "is_fraud": None, "customer_id": None,
    }  # fmt: skip
    assert {name: found[name] for name in expected} == expected
    assert len(found["content_hash"]) == 32


@pytest.mark.parametrize(
    ("hour", "named"), [(5, "night"), (6, "morning"), (12, "afternoon"), (18, "evening")]
)
def test_the_time_of_day_begins_at_0_6_12_and_18(db: Session, hour: int, named: str) -> None:
    make_bank(db, "utc", time_zone="UTC")
    bulk_insert([row("t", timestamp=NOON.replace(hour=hour))], bank="utc")
    assert stored(db, "t")["time_of_day_category"] == named


@pytest.mark.usefixtures("bank")
def test_foreign_money_is_worth_the_rate_of_its_day_or_nothing_known(db: Session) -> None:
    db.add(
        ExchangeRate(
            rate_date=NOON.date(), currency="USD", base_currency="EUR", rate=Decimal("0.9"), source="test"
        )
    )
    db.flush()
    bulk_insert(
        [row("usd", currency="USD"), row("gbp", currency="GBP"), row("own", currency="GBP", exchange_rate=2)],
        bank="paris",
    )
    assert [stored(db, name)["amount_base"] for name in ("usd", "gbp", "own")] == [
        Decimal("9.45"),
        None,
        Decimal(21),
    ]


@pytest.mark.usefixtures("bank")
def test_a_label_is_told_in_the_history_too(db: Session) -> None:
    bulk_insert(
        [row("f", is_fraud=True, fraud_type="mule"), row("g", is_fraud=False), row("u")], bank="paris"
    )
    told = db.execute(
        text("select transaction_id, is_fraud, fraud_type, source from fraud_labels order by 1")
    )
    assert [tuple(label) for label in told] == [("f", True, "mule", "import"), ("g", False, None, "import")]


@pytest.mark.usefixtures("bank")
def test_each_new_row_has_its_record_in_the_tail(db: Session) -> None:
    bulk_insert([row(str(number), category="grocery", country="FR") for number in range(5)], bank="paris")
    assert db.scalar(text("select sum(n) from segment_tail")) == 5


@pytest.mark.usefixtures("bank")
def test_ids_that_are_there_already_are_left_alone_and_burn_no_customers_number(db: Session) -> None:
    rows = [row(str(number), customer_id=f"c{number % 3}", merchant_id="m") for number in range(30)]
    assert bulk_insert(rows, batch_size=7, bank="paris") == 30
    changed = [{**given, "amount": 99} for given in rows]
    assert [bulk_insert(changed, bank="paris") for _ in range(9)] == [0] * 9
    first, last = db.execute(text("select min(customer_no), max(customer_no) from customers")).one()
    assert last - first == 2
    assert db.scalar(text("select sum(n) from segment_tail")) == 30
    assert stored(db, "1")["amount"] == Decimal("10.5")


def test_the_same_id_twice_in_one_batch_is_one_row(bank: Bank, db: Session) -> None:
    assert insert_transactions(db, [row("t"), row("t")]) == 1


@pytest.mark.usefixtures("bank")
def test_a_column_that_is_not_to_be_given_is_refused_by_name() -> None:
    with pytest.raises(UserError, match="colour, ingest_seq"):
        bulk_insert([row("t", colour="red", ingest_seq=1)], bank="paris")


@pytest.mark.usefixtures("bank")
def test_a_row_without_what_is_needed_is_refused_by_its_number() -> None:
    with pytest.raises(UserError, match="Row 2 of the batch has no amount"):
        bulk_insert([row("t"), row("u", amount=None)], bank="paris")


@pytest.mark.usefixtures("bank")
def test_a_bad_row_leaves_nothing_of_the_others(db: Session) -> None:
    with pytest.raises(Exception, match="ck_transactions_amount"):
        bulk_insert([row("t"), row("u", amount=-1)], batch_size=1, bank="paris")
    assert db.scalar(text("select count(*) from transactions")) == 0


@pytest.mark.usefixtures("bank")
def test_two_banks_at_once_are_refused(db: Session) -> None:
    make_bank(db)
    with pytest.raises(UserError, match="one bank at a time, not 2"):
        insert_transactions(db, [row("t")])


@pytest.mark.every_postgres
@pytest.mark.usefixtures("committed")
def test_checks_of_foreign_keys_do_not_slow_down_as_a_new_table_grows() -> None:
    """In a database that was never analysed, each row must not read all rows of its bank before it."""
    with get_db_session() as session:
        make_bank(session, "new")
    rows = [row(str(number), customer_id=str(number), is_fraud=False) for number in range(4_000)]
    read = """
        select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)) from pg_stat_xact_user_tables
        where relname in ('transactions', 'customers', 'fraud_labels')"""
    with get_db_session(["new"]) as session:
        for start in range(0, len(rows), 200):
            insert_transactions(session, rows[start : start + 200])
        assert session.scalar(text(read)) < 100 * len(rows)


@pytest.mark.every_postgres
def test_statistics_are_refreshed_once_for_each_doubling(committed: Database) -> None:
    # A database of its own: rows that other tests took back leave their room behind, and room is what counts.
    del committed

    def refreshed() -> int:
        with get_db_session() as session:
            return int(session.execute(text("select refresh_statistics()")).scalar_one())

    with get_db_session() as session:
        make_bank(session, "utc")
    assert refreshed() == 0
    bulk_insert([row(str(number), customer_id="c") for number in range(1_000)], bank="utc")
    assert refreshed() >= 1
    assert refreshed() == 0
