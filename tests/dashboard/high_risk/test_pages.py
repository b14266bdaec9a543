from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import numpy as np
import pytest
from sqlalchemy import text

from dashboard.filters import Measure
from dashboard.high_risk import by_rate, by_score
from dashboard.overview.maturity import maturity_of
from dashboard.statistics.concentration import concentration
from dashboard.statistics.intervals import lower_bounds, wilson
from database.connection import get_db_session, read_only
from models.access import Person, Role
from tests.database.segments.oracle import frame, store_random_rows
from tests.factories import make_bank, make_user
from tests.servers import Database

NOW = datetime(2026, 11, 21, tzinfo=UTC)
VOLUME = {"purchase", "payment", "debit", "transfer", "cash_out"}


@pytest.fixture
def analyst(committed: Database) -> Person:
    maturity_of.cache_clear()
    with get_db_session() as session:
        bank = make_bank(session)
        person = make_user(session, bank)
        code, user_id, name = bank.code, person.user_id, person.username
    store_random_rows(Random(22), code, 900)
    return Person(user_id, name, name, Role.ANALYST, (code,), "en", "light")


@pytest.mark.parametrize("threshold", [0.3, 0.7])
def test_precision_and_recall_are_those_of_the_rows(analyst: Person, threshold: float) -> None:
    page = by_score.ask(analyst, "range=all", now=NOW, threshold=threshold).found
    with read_only("all") as session:
        rows = frame(session)
    score = (rows.fraud_score.astype(float) * 10_000).round()
    flagged, scored = rows[score >= round(threshold * 10_000)], rows[score.notna()]
    assert page is not None
    assert (page.flagged.rows, page.scored.rows, page.every.rows) == (len(flagged), len(scored), len(rows))
    assert page.flagged.frauds == (flagged.label == "fraud").sum()
    assert page.flagged.labelled == (flagged.label != "").sum()
    assert page.scored.frauds == (scored.label == "fraud").sum()
    assert sum(point.rows for point in page.counts.points) == len(flagged)


@pytest.mark.parametrize("query", ["range=all", "range=all&score=0.2..0.83"])
def test_each_step_of_the_score_holds_its_rows_by_label(analyst: Person, query: str) -> None:
    page = by_score.ask(analyst, query, now=NOW, threshold=0.7).found
    with read_only("all") as session:
        rows = frame(session)
    score = (rows.fraud_score.astype(float) * 10_000).round()
    if "score=" in query:
        rows = rows[(score >= 2_000) & (score <= 8_300)]
        score = score[rows.index]
    steps = (score // 500 * 500).clip(upper=9_500)
    counted = rows.groupby([steps, rows.label]).size()
    assert page is not None
    assert [step.lower_e4 for step in page.scores] == list(range(0, 10_000, 500))
    for step in page.scores:
        found = (step.fraud, step.genuine, step.unknown)
        assert found == tuple(counted.get((step.lower_e4, label), 0) for label in ("fraud", "genuine", ""))
    assert page.scored.rows == score.notna().sum()


def test_the_largest_holders_begin_the_curve(analyst: Person) -> None:
    page = by_rate.ask(analyst, "range=all", now=NOW).found
    with read_only("all") as session:
        rows = frame(session)
    assert page is not None
    assert page.measure is Measure.AMOUNT
    money = rows[(rows.label == "fraud") & rows.transaction_type.isin(VOLUME)]
    for party, found in (("customer_id", page.customers), ("merchant_id", page.merchants)):
        held = money.groupby(party).amount_base_e4.sum().sort_values(ascending=False)
        assert len(found.holders) == by_rate.HOLDERS
        assert [each.one.fraud_volume_e4 for each in found.holders] == held.head(by_rate.HOLDERS).tolist()
        together = held.cumsum().head(by_rate.HOLDERS) / held.sum()
        assert [each.together for each in found.holders] == pytest.approx(together.tolist())
        for each in found.holders:
            assert each.one.fraud_volume_e4 == held[each.one.party.party_id]
        assert found.concentration is not None
        assert found.concentration.shares[1][1] == pytest.approx(found.holders[0].together)


def test_parties_stand_by_the_lower_bound_with_the_sums_of_their_rows(analyst: Person) -> None:
    page = by_rate.ask(analyst, "range=all", now=NOW).found
    with read_only("all") as session:
        rows = frame(session)
    assert page is not None
    for party, found in (("customer_id", page.customers), ("merchant_id", page.merchants)):
        known = rows[rows[party].notna()]
        groups = {key: part for key, part in known.groupby(party)}  # noqa: C416 - not a dict of pairs
        frauds = {key: int((part.label == "fraud").sum()) for key, part in groups.items()}
        assert (found.total, found.with_fraud) == (len(groups), sum(count > 0 for count in frauds.values()))
        lows = []
        for each in found.ranked:
            part = groups[each.party.party_id]
            assert (each.rate.hits, each.rate.trials) == (
                frauds[each.party.party_id],
                (part.label != "").sum(),
            )
            money = part[(part.label == "fraud") & part.transaction_type.isin(VOLUME)].amount_base_e4
            assert each.fraud_volume_e4 == money.dropna().sum()
            assert each.rate.estimate is not None
            lows.append(each.rate.estimate.low)
        assert lows == sorted(lows, reverse=True)
        every = [wilson(frauds[key], (part.label != "").sum()) for key, part in groups.items()]
        best = max(one.low for one in every if one)
        assert lows[0] == pytest.approx(best)


def test_a_burst_is_listed_with_the_most_in_the_hour_before_first(analyst: Person) -> None:
    with get_db_session("all") as session:
        session.execute(
            text(
                "update transactions set transactions_last_hour = mod(ingest_seq, 9), amount_last_hour = 12.5"
            )
        )
        expected = session.execute(
            text(
                "select transaction_id, transactions_last_hour from transactions"
                ' where transactions_last_hour >= 5 order by 2 desc, "timestamp" desc, 1 limit 10'
            )
        ).all()
    page = by_score.ask(analyst, "range=all", now=NOW, threshold=0.7).found
    assert page is not None
    assert [(one.transaction_id, one.last_hour) for one in page.outliers] == [tuple(row) for row in expected]
    assert page.outliers[0].last_hour_e4 == 125_000


def test_names_of_people_are_only_for_who_may_see_them(analyst: Person) -> None:
    with get_db_session("all") as session:
        session.execute(text("update customers set first_name = 'Ana', last_name = 'Lim', risk_score = 0.9"))
    viewer = replace(analyst, role=Role.VIEWER)
    for person, name in ((analyst, "Ana Lim"), (viewer, None)):
        scores = by_score.ask(person, "range=all", now=NOW, threshold=0.7).found
        rates = by_rate.ask(person, "range=all", now=NOW).found
        assert scores is not None
        assert rates is not None
        assert {one.party.name for one in scores.customers} == {name}
        assert {one.party.name for one in rates.customers.ranked} == {name}


def test_many_lower_bounds_are_wilson_s_one_by_one() -> None:
    hits, trials = np.array([0, 1, 3, 40, 7]), np.array([0, 1, 41, 40, 9_000])
    expected = [
        0.0 if not h or not (one := wilson(h, n)) else one.low for h, n in zip(hits, trials, strict=True)
    ]
    assert lower_bounds(hits, trials).tolist() == pytest.approx(expected)


def test_concentration_reads_from_the_largest_holder_down() -> None:
    found = concentration(np.array([1, 0, 0, 5, 2, 0, 0, 0, 0, 2]))
    assert found is not None
    assert (found.holders, found.top_percent, found.half) == (10, 0.5, 0.1)
    assert found.shares[0] == (0.0, 0.0)
    assert found.shares[-1] == (1.0, 1.0)
    assert dict(found.shares)[0.3] == pytest.approx(0.9)
    assert concentration(np.array([0, 0])) is None
    assert concentration(np.array([], np.int64)) is None
