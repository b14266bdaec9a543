"""Numbers, money, shares, durations and days look the same everywhere, per unit."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from dashboard import formatting as f

LOCALES = ("en", "fr")


@given(st.integers(-(10**15), 10**15), st.sampled_from(LOCALES))
def test_a_count_is_grouped_as_babel_groups_it(value: int, locale: str) -> None:
    expected = format_decimal(value, locale=locale).replace("-", f.MINUS)
    assert f.count(value, locale) == expected


@pytest.mark.parametrize("currency", ["EUR", "USD", "CHF", "JPY", "TND"])
@pytest.mark.parametrize("locale", LOCALES)
def test_an_amount_of_a_few_units_is_what_babel_writes(currency: str, locale: str) -> None:
    assert f.money(Decimal("123.56"), currency, locale) == format_currency(
        Decimal("123.56"), currency, locale=locale
    )


def test_an_amount_from_a_thousand_on_is_whole() -> None:
    assert f.money(Decimal("999.99"), "EUR", "en") == "€999.99"
    assert f.money(Decimal("486120.40"), "EUR", "en") == "€486,120"
    assert f.money_exact(Decimal("486120.4000"), "EUR", "en") == "€486,120.40"
    assert f.money_exact(Decimal("0.1234"), "EUR", "en") == "€0.1234"


def test_a_negative_amount_carries_its_sign_before_the_currency() -> None:
    assert f.money(Decimal(-5), "EUR", "en") == "−€5.00"


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.00183, "0.183 %"), (0.0, "0 %"), (0.0279, "2.79 %"), (0.314, "31.4 %"), (1.0, "100.0 %")],
)
def test_a_share_has_three_digits_or_so(share: float, text: str) -> None:
    assert f.percent(share, "en").replace(f.SPACE, " ") == text


def test_both_ends_of_an_interval_have_the_decimals_of_the_larger() -> None:
    assert f.percent_range(0.025, 0.194, "en").replace(f.SPACE, " ") == "2.5–19.4 %"
    assert f.percent_range(0.00176, 0.00191, "fr").replace(f.SPACE, " ") == "0,176–0,191 %"


def test_what_rounds_to_nothing_has_no_sign() -> None:
    assert f.points(-0.0000001, "en") == "0.000"


@pytest.mark.parametrize(
    ("value", "text"),
    [(14_000, "14 k"), (1_250_000, "1.2 M"), (950, "950"), (0.1, "0.1"), (2e9, "2 bn")],
)
def test_an_axis_has_short_numbers(value: float, text: str) -> None:
    assert f.short(value, "en").replace(f.SPACE, " ") == text


@pytest.mark.parametrize(
    ("span", "en", "fr"),
    [
        (timedelta(seconds=40), "40 s", "40 s"),
        (timedelta(minutes=4, seconds=59), "4 min", "4 min"),
        (timedelta(hours=47), "1 d", "1 j"),
        (timedelta(seconds=-3), "0 s", "0 s"),
    ],
)
def test_an_age_is_told_in_its_largest_whole_unit(span: timedelta, en: str, fr: str) -> None:
    assert f.age(span, "en").replace(f.SPACE, " ") == en
    assert f.age(span, "fr").replace(f.SPACE, " ") == fr


@pytest.mark.parametrize(
    ("ms", "text"), [(0.42, "0.4 ms"), (38.4, "38 ms"), (6_240, "6.2 s"), (125_000, "2 min")]
)
def test_a_duration_is_told_in_its_unit(ms: float, text: str) -> None:
    assert f.duration_ms(ms, "en").replace(f.SPACE, " ") == text


def test_a_span_of_days_names_the_year_only_where_it_is_not_this_one() -> None:
    first, last = date(2026, 10, 16), date(2026, 11, 14)
    assert f.days(first, last, "en", this_year=2026).replace(f.SPACE, " ") == "16 Oct – 14 Nov"
    assert f.days(first, last, "fr", this_year=2027).replace(f.SPACE, " ") == "16 oct. – 14 nov. 2026"
    assert f.days(date(2019, 1, 1), last, "en", this_year=2026).replace(f.SPACE, " ") == (
        "1 Jan 2019 – 14 Nov 2026"
    )


def test_a_moment_is_told_in_the_zone_given() -> None:
    assert f.moment(datetime(2026, 1, 1, 23, 30, tzinfo=UTC), "Europe/Paris", "en") == "2 Jan 2026, 00:30"


def test_weeks_begin_on_monday() -> None:
    assert f.weekdays("en")[0] == "Mon"
    assert f.weekdays("fr")[6].startswith("dim")
