"""Each choice of the filter bar is a link to the address that it makes."""

from __future__ import annotations

from typing import Any

from dash import dcc

from dashboard.charts.figure import Words
from dashboard.filters import Filters, Measure
from dashboard.language import translator
from layouts import filter_bar
from layouts.chips import chip_value, chips
from tests.dashboard.test_view import DEMO, NORTH, SOUTH
from tests.layouts.test_tiles import texts

EN, FR = Words("en", translator("en")), Words("fr", translator("fr"))


def links(components: Any) -> list[tuple[str, str]]:
    """Return text and address of every link."""
    found: list[tuple[str, str]] = []
    for component in components:
        if isinstance(component, dcc.Link):
            found.append(("".join(texts(component)), getattr(component, "href", "")))
        elif isinstance(getattr(component, "children", None), list):
            found += links(component.children)
    return found


def test_a_preset_keeps_everything_else() -> None:
    filters = Filters.from_query("bank=north&channel=online&range=7d")
    assert ("90 days", "/?range=90d&bank=north&channel=online") in links(
        filter_bar.range_menu("/", filters, EN)
    )
    assert ("30 days", "/?bank=north&channel=online") in links(filter_bar.range_menu("/", filters, EN))


def test_a_comparison_and_a_measure_are_links_too() -> None:
    filters = Filters.from_query("bank=north")
    assert ("nothing", "/?compare=off&bank=north") in links(filter_bar.comparison_menu("/", filters, EN))
    assert links(filter_bar.measure_switch("/", filters, Measure.COUNT, FR)) == [
        ("en nombre", "/?bank=north"),
        ("en montant", "/?bank=north&by=amount"),
    ]


def test_a_bank_can_be_shown_alone_or_added() -> None:
    filters = Filters.from_query("bank=north")
    menu = filter_bar.bank_menu("/", filters, [NORTH], [NORTH, SOUTH, DEMO], EN)
    found = [href for _, href in links(menu)]
    assert found == [
        "/?bank=all",
        "/?bank=north",  # the only one cannot be taken away
        "/?bank=north",
        "/?bank=north&bank=south",
        "/?bank=south",
        "/?bank=demo&bank=north",
        "/?bank=demo",
    ]


def test_the_bank_control_says_how_many() -> None:
    every = [NORTH, SOUTH, DEMO]
    assert texts(filter_bar.bank_label([NORTH], every, EN)) == ["Bank"]
    assert texts(filter_bar.bank_label([NORTH, SOUTH], every, EN)) == ["Bank", "+1"]
    assert texts(filter_bar.bank_label(every, every, EN)) == ["all banks"]
    assert texts(filter_bar.bank_label([], [], EN)) == ["no bank"]


def test_chips_say_what_narrows_and_lift_it() -> None:
    filters = Filters.from_query("bank=north&channel=atm&country!=FR&amount=5..&merchant=m-1")
    found = chips("/", filters, EN, "EUR")
    said = ["".join(texts(chip)) for chip in found]
    assert said == ["amount ≥ €5", "merchant m-1", "channel cash machine", "country not France", "Clear"]
    assert links(found)[-1] == ("Clear", "/?bank=north")
    assert links(found)[0] == ("", "/?bank=north&merchant=m-1&channel=atm&country!=FR")


def test_without_filters_there_are_no_chips() -> None:
    assert chips("/", Filters.from_query("bank=north&range=7d"), EN) == []


def test_an_address_below_another_path_keeps_it() -> None:
    assert filter_bar.address("/vigie/", Filters.from_query("range=7d")) == "/vigie/?range=7d"


def test_bounds_of_amounts_are_written_as_they_are() -> None:
    for query, text in (
        ("amount=5..500", "€5–€500"),
        ("amount=0.5..", "≥ €0.50"),
        ("amount=..12000", "up to €12,000"),
        ("score=0.7..", "≥ 0.7"),
    ):
        key = query.partition("=")[0]
        assert chip_value(key, Filters.from_query(query), EN, "EUR") == text
    assert chip_value("amount", Filters.from_query("amount=1200.."), EN) == "≥ 1,200"
