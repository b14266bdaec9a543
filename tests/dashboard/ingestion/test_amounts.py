"""Amounts as people write them become the plain numbers that they mean, or stay what they are."""

from __future__ import annotations

import pyarrow as pa
import pytest

from dashboard.ingestion.amounts import currency_shown, decimals_shown, plain_amounts
from dashboard.ingestion.numbers import money


def column(*cells: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(cells, pa.string())])


@pytest.mark.parametrize(
    ("cell", "amount_e4"),
    [
        ("$134.09", 1_340_900), ("$-99.00", -990_000), ("-$99.00", -990_000), ("£59,801.33", 598_013_300),
        ("$4,111,523.68", 41_115_236_800), ("€ 12.50", 125_000), ("12.50 €", 125_000), ("USD 12.50", 125_000),
        ("12.50EUR", None), ("12.50 EUR", 125_000), ("US$7", 70_000), ("(134.09)", -1_340_900),
        ("($134.09)", -1_340_900), ("5.00-", -50_000), ("1 234.50", 12_345_000),
        ("1'234'567", 12_345_670_000),
        ("1\N{NO-BREAK SPACE}234.5", 12_345_000), ("1,234", 12_340_000), ("+3", 30_000), (".5", 5_000),
        ("$0.00", 0),
    ],
)  # fmt: skip
def test_currency_signs_thousands_and_brackets_are_understood(cell: str, amount_e4: int | None) -> None:
    found = money(column(cell))
    assert found.values.to_pylist() == [amount_e4]
    assert found.bad.tolist() == [amount_e4 is None]


@pytest.mark.parametrize("cell", ["1,23", "1,2345", "1.2.3", "$", "()", "1,,234", "12,34,567", "--1", "=1+1"])
def test_what_a_decimal_point_cannot_explain_is_no_amount(cell: str) -> None:
    assert money(column(cell)).bad.tolist() == [True]


@pytest.mark.parametrize(
    ("cell", "amount_e4"),
    [("1.234,56", 12_345_600), ("1234,5", 12_345_000), ("-7", -70_000), ("1.234", 12_340_000),
     ("12,50 €", 125_000), ("1 234,50", 12_345_000), ("12.50", None), ("1,234.5", None)],
)  # fmt: skip
def test_decimal_commas_are_read_where_the_file_has_them(cell: str, amount_e4: int | None) -> None:
    found = money(column(cell), has_decimal_comma=True)
    assert found.values.to_pylist() == [amount_e4]
    assert found.bad.tolist() == [amount_e4 is None]


def test_plain_numbers_are_left_as_they_are() -> None:
    written = pa.array(["1", "2.50", None, "-3"])
    assert plain_amounts(written, has_decimal_comma=False) is written


@pytest.mark.parametrize(
    ("cells", "shown"),
    [
        (["1.50", "2"], {"point"}),
        (["1,50", "2"], {"comma"}),
        (["1.234,50"], {"comma"}),
        (["1,234.50"], {"point"}),
        (["1,234"], {None}),
        (["1", "20"], set()),
        (["1.50", "1,50"], {"point", "comma"}),
        (["1,234", "1,5"], {"comma"}),
    ],
)
def test_amounts_show_their_decimal_sign_or_leave_it_open(cells: list[str], shown: set[str | None]) -> None:
    assert decimals_shown(pa.array(cells)) == shown


def test_a_sign_names_its_currency_and_a_dollar_may_be_anybodys() -> None:
    assert currency_shown(pa.array(["£5", "£6"])) == "GBP"
    assert currency_shown(pa.array(["$5"])) is None
    assert currency_shown(pa.array(["£5", "€6"])) is None
