"""A change is told where it is more than days differ by themselves."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from dashboard.statistics.maturity import Maturity
from dashboard.statistics.verdicts import Outcome
from tests.dashboard.overview.test_build import LONG_AGO, NOW, TODAY, figure, fill, see
from tests.factories import make_bank


def test_a_burst_on_one_day_is_no_change_of_the_rate(db: Session) -> None:
    bank = make_bank(db)
    fill(db, bank, LONG_AGO, genuine=1, frauds=0)
    for day in range(1, 14):
        fill(db, bank, TODAY - timedelta(days=day), genuine=20, frauds=0)
    fill(db, bank, TODAY - timedelta(days=3), genuine=0, frauds=15)
    ripe = Maturity(NOW + timedelta(days=9), (timedelta(days=1),))
    found = figure(see(db, bank, query="range=7d", maturity=ripe), "fraud_rate")
    assert (found.hits, found.before) == (15, 0.0)
    assert found.verdict.outcome is Outcome.NO_CHANGE
    for day in range(1, 7):
        fill(db, bank, TODAY - timedelta(days=day), genuine=0, frauds=3 if day != 3 else 0)
    found = figure(see(db, bank, query="range=7d", maturity=ripe), "fraud_rate")
    assert found.verdict.outcome is Outcome.UP
