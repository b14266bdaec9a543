"""Random addresses: what the Overview shows equals pandas over the same file."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from dashboard.filters import Filters, Measure
from dashboard.overview import Overview, overview
from dashboard.periods import Comparison, Custom, Period, Preset
from dashboard.view import look
from database.connection import get_db_session, read_only
from database.queries.banks import bank_settings
from database.segments import extent
from models.units import E4
from tests.sparkov.imported import Sparkov

pytestmark = pytest.mark.sparkov
SELECTIONS = 25
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
FIRST = datetime.fromisoformat("2019-01-01")


@pytest.fixture(scope="module")
def frame(sparkov_imported: Sparkov) -> pd.DataFrame:
    names = ["trans_date_trans_time", "category", "amt", "state", "merchant", "is_fraud"]
    rows = pd.read_parquet(sparkov_imported.parquet, columns=names)
    rows["at"] = pd.to_datetime(rows["trans_date_trans_time"])
    rows["e4"] = (rows["amt"] * E4).round().astype("int64")
    ends = rows["category"].str.rsplit("_", n=1).str[-1]
    rows["channel"] = ends.map({"net": "online", "pos": "pos"}).fillna("other")
    return rows


def random_filters(rng: random.Random, frame: pd.DataFrame) -> Filters:
    since = FIRST + timedelta(minutes=rng.randrange(700 * 1_440))
    custom = Custom(since, since + timedelta(minutes=rng.randrange(1, 300_000)))
    periods: list[Period] = [Preset.ALL, Preset.DAYS_90, custom]
    include: dict[str, frozenset[str]] = {}
    exclude: dict[str, frozenset[str]] = {}
    for slug in ("category", "channel", "state"):
        values = sorted(frame[slug].unique())
        if rng.random() < 0.4:
            side = rng.choice([include, exclude])
            side[slug] = frozenset(rng.sample(values, rng.randint(1, max(1, len(values) // 2))))
    low = rng.choice([None, rng.randrange(0, 100 * E4, 100)])
    high = rng.choice([None, rng.randrange(100 * E4, 2_000 * E4, 100)])
    return Filters(
        period=rng.choice(periods),
        comparison=Comparison.OFF,
        measure=rng.choice(list(Measure)),
        include=include,
        exclude=exclude,
        amount_e4=None if low is None and high is None else (low, high),
        merchant=rng.choice([None, None, None, rng.choice(frame["merchant"].unique())]),
    )


def chosen(frame: pd.DataFrame, filters: Filters, found: Overview) -> pd.DataFrame:
    span = found.view.span
    keep = (frame["at"] >= span.since.replace(tzinfo=None)) & (frame["at"] < span.until.replace(tzinfo=None))
    for slug, values in filters.include.items():
        keep &= frame[slug].isin(values)
    for slug, values in filters.exclude.items():
        keep &= ~frame[slug].isin(values)
    low, high = filters.amount_e4 or (None, None)
    if low is not None:
        keep &= frame["e4"] >= low
    if high is not None:
        keep &= frame["e4"] <= high
    if filters.merchant is not None:
        keep &= frame["merchant"] == filters.merchant
    return frame[keep]


def without(filters: Filters, slug: str) -> Filters:
    include, exclude = (
        {key: values for key, values in side.items() if key != slug}
        for side in (filters.include, filters.exclude)
    )
    return replace(filters, include=include, exclude=exclude)


@pytest.mark.parametrize("seed", range(SELECTIONS))
def test_a_random_selection_equals_pandas(sparkov: Sparkov, frame: pd.DataFrame, seed: int) -> None:
    filters = random_filters(random.Random(seed), frame)
    assert Filters.from_query(filters.to_query()) == replace(filters)
    with get_db_session() as session:
        bank = bank_settings(session, sparkov.bank)
    with read_only([sparkov.bank]) as session:
        found = overview(session, look(filters, [bank], extent(session), NOW), None)
    rows = chosen(frame, filters, found)
    frauds = rows[rows["is_fraud"] == 1]
    total = found.total
    assert (total.rows, total.frauds) == (len(rows), len(frauds))
    assert (total.volume_e4, total.fraud_volume_e4) == (rows["e4"].sum(), frauds["e4"].sum())
    # A chart keeps its other marks where it is itself what is filtered by.
    of_categories = rows if rows.empty else chosen(frame, without(filters, "category"), found)
    by_category = of_categories.groupby("category")["is_fraud"].agg(["size", "sum"])
    shown = {each.value: (each.rate.trials, each.rate.hits) for each in found.rankings["category"].slices}
    assert shown == {name: (row["size"], row["sum"]) for name, row in by_category.iterrows()}
    cells = rows.groupby([rows["at"].dt.day_of_week, rows["at"].dt.hour])["is_fraud"].agg(["size", "sum"])
    busy = {
        (day, hour): (rate.trials, rate.hits)
        for day, week in enumerate(found.heat)
        for hour, rate in enumerate(week)
        if rate.trials
    }
    assert busy == {place: (row["size"], row["sum"]) for place, row in cells.iterrows()}
    assert sum(rate.trials for week in found.heat for rate in week) == len(rows)
    assert sum(point.rows for point in found.series.points) == len(rows)
    assert sum(point.rate.hits for point in found.series.points) == len(frauds)
    if found.spread is not None:
        of_amounts = rows if rows.empty else chosen(frame, replace(filters, amount_e4=None), found)
        assert found.spread.fraud_rows == of_amounts["is_fraud"].sum()
        assert found.spread.genuine_rows == (of_amounts["is_fraud"] == 0).sum()
