"""Every figure of the independent reference equals what the Overview shows, from the address on."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dashboard import seen as addresses
from dashboard.overview import Overview, ask
from dashboard.overview.kpis import Figure
from dashboard.overview.maturity import maturity_of
from dashboard.overview.rates import Rate
from dashboard.statistics.verdicts import Outcome
from database.connection import get_db_session
from database.queries.banks import bank_settings
from layouts.overview_answer import answered
from models.access import Person, Role
from tests.sparkov.imported import Sparkov

pytestmark = pytest.mark.sparkov
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
EVERYTHING = "range=2019-01-01..2020-12-31&compare=off&bank=sparkov"


@pytest.fixture
def reader(sparkov: Sparkov, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody who may see the bank, without a row in the kept database for them."""
    with get_db_session() as session:
        bank = bank_settings(session, sparkov.bank)
    monkeypatch.setattr(addresses, "visible_banks", lambda _session, _person: (bank,))
    maturity_of.cache_clear()
    return Person(1, "reader", "Reader", Role.VIEWER, (sparkov.bank,), "en", "light")


def seen(reader: Person, query: str) -> Overview:
    answer = ask.ask(reader, query, now=NOW)
    assert not answer.problems
    assert answer.overview is not None
    return answer.overview


def figure(found: Overview, slug: str) -> Figure:
    (kpi,) = (each for each in found.kpis if each.metric.slug == slug)
    (only,) = kpi.figures
    return only


def e4(text: str | None) -> int:
    return int(Decimal(text or 0) * 10_000)


def told(row: dict[str, Any]) -> tuple[int, int, int, int]:
    return row["n"], row["fraud"], e4(row["amount"]), e4(row["fraud_amount"])


def shown(rate: Rate) -> tuple[int, int, int, int]:
    return rate.trials, rate.hits, round(rate.whole * 10_000), round(rate.part * 10_000)


def test_the_tiles_equal_the_reference(reader: Person, sparkov: Sparkov) -> None:
    totals, found = sparkov.oracle["totals"], seen(reader, EVERYTHING)
    (whole,) = sparkov.oracle["by_transaction_type"]
    assert figure(found, "transactions").value == totals["rows"]
    assert figure(found, "volume").exact_e4 == e4(totals["total_amount_exact"])
    rate = figure(found, "fraud_rate")
    assert (rate.hits, rate.trials) == (whole["fraud"], whole["n"])
    assert rate.value == pytest.approx(whole["fraud_rate"], rel=1e-12)
    by_amount = figure(found, "fraud_rate_amount")
    assert (by_amount.hits, by_amount.trials) == (e4(whole["fraud_amount"]), e4(whole["amount"]))
    assert figure(found, "fraud_amount").exact_e4 == e4(whole["fraud_amount"])
    average = figure(found, "average_amount")
    assert average.value == pytest.approx(totals["avg_amount"], rel=1e-12)
    assert (average.smallest_e4, average.largest_e4) == (
        e4(str(totals["min_amount"])),
        e4(str(totals["max_amount"])),
    )
    assert figure(found, "anomalies").verdict.outcome is Outcome.NOT_ANALYSED


@pytest.mark.parametrize(
    ("dimension", "rows"),
    [
        ("category", "by_category"),
        ("channel", "by_channel"),
        ("country", "by_country"),
        ("payment_method", "by_payment_method"),
    ],
)
@pytest.mark.parametrize("measure", ["count", "amount"])
def test_every_ranking_equals_the_reference(
    reader: Person, sparkov: Sparkov, dimension: str, rows: str, measure: str
) -> None:
    ranking = seen(reader, f"{EVERYTHING}&by={measure}").rankings[dimension]
    expected = {row[dimension]: told(row) for row in sparkov.oracle[rows]}
    assert {each.value: shown(each.rate) for each in ranking.slices} == expected
    assert ranking.total == len(expected)


def test_the_table_of_hours_equals_the_reference(reader: Person, sparkov: Sparkov) -> None:
    heat = seen(reader, EVERYTHING).heat
    for row in sparkov.oracle["by_hour"]:
        cells = [shown(day[row["h"]]) for day in heat]
        assert tuple(map(sum, zip(*cells, strict=True))) == told(row)
    for row in sparkov.oracle["by_iso_weekday"]:
        cells = [shown(rate) for rate in heat[row["dow"] - 1]]
        assert tuple(map(sum, zip(*cells, strict=True))) == told(row)


def test_the_first_ten_days_equal_the_reference(reader: Person, sparkov: Sparkov) -> None:
    found = seen(reader, "range=2019-01-01..2019-01-10&compare=off&bank=sparkov")
    days = {point.at.date().isoformat(): shown(point.rate) for point in found.series.points}
    assert days == {row["d"]: told(row) for row in sparkov.oracle["by_day_first10"]}


def test_every_month_equals_the_reference(reader: Person, sparkov: Sparkov) -> None:
    for row in sparkov.oracle["by_month"]:
        first = date.fromisoformat(f"{row['m']}-01")
        last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        found = seen(reader, f"range={first}..{last}&compare=off&bank=sparkov&by=amount")
        assert shown(found.rate) == told(row)
        found = seen(reader, f"range={first}..{last}&compare=off&bank=sparkov")
        assert sum(point.rate.hits for point in found.series.points) == row["fraud"]


def test_the_first_view_is_december_2020_and_says_so(reader: Person) -> None:
    found = seen(reader, "")
    assert (found.view.span.first_day, found.view.span.last_day) == (date(2020, 12, 2), date(2020, 12, 31))
    assert found.view.anchored == date(2020, 12, 31)
    assert found.total.rows > 30_000
    assert figure(found, "fraud_rate").verdict.outcome is Outcome.NO_LABEL_DATES


def test_the_page_says_the_figures(reader: Person, sparkov: Sparkov) -> None:
    parts = answered(ask.ask(reader, EVERYTHING, now=NOW), "en", "/")
    text = str(parts["tiles"])
    assert "507,343" in text
    assert "$35,900,276.68" in text
    assert f"{sparkov.oracle['totals']['rows']:,}" in str(parts["foot_rate"])
