"""Every figure of Overview, High value, High risk and the alert list on the world and on Sparkov, by pandas.

Customers and merchants: `parties/test_story.py`; the Data page: `data/test_board.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from sqlalchemy import text

from dashboard import seen as addresses
from dashboard.alerts.listing import alerts_of
from dashboard.high_risk import by_rate, by_score
from dashboard.high_value.ask import ask as high_value
from dashboard.jobs.run import run_job
from dashboard.jobs.submit import submit
from dashboard.overview.ask import ask as overview
from dashboard.overview.kpis import Figure
from dashboard.overview.maturity import maturity_of
from dashboard.overview.rates import Rate
from dashboard.overview.series import Series
from dashboard.overview.slices import Ranking
from dashboard.world.store import store_world
from dashboard.world.world import WorldOptions
from database.connection import get_db_session, read_only
from database.owner import owner_session
from database.queries.banks import BankSettings, bank_settings
from models.access import Person, Role
from models.jobs import JobStatus
from tests.dashboard import by_pandas as expected
from tests.servers import Database
from tests.sparkov.imported import Sparkov

NOW = datetime(2026, 7, 2, tzinfo=UTC)
THRESHOLD = 0.6


@dataclass(frozen=True)
class Source:
    """A bank with payments, who may see it, and a month of it with the address that means that month."""

    person: Person
    bank: BankSettings
    first: date
    days: int

    @property
    def query(self) -> str:
        last = self.first + timedelta(days=self.days - 1)
        return f"range={self.first}..{last}&bank={self.bank.code}"

    def frame(self, *, before: int = 0, days: int | None = None) -> pd.DataFrame:
        """The payments from `before` days before the range on."""
        start = pd.Timestamp(self.first - timedelta(days=before)).tz_localize(self.bank.time_zone)
        end = start + pd.DateOffset(days=self.days if days is None else days)
        with read_only([self.bank.code]) as session:
            return expected.payments(session, self.bank.bank_id, self.bank.time_zone, start, end)


def _source(code: str, first: date, days: int, monkeypatch: pytest.MonkeyPatch) -> Source:
    with read_only([code]) as session:
        bank = bank_settings(session, code)
    monkeypatch.setattr(addresses, "visible_banks", lambda _session, _person: (bank,))
    maturity_of.cache_clear()
    return Source(Person(1, "ana", "Ana", Role.ANALYST, (code,), "en", "light"), bank, first, days)


@pytest.fixture
def world(committed: Database, monkeypatch: pytest.MonkeyPatch) -> Source:
    """A bank of the world with scores, risk and alerts."""
    store_world(
        WorldOptions(until=date(2026, 7, 1), banks=1, days=70, transactions=5_000, seed=9, pressure=3.0)
    )
    with owner_session() as owner:
        # Without statistics the planner takes the new tables for tiny ones.
        owner.execute(text("analyze transactions, customers, merchants, fraud_labels"))
    with get_db_session() as session:
        job_id = submit(session, "enrich", {"bank": "demo-fr"})
    assert run_job(job_id) is JobStatus.SUCCEEDED
    return _source("demo-fr", date(2026, 5, 20), 28, monkeypatch)


@pytest.fixture
def december(sparkov: Sparkov, monkeypatch: pytest.MonkeyPatch) -> Source:
    return _source(sparkov.bank, date(2020, 12, 4), 14, monkeypatch)


def told(rate: Rate) -> expected.NUMBER:
    return rate.hits, rate.trials, round(rate.part * 10_000), round(rate.whole * 10_000)


def compare_series(series: Series, frame: pd.DataFrame, source: Source) -> None:
    days = [source.first + timedelta(days=number) for number in range(source.days)]
    assert [point.at.date() for point in series.points] == days
    assert [(told(point.rate), point.rows) for point in series.points] == expected.per_day(frame, days)


def compare_ranking(ranking: Ranking, frame: pd.DataFrame) -> None:
    column = expected.ranked(frame, ranking.dimension)
    assert ranking.total == len(column)
    shown = [(each.value, told(each.rate), each.rows) for each in ranking.slices]
    assert shown == column[: len(shown)], ranking.dimension
    assert told(ranking.whole) == expected.rate(frame)


def compare_overview(source: Source) -> None:
    found = overview(source.person, source.query, now=NOW).overview
    assert found is not None
    now, before = source.frame(), source.frame(before=source.days)
    figures: dict[str, Figure] = {kpi.metric.slug: kpi.figures[0] for kpi in found.kpis}
    for frame, said in ((now, "value"), (before, "before")):
        value = {slug: getattr(figure, said) for slug, figure in figures.items()}
        frauds, labelled, fraud_e4, labelled_e4 = expected.rate(frame)
        assert value["transactions"] == len(frame)
        assert value["volume"] == pytest.approx(frame.e4.sum() / 10_000)
        assert value["fraud_rate"] == pytest.approx(frauds / labelled)
        assert value["fraud_rate_amount"] == pytest.approx(fraud_e4 / labelled_e4)
        assert value["fraud_amount"] == pytest.approx(fraud_e4 / 10_000)
        assert value["average_amount"] == pytest.approx(frame.e4.sum() / 10_000 / frame.counts.sum())
    assert (figures["fraud_rate"].hits, figures["fraud_rate"].trials) == expected.rate(now)[:2]
    money = now[now.counts].e4
    average = figures["average_amount"]
    assert (average.smallest_e4, average.largest_e4) == (money.min(), money.max())
    assert figures["volume"].exact_e4 == money.sum()
    assert figures["anomalies"].value == (now.is_anomaly.sum() if now.is_anomaly.notna().any() else None)
    compare_series(found.series, now, source)
    pairs = [
        (point.before.hits, point.before.trials, point.rows_before)
        for point in found.series.points
        if point.before is not None
    ]
    days = [source.first + timedelta(days=number - source.days) for number in range(source.days)]
    assert pairs == [(rate[0], rate[1], rows) for rate, rows in expected.per_day(before, days)]
    for ranking in found.rankings.values():
        compare_ranking(ranking, now)
    cells = [[(cell.hits, cell.trials) for cell in row] for row in found.heat]
    assert cells == expected.per_hour_of_week(now)
    assert found.spread is not None
    kinds = Counter(zip(now[now.counts].labelled, now[now.counts].fraud, strict=True))
    counted = (found.spread.genuine_rows, found.spread.fraud_rows, found.spread.unknown_rows)
    assert counted == (kinds[True, False], kinds[True, True], kinds[False, False])
    genuine = now[now.counts & now.labelled & ~now.fraud]
    assert found.spread.genuine_median == pytest.approx(genuine.e4.median() / 10_000, rel=0.08)


def compare_high_value(source: Source, newest: pd.DataFrame) -> None:
    found = high_value(source.person, source.query, now=NOW).found
    assert found is not None
    (limit,) = found.thresholds
    assert limit.e4 == expected.percentile(newest[newest.counts].e4, 0.99)
    frame = source.frame()
    every = frame[frame.transaction_type.isin(expected.VOLUME)]
    high = every[every.counts & (every.e4 >= limit.e4)]
    assert (found.every.rows, found.high.rows) == (len(every), len(high))
    (part,) = found.parts
    for sums, rows in ((part.every, every), (part.high, high)):
        assert (sums.frauds, sums.labelled, sums.fraud_volume_e4, sums.labelled_volume_e4) == expected.rate(
            rows
        )
        assert sums.volume_e4 == rows.e4.sum()
    assert part.largest_e4 == high.e4.max()
    assert sum(point.rows for point in found.series.points) == len(high)
    compare_series(found.counts, high, source)
    for ranking in found.rankings.values():
        compare_ranking(ranking, high)
    largest = [each.row.amount_base_e4 for each in found.listed]
    assert largest == sorted(high.e4, reverse=True)[: len(largest)]


def compare_high_risk(source: Source) -> None:
    found = by_score.ask(source.person, source.query, now=NOW, threshold=THRESHOLD).found
    assert found is not None
    frame = source.frame()
    score = frame.fraud_score.astype(float)
    flagged = frame[score.notna() & (score >= THRESHOLD)]
    assert (found.every.rows, found.scored.rows) == (len(frame), score.notna().sum())
    assert found.flagged.rows == len(flagged)
    assert (found.flagged.frauds, found.flagged.labelled) == expected.rate(flagged)[:2]
    assert found.scored.frauds == frame[score.notna()].fraud.sum()
    if len(flagged):
        compare_series(found.counts, flagged, source)
        for ranking in found.rankings.values():
            compare_ranking(ranking, flagged)


def compare_parties(source: Source) -> None:
    found = by_rate.ask(source.person, source.query, now=NOW).found
    assert found is not None
    frame = source.frame()
    for column, parties in (("customer_id", found.customers), ("merchant_id", found.merchants)):
        known = frame[frame[column].notna()]
        frauds = known.groupby(column).fraud.sum()
        assert (parties.total, parties.with_fraud) == (len(frauds), (frauds > 0).sum())
        own = dict(list(known.groupby(column)))
        lows = []
        for one in parties.ranked:
            rows = own[one.party.party_id]
            hits, trials, fraud_e4, _ = expected.rate(rows)
            assert (one.rows, one.rate.hits, one.rate.trials) == (len(rows), hits, trials)
            assert one.fraud_volume_e4 == fraud_e4
            lows.append(expected.wilson_low(hits, trials))
        assert lows == sorted(lows, reverse=True)
        curve = expected.held(known.assign(lost=known.e4 * known.fraud).groupby(column).lost.sum())
        assert parties.concentration is not None
        assert parties.concentration.holders == curve.holders
        assert parties.concentration.top_percent == pytest.approx(curve.top_percent)
        assert parties.concentration.half == pytest.approx(curve.half)


PAGES: dict[str, Callable[[Source], None]] = {
    "overview": compare_overview,
    "high risk by score": compare_high_risk,
    "high risk by rate": compare_parties,
}


def test_every_figure_of_the_world_is_what_pandas_makes_of_its_payments(world: Source) -> None:
    for compare in PAGES.values():
        compare(world)
    everything = world.frame(before=60, days=120)
    reach = everything[everything.timestamp > everything.timestamp.max() - pd.Timedelta(days=90)]
    compare_high_value(world, reach)
    compare_alerts(world)
    compare_risk(world)


@pytest.mark.sparkov
def test_every_figure_of_sparkov_is_what_pandas_makes_of_its_payments(december: Source) -> None:
    for compare in PAGES.values():
        compare(december)


def compare_alerts(source: Source) -> None:
    listing = alerts_of(source.person, f"range=all&bank={source.bank.code}", now=NOW)
    with read_only([source.bank.code]) as session:
        rows = session.execute(
            text("select status, severity, count(*), sum(expected_loss_e4) from alerts group by 1, 2")
        ).all()
    assert rows
    counts, losses = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for group in listing.groups:
        counts[str(group.status), str(group.severity)] += group.count
        losses[str(group.status), str(group.severity)] += group.expected_loss_e4
    assert counts == {(status, severity): count for status, severity, count, _ in rows}
    assert losses == {(status, severity): int(loss) for status, severity, _, loss in rows}
    assert listing.news.open == sum(count for status, _, count, _ in rows if status == "new")


def compare_risk(source: Source) -> None:
    """The riskiest parties are those of highest risk from the threshold on."""
    found = by_score.ask(source.person, source.query, now=NOW, threshold=THRESHOLD).found
    assert found is not None
    for table, column, listed in (
        ("customers", "customer_id", found.customers),
        ("merchants", "merchant_id", found.merchants),
    ):
        with read_only([source.bank.code]) as session:
            rows = session.execute(
                text(f"select {column}, risk_score from {table} where risk_score >= :least"),
                {"least": THRESHOLD},
            ).all()
        scores = sorted((float(score) for _, score in rows), reverse=True)
        assert [one.risk_score for one in listed] == pytest.approx(scores[: len(listed)])
        assert len(listed) == min(len(scores), by_score.LISTED)
