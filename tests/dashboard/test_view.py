"""An address becomes banks, minutes, zone and money for one reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from dashboard.filters import Filters, Measure
from dashboard.view import View, choose_banks, look

NOW = datetime(2026, 11, 14, 15, 30, tzinfo=UTC)
FRESH = (NOW - timedelta(days=400), NOW - timedelta(minutes=4))
OLD = (datetime(2019, 1, 1, tzinfo=UTC), datetime(2020, 12, 31, 23, 59, 13, tzinfo=UTC))


@dataclass(frozen=True)
class Bank:
    bank_id: int
    code: str
    name: str = "Bank"
    base_currency: str = "EUR"
    time_zone: str = "Europe/Paris"
    is_demo: bool = False


NORTH, SOUTH = Bank(1, "north"), Bank(2, "south", base_currency="USD", time_zone="America/New_York")
DEMO = Bank(3, "demo", is_demo=True)


def view(query: str, *banks: Bank, extent: tuple[datetime, datetime] | None = FRESH) -> View:
    return look(Filters.from_query(query), banks or [NORTH], extent, NOW)


def test_without_a_bank_in_the_address_the_default_one_is_shown() -> None:
    assert choose_banks((), [NORTH, DEMO], "demo") == ((DEMO,), ())
    assert choose_banks((), [NORTH, DEMO], None) == ((NORTH,), ())
    assert choose_banks((), [], None) == ((), ())


def test_all_means_all_that_the_reader_may_see() -> None:
    assert choose_banks(("all",), [NORTH, DEMO], None) == ((NORTH, DEMO), ())


def test_a_bank_of_others_is_left_out_and_told() -> None:
    chosen, refused = choose_banks(("north", "vault"), [NORTH, DEMO], "demo")
    assert chosen == (NORTH,)
    assert [str(message) for message in refused] == ["There is no bank “vault” among yours; it was left out."]
    chosen, refused = choose_banks(("vault",), [NORTH, DEMO], "demo")
    assert chosen == (DEMO,)
    assert len(refused) == 1


def test_one_bank_is_seen_in_its_own_zone_and_currency() -> None:
    seen = view("", NORTH)
    assert (seen.zone, seen.currency, seen.has_mixed_zones) == ("Europe/Paris", "EUR", False)
    assert seen.selection().bank_ids == (1,)


def test_banks_of_different_zones_and_currencies_have_no_common_ones() -> None:
    seen = view("by=amount", NORTH, SOUTH)
    assert (seen.zone, seen.currency, seen.has_mixed_zones) == ("UTC", None, True)
    assert seen.currencies == ("EUR", "USD")
    assert seen.measure is Measure.COUNT
    assert seen.selection().groups == {"EUR": frozenset({1}), "USD": frozenset({2})}
    assert seen.selection().bank_ids == (1, 2)


def test_one_chosen_currency_is_native_over_all_banks() -> None:
    seen = view("currency=JPY", NORTH, SOUTH)
    assert (seen.currency, seen.native) == ("JPY", True)
    selection = seen.selection()
    assert selection.currency == "JPY"
    assert "currency" not in selection.include


@pytest.mark.parametrize("query", ["currency=JPY&currency=EUR", "currency=", "currency!=JPY"])
def test_several_or_no_currencies_stay_in_base_money(query: str) -> None:
    seen = view(query, NORTH)
    assert (seen.currency, seen.native) == ("EUR", False)
    assert seen.selection().currency is None


def test_old_data_are_counted_back_and_say_from_when() -> None:
    assert view("", extent=OLD).anchored == date(2021, 1, 1)  # in Paris it is past midnight
    assert view("").anchored is None
    assert view("range=2020-12-01..2020-12-31", extent=OLD).anchored is None


def test_a_period_before_the_data_is_not_compared_with() -> None:
    short = (NOW - timedelta(days=40), NOW)
    assert view("", extent=short).previous is None
    assert view("", extent=short).has_before is False
    assert view("").previous is not None
    assert view("compare=off", extent=short).has_before is True


def test_every_filter_reaches_the_selection() -> None:
    selection = view("channel=online&country!=FR&amount=5..&score=..0.7&customer=c1&merchant=m1").selection()
    assert selection.include == {"channel": frozenset({"online"})}
    assert selection.exclude == {"country": frozenset({"FR"})}
    assert (selection.amount_e4, selection.score_e4) == ((50_000, None), (None, 7_000))
    assert (selection.customer_id, selection.merchant_id) == ("c1", "m1")
