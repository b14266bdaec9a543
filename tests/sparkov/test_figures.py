"""Every figure of the independent reference equals the query layer's, exactly."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from dashboard.cards import fingerprint, mask
from database.connection import execute_query, read_only
from database.segments import Fold, Selection, Sums, extent, read
from tests.sparkov.imported import FINGERPRINT_KEY, Sparkov

pytestmark = pytest.mark.sparkov
EVERYTHING = (datetime(2019, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC))
KEY = FINGERPRINT_KEY.encode()

Figures = tuple[int, Decimal, int, Decimal]


def folded(sparkov: Sparkov) -> Fold:
    with read_only([sparkov.bank]) as session:
        return read(session, Selection((sparkov.bank_id,), *EVERYTHING))


def money(e4: int) -> Decimal:
    return Decimal(e4).scaleb(-4)


def figures(sums: Sums) -> Figures:
    assert sums.rows == sums.labelled == sums.volume_rows
    return sums.rows, money(sums.volume_e4), sums.frauds, money(sums.fraud_volume_e4)


def expected(row: Mapping[str, Any]) -> Figures:
    return row["n"], Decimal(row["amount"]), row["fraud"], Decimal(row["fraud_amount"] or 0)


def table(rows: Iterable[Mapping[str, Any]], key: str) -> dict[Any, Figures]:
    return {row[key]: expected(row) for row in rows}


def added(parts: Iterable[tuple[Any, Sums]]) -> dict[Any, Figures]:
    total: dict[Any, Sums] = {}
    for key, sums in parts:
        total[key] = total.get(key, Sums()) + sums
    return {key: figures(sums) for key, sums in total.items()}


def test_the_totals(sparkov: Sparkov) -> None:
    fold, totals = folded(sparkov), sparkov.oracle["totals"]
    assert figures(fold.total) == (
        totals["rows"],
        Decimal(totals["total_amount_exact"]),
        totals["fraud_count"],
        Decimal(totals["fraud_amount_exact"]),
    )
    assert fold.total.labelled == totals["rows"] - totals["unlabelled"]
    assert fold.customers == totals["distinct_customers"]
    assert fold.smallest is not None
    assert fold.largest is not None
    assert money(fold.smallest.amount_e4) == Decimal(str(totals["min_amount"]))
    assert money(fold.largest.amount_e4) == Decimal(str(totals["max_amount"]))
    assert len(fold.daily) == totals["days"]


def test_rates_and_the_average(sparkov: Sparkov) -> None:
    total, totals = folded(sparkov).total, sparkov.oracle["totals"]
    assert total.frauds / total.labelled == totals["fraud_rate"]
    assert math.isclose(
        total.fraud_volume_e4 / total.labelled_volume_e4, totals["fraud_amount_rate"], rel_tol=1e-12
    )
    assert math.isclose(total.volume_e4 / total.volume_rows / 10_000, totals["avg_amount"], rel_tol=1e-12)


def test_the_first_and_the_last_moment(sparkov: Sparkov) -> None:
    with read_only([sparkov.bank]) as session:
        first, last = extent(session) or EVERYTHING
    assert [f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (first, last)] == [
        sparkov.oracle["totals"]["first_ts"],
        sparkov.oracle["totals"]["last_ts"],
    ]


@pytest.mark.parametrize(
    "dimension", ["category", "channel", "state", "country", "payment_method", "transaction_type"]
)
def test_every_value_of_a_dimension(sparkov: Sparkov, dimension: str) -> None:
    found = {value: figures(sums) for value, sums in folded(sparkov).by(dimension).items()}
    assert found == table(sparkov.oracle[f"by_{dimension}"], dimension)


def test_the_only_currency(sparkov: Sparkov) -> None:
    with read_only([sparkov.bank]) as session:
        fold = read(session, Selection((sparkov.bank_id,), *EVERYTHING, currency="USD"))
    (row,) = sparkov.oracle["by_currency"]
    assert figures(fold.total) == expected(row)


def test_the_first_ten_days(sparkov: Sparkov) -> None:
    found = {f"{day:%Y-%m-%d}": figures(sums) for day, sums in folded(sparkov).daily[:10]}
    assert found == table(sparkov.oracle["by_day_first10"], "d")


def test_every_month(sparkov: Sparkov) -> None:
    found = added((f"{day:%Y-%m}", sums) for day, sums in folded(sparkov).daily)
    assert found == table(sparkov.oracle["by_month"], "m")


def test_every_hour(sparkov: Sparkov) -> None:
    hours = folded(sparkov).hours
    found = added((hour, hours[weekday][hour]) for weekday in range(7) for hour in range(24))
    assert found == table(sparkov.oracle["by_hour"], "h")


def test_every_weekday(sparkov: Sparkov) -> None:
    hours = folded(sparkov).hours
    found = added((weekday + 1, hours[weekday][hour]) for weekday in range(7) for hour in range(24))
    assert found == table(sparkov.oracle["by_iso_weekday"], "dow")


def test_the_ten_largest_transactions(sparkov: Sparkov) -> None:
    rows = execute_query(
        "select transaction_id, customer_id, card_masked, merchant_id, amount, timestamp, is_fraud"
        " from transactions order by bank_id, amount_base_e4 desc nulls last, transaction_id limit 10",
        banks=[sparkov.bank],
    )
    found = [
        (
            row["transaction_id"],
            row["customer_id"],
            row["card_masked"],
            row["merchant_id"],
            row["amount"],
            f"{row['timestamp'].astimezone(UTC):%Y-%m-%d %H:%M:%S}",
            int(row["is_fraud"]),
        )
        for row in rows
    ]
    assert found == [
        (
            row["transaction_id"],
            fingerprint(row["customer_id"], KEY),
            mask(row["customer_id"]),
            row["merchant_id"],
            Decimal(row["amount"]),
            row["ts"],
            row["is_fraud"],
        )
        for row in sparkov.oracle["top10_by_amount"]
    ]


def by_party(sparkov: Sparkov, key: str) -> dict[str, Figures]:
    rows = execute_query(
        f"select {key} as party, count(*) as n, sum(amount) as amount,"
        " count(*) filter (where is_fraud) as fraud,"
        " coalesce(sum(amount) filter (where is_fraud), 0) as fraud_amount from transactions group by 1",
        banks=[sparkov.bank],
    )
    return {row["party"]: (row["n"], row["amount"], row["fraud"], row["fraud_amount"]) for row in rows}


def test_merchants(sparkov: Sparkov) -> None:
    found = by_party(sparkov, "merchant_id")
    assert len(found) == sparkov.oracle["totals"]["distinct_merchants"]
    for ranking in ("top10_merchants_by_fraud_count", "top10_merchants_by_amount"):
        wanted = table(sparkov.oracle[ranking], "merchant_id")
        assert {merchant: found[merchant] for merchant in wanted} == wanted
    largest = sorted(found, key=lambda merchant: -found[merchant][1])[:10]
    assert largest == [row["merchant_id"] for row in sparkov.oracle["top10_merchants_by_amount"]]


def test_customers_through_their_fingerprint(sparkov: Sparkov) -> None:
    found = by_party(sparkov, "customer_id")
    wanted = {
        fingerprint(row["customer_id"], KEY): expected(row)
        for row in sparkov.oracle["top10_customers_by_amount"]
    }
    assert len(found) == sparkov.oracle["totals"]["distinct_customers"]
    assert sorted(found, key=lambda customer: -found[customer][1])[:10] == list(wanted)
    assert {customer: found[customer] for customer in wanted} == wanted


def test_one_merchant_and_one_customer_as_filters(sparkov: Sparkov) -> None:
    merchant = sparkov.oracle["top10_merchants_by_amount"][0]
    customer = sparkov.oracle["top10_customers_by_amount"][0]
    customer_id = fingerprint(customer["customer_id"], KEY)
    with read_only([sparkov.bank]) as session:
        of_merchant = read(
            session, Selection((sparkov.bank_id,), *EVERYTHING, merchant_id=merchant["merchant_id"])
        )
        of_customer = read(session, Selection((sparkov.bank_id,), *EVERYTHING, customer_id=customer_id))
    assert figures(of_merchant.total) == expected(merchant)
    assert figures(of_customer.total) == expected(customer)


def test_the_quantiles_of_the_amount(sparkov: Sparkov) -> None:
    wanted = sparkov.oracle["amount_quantiles_discrete"]
    shares = ", ".join(f"{int(name[1:]) / 100}" for name in wanted)
    (row,) = execute_query(
        f"select percentile_disc(array[{shares}]) within group (order by amount) as found from transactions",
        banks=[sparkov.bank],
    )
    assert row["found"] == [Decimal(str(value)) for value in wanted.values()]


def test_no_card_number_is_stored(sparkov: Sparkov) -> None:
    stored = execute_query(
        "select customer_id, first_name, last_name from customers"
        " where customer_id ~ '^[0-9]{12,19}$' or search_key is null or date_of_birth is null",
        banks=[sparkov.bank],
    )
    assert stored == []
    masks = execute_query(
        "select distinct card_masked from transactions where card_masked !~ '^([0-9]{6})?[*]+[0-9]{4}$'",
        banks=[sparkov.bank],
    )
    assert masks == []


def test_the_dataset_says_what_it_holds(sparkov: Sparkov) -> None:
    (row,) = execute_query(
        "select d.rows, d.layout, j.status, dj.rows_read, dj.rows_accepted from datasets d"
        " join dataset_jobs dj using (bank_id, dataset_id) join jobs j using (job_id)",
        banks=[sparkov.bank],
    )
    rows = sparkov.oracle["raw_rows"]
    assert Counter(row.values()) == Counter([rows, "sparkov", "succeeded", rows, rows])
