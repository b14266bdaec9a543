"""The Overview's figures from small sets that can be added up by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from dashboard.filters import Filters, Measure
from dashboard.overview import Overview, overview
from dashboard.overview.kpis import Figure, Kpi
from dashboard.overview.series import Grain
from dashboard.statistics.intervals import wilson
from dashboard.statistics.maturity import Maturity
from dashboard.statistics.verdicts import Outcome
from dashboard.view import look
from database.segments import extent
from models.banks import Bank
from models.transactions import Channel, TransactionType
from tests.factories import make_bank, make_transaction

NOW = datetime(2026, 11, 14, 15, 30, tzinfo=UTC)
TODAY = datetime(2026, 11, 14, 10, 0, tzinfo=UTC)
THEN = TODAY - timedelta(days=30)
LONG_AGO = TODAY - timedelta(days=200)


def see(
    session: Session, *banks: Bank, query: str = "", now: datetime = NOW, maturity: Maturity | None = None
) -> Overview:
    view = look(Filters.from_query(query), banks, extent(session), now)
    return overview(session, view, maturity)


def kpi(found: Overview, slug: str) -> Kpi:
    return next(each for each in found.kpis if each.metric.slug == slug)


def figure(found: Overview, slug: str) -> Figure:
    (only,) = kpi(found, slug).figures
    return only


def fill(session: Session, bank: Bank, at: datetime, *, genuine: int, frauds: int, amount: int = 10) -> None:
    for number in range(genuine + frauds):
        make_transaction(session, bank, timestamp=at, amount=amount, is_fraud=number < frauds)


def test_every_tile_counts_what_it_says(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, timestamp=LONG_AGO)
    make_transaction(db, bank, timestamp=TODAY, amount="12.50", is_fraud=True)
    make_transaction(db, bank, timestamp=TODAY, amount="100", is_fraud=False)
    make_transaction(db, bank, timestamp=TODAY, amount="7.5")
    make_transaction(db, bank, timestamp=TODAY, amount=900, transaction_type=TransactionType.REFUND)
    found = see(db, bank)
    assert figure(found, "transactions").value == 4
    assert figure(found, "volume").value == 120.0
    assert figure(found, "volume").exact_e4 == 1_200_000
    rate = figure(found, "fraud_rate")
    assert (rate.hits, rate.trials, rate.value) == (1, 2, 0.5)
    assert rate.estimate == wilson(1, 2)
    assert figure(found, "fraud_rate_amount").value == pytest.approx(12.5 / 112.5)
    assert figure(found, "fraud_amount").value == 12.5
    average = figure(found, "average_amount")
    assert average.value == 40.0
    assert (average.smallest_e4, average.largest_e4) == (75_000, 1_000_000)


def test_anomalies_are_not_nought_before_anybody_looked(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, timestamp=TODAY)
    found = figure(see(db, bank), "anomalies")
    assert found.value is None
    assert found.verdict.outcome is Outcome.NOT_ANALYSED


def test_anomalies_are_counted_where_a_detector_looked(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, timestamp=TODAY, is_anomaly=True)
    make_transaction(db, bank, timestamp=TODAY, is_anomaly=False)
    assert figure(see(db, bank), "anomalies").value == 1


def test_without_labels_there_is_no_rate(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, timestamp=TODAY)
    found = see(db, bank)
    assert found.rate.estimate is None
    for slug in ("fraud_rate", "fraud_rate_amount", "fraud_amount"):
        assert figure(found, slug).value is None
        assert figure(found, slug).verdict.outcome is Outcome.NO_LABELS


def test_without_label_dates_no_direction_is_claimed(db: Session) -> None:
    bank = make_bank(db)
    fill(db, bank, LONG_AGO, genuine=1, frauds=0)
    fill(db, bank, THEN, genuine=60, frauds=0)
    fill(db, bank, TODAY, genuine=20, frauds=40)
    verdict = figure(see(db, bank), "fraud_rate").verdict
    assert verdict.outcome is Outcome.NO_LABEL_DATES
    assert verdict.change is not None
    assert verdict.change.value == pytest.approx(2 / 3)
    assert verdict.change.low > 0


def _ripe(until: datetime, *days: int) -> Maturity:
    return Maturity(until, tuple(timedelta(days=day) for day in days))


def test_old_enough_labels_are_compared(db: Session) -> None:
    bank = make_bank(db)
    fill(db, bank, LONG_AGO, genuine=1, frauds=0)
    fill(db, bank, THEN, genuine=60, frauds=0)
    fill(db, bank, TODAY, genuine=20, frauds=40)
    found = figure(see(db, bank, maturity=_ripe(NOW + timedelta(days=9), 1, 2, 3)), "fraud_rate")
    assert found.verdict.outcome is Outcome.UP
    assert found.compared_until is None


def test_young_labels_are_still_coming(db: Session) -> None:
    bank = make_bank(db)
    fill(db, bank, LONG_AGO, genuine=1, frauds=0)
    fill(db, bank, TODAY, genuine=20, frauds=4)
    found = figure(see(db, bank, maturity=_ripe(NOW, 90, 95)), "fraud_rate")
    assert found.verdict.outcome is Outcome.LABELS_COMING


def test_only_the_days_old_enough_are_compared(db: Session) -> None:
    bank = make_bank(db)
    fill(db, bank, LONG_AGO, genuine=1, frauds=0)
    early, late = TODAY - timedelta(days=25), TODAY - timedelta(days=1)
    fill(db, bank, early, genuine=30, frauds=30)
    fill(db, bank, early - timedelta(days=30), genuine=60, frauds=0)
    fill(db, bank, late, genuine=200, frauds=0)
    found = figure(see(db, bank, maturity=_ripe(NOW, 1, 20)), "fraud_rate")
    assert found.verdict.outcome is Outcome.UP
    assert found.verdict.change is not None
    assert found.verdict.change.value == pytest.approx(0.5)
    assert found.compared_until == date(2026, 10, 24)


def test_a_period_that_the_data_do_not_cover_is_not_compared_with(db: Session) -> None:
    bank = make_bank(db)
    fill(db, bank, TODAY - timedelta(days=31), genuine=2, frauds=0)
    fill(db, bank, TODAY, genuine=2, frauds=0)
    found = figure(see(db, bank), "transactions")
    assert found.verdict.outcome is Outcome.NOTHING_BEFORE
    assert found.before is None


def test_comparison_can_be_off(db: Session) -> None:
    bank = make_bank(db)
    fill(db, bank, LONG_AGO, genuine=1, frauds=0)
    fill(db, bank, TODAY, genuine=2, frauds=0)
    assert figure(see(db, bank, query="compare=off"), "transactions").verdict.outcome is Outcome.NOT_COMPARED


def test_the_line_has_a_step_a_day_over_the_day_thirty_days_before(db: Session) -> None:
    bank = make_bank(db)
    fill(db, bank, LONG_AGO, genuine=1, frauds=0)
    fill(db, bank, THEN, genuine=38, frauds=2)
    fill(db, bank, TODAY, genuine=39, frauds=1)
    series = see(db, bank, query="range=7d").series
    assert (series.grain, len(series.points), series.is_running) == (Grain.DAY, 7, True)
    found = see(db, bank, query="range=30d").series
    assert sum(point.rate.hits for point in found.points) == 1
    assert sum(point.before.hits for point in found.points if point.before) == 2


def test_a_day_is_drawn_by_the_hour(db: Session) -> None:
    bank = make_bank(db)
    fill(db, bank, TODAY, genuine=39, frauds=1)
    series = see(db, bank, query="range=24h").series
    assert series.grain is Grain.HOUR
    assert len(series.points) == 25
    (busy,) = [point for point in series.points if point.rows]
    assert (busy.at.hour, busy.rate.hits, busy.rate.trials) == (10, 1, 40)


def test_rankings_stand_by_the_lower_bound_and_too_few_stand_last(db: Session) -> None:
    bank = make_bank(db)
    for channel, genuine, frauds in (
        (Channel.ONLINE, 38, 3),
        (Channel.POS, 360, 40),
        (Channel.ATM, 1, 5),
        (Channel.MOBILE, 40, 0),
    ):
        for number in range(genuine + frauds):
            make_transaction(db, bank, timestamp=TODAY, channel=channel, is_fraud=number < frauds)
    ranking = see(db, bank).rankings["channel"]
    assert [each.value for each in ranking.slices] == ["pos", "online", "mobile", "atm"]
    assert [each.rate.is_too_few for each in ranking.slices] == [False, False, False, True]
    assert (ranking.whole.hits, ranking.whole.trials) == (48, 487)


def test_the_table_of_hours_begins_on_monday_in_the_banks_zone(db: Session) -> None:
    bank = make_bank(db, time_zone="Asia/Kolkata")
    make_transaction(db, bank, timestamp=datetime(2026, 11, 8, 20, 0, tzinfo=UTC), is_fraud=True)
    heat = see(db, bank).heat
    assert heat[0][1].trials == 1  # Monday 01:30 in Kolkata
    assert sum(rate.trials for row in heat for rate in row) == 1


def test_by_amount_the_rates_weigh_amounts(db: Session) -> None:
    bank = make_bank(db)
    fill(db, bank, TODAY, genuine=90, frauds=0, amount=10)
    fill(db, bank, TODAY, genuine=0, frauds=10, amount=90)
    found = see(db, bank, query="by=amount")
    assert found.view.measure is Measure.AMOUNT
    assert found.rate.estimate is not None
    assert found.rate.estimate.value == pytest.approx(0.5)
    assert found.rankings["channel"].slices[0].rate.estimate == found.rate.estimate


def test_medians_lie_within_their_steps(db: Session) -> None:
    bank = make_bank(db)
    for amount in (9, 10, 11):
        make_transaction(db, bank, timestamp=TODAY, amount=amount, is_fraud=False)
        make_transaction(db, bank, timestamp=TODAY, amount=amount * 100, is_fraud=True)
    spread = see(db, bank).spread
    assert spread is not None
    assert spread.genuine_median == pytest.approx(10, rel=0.1)
    assert spread.fraud_median == pytest.approx(1_000, rel=0.1)
    assert (spread.genuine_rows, spread.fraud_rows) == (3, 3)
    assert sum(spread.genuine) == pytest.approx(1)


def test_the_filter_that_removes_everything_is_named(db: Session) -> None:
    bank = make_bank(db)
    fill(db, bank, TODAY, genuine=3, frauds=0)
    found = see(db, bank, query="channel=atm&amount=5..")
    assert found.total.rows == 0
    why = found.emptiness
    assert why is not None
    assert [(blocker.key, blocker.rows_without) for blocker in why.blockers] == [("channel", 3)]
    assert why.rows_without_filters == 3


def test_banks_of_different_currencies_are_never_added(db: Session) -> None:
    euro, dollar = make_bank(db, base_currency="EUR"), make_bank(db, base_currency="USD")
    make_transaction(db, euro, timestamp=TODAY, amount=10, is_fraud=True)
    make_transaction(db, dollar, timestamp=TODAY, amount=30, is_fraud=False)
    found = see(db, euro, dollar)
    assert figure(found, "transactions").value == 2
    assert [(each.currency, each.value) for each in kpi(found, "volume").figures] == [
        ("EUR", 10),
        ("USD", 30),
    ]
    assert found.spread is None
    assert see(db, euro, dollar, query="by=amount").view.measure is Measure.COUNT


def test_one_chosen_currency_is_summed_in_itself(db: Session) -> None:
    bank = make_bank(db, base_currency="EUR")
    make_transaction(db, bank, timestamp=TODAY, amount=10)
    make_transaction(
        db, bank, timestamp=TODAY, amount=1_000, currency="JPY", exchange_rate=None, amount_base=None
    )
    every = see(db, bank)
    assert figure(every, "volume").value == 10
    assert every.total.unconverted == 1
    yen = see(db, bank, query="currency=JPY")
    assert (yen.view.currency, figure(yen, "volume").value) == ("JPY", 1_000)


def test_banks_of_different_zones_are_cut_in_utc(db: Session) -> None:
    paris, tokyo = make_bank(db, time_zone="Europe/Paris"), make_bank(db, time_zone="Asia/Tokyo")
    make_transaction(db, paris, timestamp=TODAY)
    make_transaction(db, tokyo, timestamp=TODAY)
    found = see(db, paris, tokyo)
    assert found.view.zone == "UTC"
    assert found.view.has_mixed_zones


def test_old_data_are_shown_and_say_so(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, timestamp=datetime(2020, 12, 31, 23, 59, tzinfo=UTC))
    found = see(db, bank)
    assert found.total.rows == 1
    assert found.view.anchored == date(2020, 12, 31)
    assert found.view.span.first_day == date(2020, 12, 2)


def test_an_empty_bank_is_an_empty_page(db: Session) -> None:
    found = see(db, make_bank(db))
    assert found.total.rows == 0
    assert found.data_age is None


def test_amounts_are_exact_to_the_last_digit(db: Session) -> None:
    bank = make_bank(db)
    for _ in range(3):
        make_transaction(db, bank, timestamp=TODAY, amount=Decimal("0.1001"))
    assert figure(see(db, bank), "volume").exact_e4 == 3_003


def test_a_view_without_its_filters_reads_native_money_no_more(db: Session) -> None:
    bank = make_bank(db)
    view = look(Filters.from_query("currency=USD"), [bank], None, NOW)
    assert view.selection().currency == "USD"
    assert replace(view, filters=Filters()).selection().currency is None
