"""Customers, merchants, late labels, rates and days from a file: each once, with its rejects, and undone."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.ingestion import converting
from dashboard.ingestion.check import check_file
from dashboard.ingestion.check_sentences import check_sentences
from dashboard.ingestion.options import ImportOptions, ImportResult, Progress
from dashboard.ingestion.run import import_file
from dashboard.ingestion.stores import STORES
from dashboard.ingestion.undo import undo_dataset
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from database.segments.check import check
from models.datasets import DatasetKind
from models.errors import UserError
from tests.factories import make_bank
from tests.servers import Database


@pytest.fixture(autouse=True)
def bank(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    with get_db_session() as session:
        make_bank(session, "acme", base_currency="EUR", time_zone="UTC")
    brought(
        tmp_path,
        DatasetKind.TRANSACTIONS,
        "transaction_id,timestamp,amount,currency,customer_id,merchant_id,is_fraud",
        "t1,2024-01-01 10:00,10,EUR,c1,m1,0",
        "t2,2024-01-02 10:00,20,USD,c2,m1,",
        "t3,2024-01-03 10:00,30.5,USD,c1,m2,",
        mapping={name: name for name in ("transaction_id", "timestamp", "amount", "currency", "customer_id",
                                         "merchant_id", "is_fraud")},
    )  # fmt: skip


def test_every_kind_but_transactions_that_a_file_may_bring_has_its_store() -> None:
    generated = {DatasetKind.TRANSACTIONS, DatasetKind.PRODUCTS, DatasetKind.SALES}
    assert set(STORES) == set(DatasetKind) - generated


def brought(folder: Path, kind: DatasetKind, *lines: str, bank: str = "acme", **given: Any) -> ImportResult:
    path = folder / f"{kind}.csv"
    path.write_text("\n".join(lines) + "\n")
    return import_file(path, ImportOptions(bank, kind=kind, **given))


def rows(sql: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in execute_query(sql, banks=["acme"])]


def agree() -> None:
    with owner_session(snapshot=True) as session:
        assert check(session).agree


def test_customers_are_added_and_completed(tmp_path: Path) -> None:
    lines = (
        "customer_id,first_name,last_name,email,date_of_birth,credit_score",
        "c1,Zoé,Martin,zoe@example.org,13/02/1950,700",
        "c9,Ann,Lee,,01/01/1960,",
        "c2,Bob,Ray,,not born,1",
    )
    result = brought(tmp_path, DatasetKind.CUSTOMERS, *lines)
    assert (result.counts.accepted, result.counts.rejected) == (2, 1)
    found = rows(
        "select customer_id, first_name, search_key, email_key, credit_score from customers order by 1"
    )
    assert found == [
        ("c1", "Zoé", "zoe martin", None, 700), ("c2", None, None, None, None),
        ("c9", "Ann", "ann lee", None, None),
    ]  # fmt: skip
    again = brought(tmp_path, DatasetKind.CUSTOMERS, *lines, "c9,Ann,Lee,,,")
    assert (again.counts.accepted, again.counts.duplicate) == (0, 3)
    undo_dataset("acme", result.dataset_id)
    assert [row[0] for row in rows("select customer_id from customers order by 1")] == ["c1", "c2"]


def test_merchants_are_added_and_completed(tmp_path: Path) -> None:
    result = brought(tmp_path, DatasetKind.MERCHANTS, "merchant_id,name,category", "m1,Café,food", "m9,,")
    assert result.counts.accepted == 2
    found = rows(
        "select merchant_id, name, search_key, category from merchants where merchant_id <> 'm2' order by 1"
    )
    assert found == [("m1", "Café", "cafe", "food"), ("m9", "m9", "m9", "other")]


def test_late_labels_change_rows_records_and_are_withdrawn_by_undo(tmp_path: Path) -> None:
    lines = (
        "transaction_id,is_fraud,fraud_type,known_at",
        "t2,yes,stolen_card,2024-02-01 00:00",
        "t1,1,,2024-02-01",
        "t404,1,,",
        "t3,perhaps,,",
    )
    result = brought(tmp_path, DatasetKind.LABELS, *lines)
    assert (result.counts.accepted, result.counts.rejected) == (2, 2)
    labels = "select transaction_id, is_fraud, fraud_type from transactions order by 1"
    assert rows(labels) == [("t1", True, None), ("t2", True, "stolen_card"), ("t3", None, None)]
    assert rows("select distinct source from fraud_labels where dataset_id is not null") == [("chargeback",)]
    agree()
    again = brought(tmp_path, DatasetKind.LABELS, *lines[:3], "t3,0,,")
    assert (again.counts.accepted, again.counts.duplicate) == (1, 2)
    undo_dataset("acme", again.dataset_id)
    undo_dataset("acme", result.dataset_id)
    assert rows(labels) == [("t1", False, None), ("t2", None, None), ("t3", None, None)]
    agree()


def test_rates_convert_rows_and_a_correction_converts_them_anew(tmp_path: Path) -> None:
    money = (
        "select transaction_id, exchange_rate, amount_base from transactions"
        " where currency = 'USD' order by 1"
    )
    assert rows(money) == [("t2", None, None), ("t3", None, None)]
    header = "date,currency,rate"
    first = brought(
        tmp_path, DatasetKind.RATES, header, "2024-01-02,USD,0.9", "2024-01-03,USD,x", "2024-01-03,EUR,1"
    )
    assert (first.counts.accepted, first.counts.rejected) == (1, 1)
    assert rows(money) == [("t2", Decimal("0.9"), 18), ("t3", None, None)]
    second = brought(tmp_path, DatasetKind.RATES, header, "2024-01-02,USD,0.5", "2024-01-03,USD,0.33333333")
    assert second.counts.accepted == 2
    assert rows(money) == [("t2", Decimal("0.5"), 10), ("t3", Decimal("0.33333333"), Decimal("10.1667"))]
    agree()
    undo_dataset("acme", second.dataset_id)
    assert rows(money) == [("t2", None, None), ("t3", None, None)]
    agree()


def test_a_rate_converts_the_rows_of_every_bank_and_enriches_them_anew(tmp_path: Path) -> None:
    names = ("transaction_id", "timestamp", "amount", "currency", "customer_id", "merchant_id")
    for code, currency in (("other", "EUR"), ("pounds", "GBP")):
        with get_db_session() as session:
            make_bank(session, code, base_currency=currency, time_zone="UTC")
        line = "o1,2024-01-02 12:00,20,USD,c1,m1"
        mapping = {name: name for name in names}
        brought(tmp_path, DatasetKind.TRANSACTIONS, ",".join(names), line, bank=code, mapping=mapping)
    with owner_session() as owner:
        owner.connection().exec_driver_sql("update jobs set status = 'cancelled' where kind = 'enrich'")
    lines = ("date,currency,base_currency,rate", "2024-01-02,USD,EUR,0.9", "2024-01-02,USD,GBP,0.8")
    result = brought(tmp_path, DatasetKind.RATES, *lines)
    assert bases("other", "pounds") == [Decimal(18), Decimal(16)]
    queued = rows(
        "select parameters ->> 'bank' from jobs where kind = 'enrich' and status = 'queued' order by 1"
    )
    assert queued == [("acme",), ("other",), ("pounds",)]
    undo_dataset("acme", result.dataset_id)
    assert bases("other", "pounds") == [None, None]
    agree()


def bases(*codes: str) -> list[Decimal | None]:
    money = "select amount_base from transactions where transaction_id = 'o1'"
    return [execute_query(money, banks=[code])[0]["amount_base"] for code in codes]


def test_days_of_the_calendar_mark_the_rows_of_their_day(tmp_path: Path) -> None:
    result = brought(
        tmp_path,
        DatasetKind.EVENTS,
        "name,date,type",
        "New Year,2024-01-01,holiday",
        "Sales,2024-01-02,promotion",
    )
    assert result.counts.accepted == 2
    marks = "select transaction_id, is_holiday from transactions order by 1"
    assert rows(marks)[0] == ("t1", True)
    undo_dataset("acme", result.dataset_id)
    assert rows(marks)[0] == ("t1", False)
    assert rows("select 1 from calendar_events") == []


def test_a_column_that_is_missing_is_said_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="Nothing says the rate of a row"):
        brought(tmp_path, DatasetKind.RATES, "date,currency", "2024-01-01,USD")
    with pytest.raises(UserError, match="the fields are rate_date"):
        brought(tmp_path, DatasetKind.RATES, "date,currency", "2024-01-01,USD", mapping={"price": "date"})


def test_a_rate_corrected_while_rows_arrive_holds_for_all_of_them(tmp_path: Path) -> None:
    names = ("transaction_id", "timestamp", "amount", "currency", "customer_id", "merchant_id")
    lines = (f"r{number},2024-01-02 1{number}:00,100,USD,c1,m1" for number in range(8))
    path = tmp_path / "more.csv"
    path.write_text("\n".join((",".join(names), *lines)) + "\n")
    reached = iter(("0.9", "0.8", None, None))

    def correct(_done: Progress) -> None:
        if rate := next(reached):
            brought(tmp_path, DatasetKind.RATES, "date,currency,rate", f"2024-01-02,USD,{rate}")

    given = ImportOptions("acme", mapping={name: name for name in names}, chunk_rows=2)
    import_file(path, given, correct)
    found = rows("select distinct exchange_rate, amount_base from transactions where transaction_id ~ '^r'")
    assert found == [(Decimal("0.8"), Decimal(80))]
    agree()


def test_rates_whose_import_was_killed_before_it_converted_rows_do_so_when_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ("date,currency,rate", "2024-01-02,USD,0.9")
    with monkeypatch.context() as patch:
        patch.setattr(converting, "convert_span", lambda *_: pytest.exit("killed"))
        with pytest.raises(pytest.exit.Exception):
            brought(tmp_path, DatasetKind.RATES, *given)
    result = brought(tmp_path, DatasetKind.RATES, *given)
    base = "select amount_base from transactions where transaction_id = 't2'"
    assert rows(base) == [(Decimal(18),)]
    with monkeypatch.context() as patch:
        patch.setattr(converting, "convert_span", lambda *_: pytest.exit("killed"))
        with pytest.raises(pytest.exit.Exception):
            undo_dataset("acme", result.dataset_id)
    undo_dataset("acme", result.dataset_id)
    assert rows(base) == [(None,)]
    agree()


OF_EACH_KIND: dict[DatasetKind, tuple[str, ...]] = {
    DatasetKind.CUSTOMERS: ("customer_id,age", "c7,40", "c8,41", "c8,41", "c9,old"),
    DatasetKind.MERCHANTS: ("merchant_id,name", "m7,Shop", "m7,Shop", ",Nobody"),
    DatasetKind.LABELS: ("transaction_id,is_fraud", "t1,1", "t2,0", "t2,0", "t99,1"),
    DatasetKind.RATES: ("date,currency,rate", "2024-01-02,USD,0.8", "2024-01-02,USD,0.9", "2024-01-03,USD,x"),
    DatasetKind.EVENTS: ("event_name,event_date", "Sale,2024-01-02", "Sale,2024-01-02", "Fair,someday"),
}


@pytest.mark.parametrize("kind", sorted(OF_EACH_KIND))
def test_a_dry_run_counts_what_the_import_then_does_and_writes_nothing(
    tmp_path: Path, kind: DatasetKind
) -> None:
    path = tmp_path / "dry.csv"
    path.write_text("\n".join(OF_EACH_KIND[kind]) + "\n")
    options = ImportOptions("acme", kind=kind)
    tables = ("customers", "merchants", "fraud_labels", "calendar_events", "exchange_rates", "datasets")
    before = {table: rows(f"select to_jsonb(t)::text from {table} t order by 1") for table in tables}
    report = check_file(path, options)
    assert {table: rows(f"select to_jsonb(t)::text from {table} t order by 1") for table in tables} == before
    counts = import_file(path, options).counts
    assert (report.rows, report.added, report.rejected) == (counts.read, counts.accepted, counts.rejected)
    assert report.repeated + report.known == counts.duplicate
    again = check_file(path, options)
    assert (again.added, again.rejected) == (0, counts.rejected)
    assert "0 would be added" in "\n".join(check_sentences(again))
    elsewhere = check_file(path, ImportOptions("new-bank", kind=kind))
    assert elsewhere.rows == counts.read
