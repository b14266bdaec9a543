"""The address and the filter say the same, and a hostile address is answered with a sentence."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import MappingProxyType
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.filters import DIMENSION_KEYS, LONGEST_VALUE, Choices, Filters, Measure
from dashboard.periods import Comparison, Custom, Preset
from database.dimensions import FILTERED
from database.queries.rows import Order
from models.errors import UserError

wall = datetime.fromisoformat

WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=30)
FREE_WORDS = st.text(max_size=LONGEST_VALUE).filter(str.isprintable)
WALL = st.datetimes(wall("1971-01-01"), wall("2198-12-30")).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@st.composite
def customs(draw: st.DrawFn) -> Custom:
    since = draw(WALL)
    return Custom(since, since + timedelta(minutes=draw(st.integers(1, 10**6))))


@st.composite
def choices(draw: st.DrawFn) -> Choices:
    chosen = {}
    for slug in draw(st.sets(st.sampled_from(sorted(DIMENSION_KEYS.values())))):
        known = FILTERED[slug].choices
        values = st.sampled_from(["", *known]) if known else FREE_WORDS
        chosen[slug] = frozenset(draw(st.sets(values, min_size=1, max_size=3)))
    return MappingProxyType(chosen)


@st.composite
def bounds(draw: st.DrawFn, largest: int) -> tuple[int | None, int | None] | None:
    ends = sorted(draw(st.lists(st.integers(0, largest), min_size=2, max_size=2)))
    return draw(st.sampled_from([None, (ends[0], None), (None, ends[1]), (ends[0], ends[1])]))


FILTERS = st.builds(
    Filters,
    period=st.one_of(st.sampled_from(Preset), customs()),
    comparison=st.sampled_from(Comparison),
    measure=st.sampled_from(Measure),
    banks=st.lists(WORDS.filter(lambda code: code != "all"), max_size=3).map(
        lambda codes: tuple(sorted(set(codes)))
    ),
    include=choices(),
    exclude=choices(),
    amount_e4=bounds(10**15),
    score_e4=bounds(10_000),
    customer=st.one_of(st.none(), FREE_WORDS.filter(str.strip)),
    merchant=st.one_of(st.none(), FREE_WORDS.filter(str.strip)),
    text=st.one_of(st.none(), FREE_WORDS.filter(str.strip)),
    order=st.sampled_from(Order),
)


@given(FILTERS)
def test_an_address_reads_as_the_filter_that_wrote_it(filters: Filters) -> None:
    assert Filters.from_query(filters.to_query()) == filters


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused_with_a_sentence(query: str) -> None:
    filters, problems = Filters.understood(query)
    assert Filters.from_query(filters.to_query()) == filters
    for problem in problems:
        assert str(problem)


@given(
    st.sampled_from(
        [
            "range",
            "compare",
            "by",
            "bank",
            "amount",
            "score",
            "customer",
            "channel!",
            "hour",
            "risk!",
            "text",
            "order",
            "v",
            "x",
        ]
    ),
    st.text(max_size=60),
)
def test_any_value_of_any_key_is_read_or_refused_with_a_sentence(key: str, value: str) -> None:
    query = f"{key}={quote(value, errors='replace')}&compare=year"
    filters, problems = Filters.understood(query)
    assert problems or Filters.from_query(query) == filters
    if key not in {"compare", "v"}:
        assert filters.comparison is Comparison.YEAR


@pytest.mark.parametrize(
    ("query", "part"),
    [
        ("range=31d", "can be 24h, 7d"),
        ("range=2020-12-31..2020-12-01", "ends before it begins"),
        ("range=2020-13-01..2020-12-31", "is not a day"),
        ("range=0001-01-01..9999-12-31", "out of reach"),
        ("range=2020-12-01T10:00:30..2020-12-02", "is not a day"),
        ("amount=0.00001..", "finer than four decimals"),
        ("amount=NaN..5", "out of reach"),
        ("amount=1e400..", "out of reach"),
        ("amount=1e999999..", "out of reach"),
        ("amount=1e9999999..", "out of reach"),
        ("amount=..", "needs a lower or an upper end"),
        ("amount=9..5", "ends before it begins"),
        ("score=0.7..1.1", "between 0 and 1"),
        ("channel=fax", "not a value"),
        ("unknown=1", "is not a filter"),
        ("by=count&by=amount", "more than once"),
        ("v=2", "another version"),
        ("country=%00", "signs that cannot be shown"),
        ("country=%ff", "cannot be read"),
        ("country=" + "x" * 129, "too long"),
        ("x=" + "y" * 5_000, "longer than"),
        ("&".join(f"country={n}" for n in range(201)), "more than 200 values"),
        ("bank=", "has no name"),
        ("label=maybe", "not a value"),
        ("hour=mon-24", "not a value"),
        ("risk=enormous", "not a value"),
        ("order=random", "can be newest, oldest"),
        ("text=%20", "is empty"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(query: str, part: str) -> None:
    with pytest.raises(UserError, match=part):
        Filters.from_query(query)


def test_what_can_be_understood_of_a_bad_address_is_kept() -> None:
    filters, problems = Filters.understood("range=90d&channel=fax&country=FR&x=1")
    assert filters == Filters(period=Preset.DAYS_90, include=MappingProxyType({"country": frozenset({"FR"})}))
    assert len(problems) == 2


def test_an_empty_address_is_the_default_view() -> None:
    assert Filters.from_query("") == Filters.from_query("?") == Filters()
    assert Filters().to_query() == ""


def test_the_last_day_of_a_range_is_included_and_the_last_minute_is_not() -> None:
    period = Filters.from_query("range=2020-12-01..2020-12-31").period
    assert period == Custom(wall("2020-12-01"), wall("2021-01-01"))
    period = Filters.from_query("range=2020-12-01T10:00..2020-12-01T12:30").period
    assert period == Custom(wall("2020-12-01T10:00"), wall("2020-12-01T12:30"))


def test_a_readable_address_is_written() -> None:
    filters = Filters(
        period=Preset.DAYS_90,
        banks=("north", "south"),
        include=MappingProxyType({"channel": frozenset({"mobile", "online"})}),
        exclude=MappingProxyType({"country": frozenset({"FR", ""})}),
        amount_e4=(50_000, None),
    )
    assert filters.to_query() == (
        "range=90d&bank=north&bank=south&amount=5..&channel=mobile&channel=online&country!=&country!=FR"
    )


def test_one_filter_is_lifted_and_the_others_stay() -> None:
    filters = Filters.from_query("bank=north&channel=online&country!=FR&amount=5..")
    assert filters.chosen() == ("amount", "channel", "country!")
    assert filters.without("country!").to_query() == "bank=north&amount=5..&channel=online"
    assert filters.without("amount").to_query() == "bank=north&channel=online&country!=FR"
    assert filters.cleared().to_query() == "bank=north"
