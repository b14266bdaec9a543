"""The shared evalml transactions, through a mapping: every figure of the reference, money per currency."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.ingestion.mapping import mapping_of
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.run import import_file
from database.connection import execute_query, get_db_session, read_only
from database.segments import MISSING, Selection, read
from tests.factories import make_bank
from tests.servers import Database
from tests.sparkov.imported import shared_data

MAPPING = """
[columns]
transaction_id = "id"
customer_id = "card_id"
merchant_id = "store_id"
timestamp = "datetime"
amount = "amount"
currency = "currency"
channel = "customer_present"
payment_method = "provider"
category = "provider"
city = "region"
country = "country"
latitude = "lat"
longitude = "lng"
is_fraud = "fraud"

[words.channel]
True = "pos"
False = "online"

[words.payment_method]
"American Express" = "credit_card"
"Diners Club / Carte Blanche" = "credit_card"
"Discover" = "credit_card"
"JCB 15 digit" = "credit_card"
"JCB 16 digit" = "credit_card"
"Maestro" = "debit_card"
"Mastercard" = "credit_card"
"VISA 13 digit" = "credit_card"
"VISA 16 digit" = "credit_card"
"VISA 19 digit" = "credit_card"
"""
EVERYTHING = (datetime(2019, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC))


def rows(sql: str) -> list[dict[str, Any]]:
    return [dict(row) for row in execute_query(sql, banks=["evalml"])]


@pytest.fixture
def oracle(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    folder = shared_data() / "evalml_fraud"
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    with get_db_session() as session:
        make_bank(session, "evalml", base_currency="USD", time_zone="UTC")
    (tmp_path / "map.toml").write_text(MAPPING)
    said = mapping_of([str(tmp_path / "map.toml")])
    options = ImportOptions("evalml", mapping=said.columns, words=said.words, constants=said.constants)
    result = import_file(folder / "fraud_transactions.csv.gz", options)
    found: dict[str, Any] = json.loads((folder / "oracle.json").read_text())
    assert (result.counts.accepted, result.counts.rejected) == (found["totals"]["rows"], 0)
    return found


def figures(group: str) -> dict[Any, tuple[int, Decimal, int, Decimal]]:
    found = rows(
        f"select {group} as key, count(*) as n, sum(amount) as amount,"
        " count(*) filter (where is_fraud) as fraud,"
        " coalesce(sum(amount) filter (where is_fraud), 0) as fraud_amount from transactions group by 1"
    )
    return {row["key"]: (row["n"], row["amount"], row["fraud"], row["fraud_amount"]) for row in found}


def expected(
    entries: list[dict[str, Any]], key: str, word: Callable[[Any], Any] = lambda value: value
) -> Any:
    return {
        word(entry[key]): (
            entry["n"], Decimal(entry["amount"]), entry["fraud"], Decimal(entry["fraud_amount"] or 0),
        )
        for entry in entries
    }  # fmt: skip


def test_every_figure_of_the_reference_is_reproduced(oracle: dict[str, Any]) -> None:
    words = {"card_present": "pos", "card_not_present": "online"}
    assert figures("currency") == expected(oracle["by_currency"], "currency")
    assert figures("country") == expected(oracle["by_country"], "country")
    assert figures("category") == expected(oracle["by_category"], "category")
    assert figures("channel") == expected(oracle["by_channel"], "channel", words.__getitem__)
    assert figures("to_char(local_date, 'YYYY-MM')") == expected(oracle["by_month"], "m")
    assert figures("hour_of_day") == expected(oracle["by_hour"], "h")
    assert figures("day_of_week + 1") == expected(oracle["by_iso_weekday"], "dow")
    # The reference says so too: whoever wrote this file took Namibia's NA for a missing value.
    assert figures("country")[None][0] == oracle["raw_nulls"]["country"] == 87
    days = figures("local_date::text")
    first_days = expected(oracle["by_day_first10"], "d")
    assert {day: days[day] for day in first_days} == first_days
    _top_rows_and_parties(oracle)
    _folded(oracle)


def _top_rows_and_parties(oracle: dict[str, Any]) -> None:
    top = rows(
        "select transaction_id, customer_id, merchant_id, amount::text, is_fraud::int, "
        "to_char(timestamp at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') as ts from transactions "
        "order by transactions.amount desc, transaction_id limit 10"
    )
    assert [{**row, "amount": Decimal(row["amount"])} for row in top] == [
        {**entry, "amount": Decimal(entry["amount"])} for entry in oracle["top10_by_amount"]
    ]
    by_merchant = figures("merchant_id")
    for entry in (*oracle["top10_merchants_by_fraud_count"], *oracle["top10_merchants_by_amount"]):
        assert by_merchant[entry["merchant_id"]] == expected([entry], "merchant_id")[entry["merchant_id"]]
    by_customer = figures("customer_id")
    for entry in oracle["top10_customers_by_amount"]:
        assert by_customer[entry["customer_id"]] == expected([entry], "customer_id")[entry["customer_id"]]
    (totals,) = rows(
        "select count(distinct customer_id) as customers, count(distinct merchant_id) as merchants,"
        " min(amount)::float8 as least, max(amount)::float8 as most from transactions"
    )
    named = oracle["totals"]
    assert totals == {
        "customers": named["distinct_customers"], "merchants": named["distinct_merchants"],
        "least": named["min_amount"], "most": named["max_amount"],
    }  # fmt: skip


def _folded(oracle: dict[str, Any]) -> None:
    """Pages read the segments: the same counts, and money of other currencies is not summed."""
    with read_only(["evalml"]) as session:
        (bank_id,) = (row["bank_id"] for row in rows("select bank_id from banks where code = 'evalml'"))
        fold = read(session, Selection((bank_id,), *EVERYTHING))
    total = fold.total
    dollars = next(entry for entry in oracle["by_currency"] if entry["currency"] == "USD")
    assert (total.rows, total.frauds) == (oracle["totals"]["rows"], oracle["totals"]["fraud_count"])
    assert total.unconverted == oracle["totals"]["rows"] - dollars["n"]
    found = {key: (sums.rows, sums.frauds) for key, sums in fold.by("country").items()}
    assert found == {
        entry["country"] or MISSING: (entry["n"], entry["fraud"]) for entry in oracle["by_country"]
    }
