"""Cells of a stranger's file become ours or are marked bad, the same from text and from typed columns."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from dashboard.ingestion import values
from dashboard.ingestion.moments import moment
from dashboard.ingestion.numbers import money, number
from dashboard.ingestion.values import Converted


def column(*cells: object, kind: pa.DataType | None = None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(cells, kind)])


def taken(converted: Converted) -> list[object]:
    """Bad cells are shown as the word bad."""
    found = zip(converted.values.to_pylist(), converted.bad.tolist(), strict=True)
    return ["bad" if bad else value for value, bad in found]


def test_amounts_are_exact_ten_thousandths() -> None:
    cells = ["204.85", "1", "0.0001", "+5.5", "-3", ".5", "9999999999999.9999", "", None]
    assert taken(money(column(*cells))) == [
        2_048_500, 10_000, 1, 55_000, -30_000, 5_000, 99_999_999_999_999_999, None, None,
    ]  # fmt: skip


def test_amounts_round_half_to_even_from_text_and_from_floats() -> None:
    cells = [1.00005, 1.00015, 2.00025, 0.30000000000000004, 1e-05, 123456789012.345]
    expected = [10_000, 10_002, 20_002, 3_000, 0, 1_234_567_890_123_450]
    assert taken(money(column(*cells))) == expected
    assert taken(money(column(*map(repr, cells)))) == expected
    assert taken(money(column(*(Decimal(repr(cell)) for cell in cells)))) == expected


@pytest.mark.parametrize(
    "cell",
    [
        "abc",
        "1,00",
        "1,0000",
        "$",
        "12 EUROS",
        "NaN",
        "inf",
        "1e99",
        "1e9999999",
        "10000000000000",
        "1e13",
        "--1",
        "1.2.3",
        "٣",
    ],
)
def test_what_is_no_amount_is_bad(cell: str) -> None:
    assert taken(money(column("1", cell))) == [10_000, "bad"]


def test_a_float_that_is_no_number_is_no_amount() -> None:
    assert taken(money(column(1.0, None, float("nan"), float("inf"), 1e30))) == [
        10_000,
        None,
        "bad",
        "bad",
        "bad",
    ]


def test_exponents_of_spreadsheets_are_read() -> None:
    assert taken(money(column("2.5E+3", "1e-2"))) == [25_000_000, 100]


@pytest.mark.parametrize(
    "cell",
    ["2020-02-29 23:59:58", "2020-02-29T23:59:58", "2020-02-29T23:59:58Z", "2020-03-01 01:29:58+01:30",
     "2020-02-29 23:59:58.000000", "2020-02-29 18:59:58-0500", " 2020-02-29 23:59:58.000000123 "],
)  # fmt: skip
def test_times_are_read_in_the_spellings_of_iso_8601(cell: str) -> None:
    assert taken(moment(column(cell), "UTC")) == [datetime(2020, 2, 29, 23, 59, 58, tzinfo=UTC)]


def test_minutes_and_days_are_times_too() -> None:
    found = taken(moment(column("2020-02-29 23:59", "2020-02-29", "2020-02-29T10:00+02:00"), "UTC"))
    assert found == [
        datetime(2020, 2, 29, 23, 59, tzinfo=UTC),
        datetime(2020, 2, 29, tzinfo=UTC),
        datetime(2020, 2, 29, 8, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    "cell",
    ["2019-02-29 00:00:00", "2020-13-01", "2020-00-10", "2020-01-00", "2020-04-31 10:00",
     "2020-01-01 24:00:00", "2020-01-01 23:60:00", "2020-01-01 23:59:60",
     "294276-01-01 00:00:00", "1969-12-31 23:59:59",
     "2100-01-01 00:00:00", "2020-01-01 00:00:00+99:99", "2020-01-01T00:00:00-24:00",
     "2020-01-01T00:00:00+01:60", "yesterday", "01-01-2020 00:00", "1/2/20", "99999999999", "20201301"],
)  # fmt: skip
def test_what_is_no_time_is_bad_beside_good_ones(cell: str) -> None:
    good = datetime(2020, 1, 1, tzinfo=UTC)
    assert taken(moment(column("2020-01-01", cell, None, "2020-01-01 00:00"), "UTC")) == [
        good,
        "bad",
        None,
        good,
    ]


def test_naive_times_are_the_zones_clocks_and_changes_are_counted() -> None:
    converted = moment(
        column("2020-03-29 02:30:00", "2020-07-01 12:00:00", "2020-10-25 02:30:00"), "Europe/Paris"
    )
    assert taken(converted)[1] == datetime(2020, 7, 1, 10, tzinfo=UTC)
    assert (converted.skipped, converted.doubled) == (1, 1)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [(datetime(2020, 7, 1, 12), pa.timestamp("ns")), (datetime(2020, 7, 1, 12), pa.timestamp("s")),  # noqa: DTZ001
     (datetime(2020, 7, 1, 10, tzinfo=UTC), pa.timestamp("ms", "America/New_York"))],
)  # fmt: skip
def test_typed_times_equal_their_text(cell: datetime, kind: pa.DataType) -> None:
    found = taken(moment(column(cell, None, kind=kind), "Europe/Paris"))
    assert found == [datetime(2020, 7, 1, 10, tzinfo=UTC), None]


@pytest.mark.parametrize(
    ("cell", "kind"),
    [(9_224_318_015_999, pa.timestamp("s")), (-(2**63), pa.timestamp("s")), (2**63 - 1, pa.timestamp("ms")),
     (2**31 - 1, pa.date32()), (2**63 - 1, pa.timestamp("us", "UTC")), (-(2**63), pa.timestamp("us"))],
)  # fmt: skip
def test_times_beyond_every_calendar_are_bad_and_do_not_come_round(cell: int, kind: pa.DataType) -> None:
    whole = pa.array([cell], pa.int32() if pa.types.is_date(kind) else pa.int64())
    assert taken(moment(pa.chunked_array([whole.view(kind)]), "Europe/Paris")) == ["bad"]


def test_typed_days_are_midnight() -> None:
    assert taken(moment(column(date(2020, 1, 1)), "UTC")) == [datetime(2020, 1, 1, tzinfo=UTC)]


def test_coordinates_are_bounded_and_may_be_missing() -> None:
    assert taken(number(column("27.8427", "-90", "90.1", "", "x", "nan"), -90, 90)) == [
        27.8427, -90.0, "bad", None, "bad", "bad",
    ]  # fmt: skip
    assert taken(number(column(1.5, float("nan"), 91.0), -90, 90)) == [1.5, None, "bad"]
    assert taken(number(column(2**60, 7), -90, 90)) == ["bad", 7.0]


def test_labels_are_read_in_their_usual_spellings() -> None:
    cells = ["1", "0", "Yes", "no", "TRUE", "false", "1.0", "", None, "maybe"]
    assert taken(values.flag(column(*cells))) == [
        True, False, True, False, True, False, True, None, None, "bad",
    ]  # fmt: skip
    assert taken(values.flag(column(1, 0, None))) == [True, False, None]
    assert taken(values.flag(column(1.0, 0.0, float("nan")))) == [True, False, None]
    assert taken(values.flag(column(*(True, False, None)))) == [True, False, None]


def test_ids_stay_as_written_but_for_blanks_around_them() -> None:
    assert taken(values.identifier(column(" 007 ", "", "x" * 129, "Zoé"))) == ["007", None, "bad", "Zoé"]
    assert taken(values.identifier(column(7.0, None, float("nan")))) == ["7", None, None]
    assert taken(values.identifier(column("a", "b\0"))) == ["a", "bad"]


def test_bytes_that_are_no_text_are_bad() -> None:
    broken = pa.chunked_array([pa.array([b"ok", b"\xff\xfe"], pa.binary()).view(pa.string())])
    assert taken(values.identifier(broken)) == ["ok", "bad"]


def test_the_country_namibia_is_not_missing() -> None:
    assert taken(values.text(column("NA", "N/A", "null"))) == ["NA", "N/A", "null"]


def test_choices_take_any_case_and_unknown_words_become_other() -> None:
    known = frozenset({"credit_card", "cash"})
    assert taken(values.choice(column("Credit Card", "CASH", "Visa"), known, "other")) == [
        "credit_card", "cash", "other",
    ]  # fmt: skip
    assert taken(values.choice(column("cash", "Visa"), known, None)) == ["cash", "bad"]


def test_currencies_and_addresses_are_checked() -> None:
    assert taken(values.currency(column("usd", "EUR", "US", "12$"))) == ["USD", "EUR", "bad", "bad"]
    assert taken(values.address(column("10.0.0.1", "::1", "300.1.1.1"))) == ["10.0.0.1", "::1", "bad"]


def test_an_empty_chunk_of_a_column_with_a_nul_is_no_mistake() -> None:
    assert taken(values.identifier(column("a\0b").slice(1))) == []


def test_an_empty_chunk_is_no_mistake() -> None:
    empty = column(kind=pa.string())
    assert taken(money(empty)) == taken(moment(empty, "Europe/Paris")) == taken(values.flag(empty)) == []


def test_a_dictionary_column_is_read_as_its_words() -> None:
    words = pa.chunked_array([pa.array(["a", None, "a"]).dictionary_encode()])
    assert taken(values.text(words)) == ["a", None, "a"]
