"""What is planted in the world and what it is made by: outage, drift, rings, rates, batches."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np

from dashboard.world.world import WorldOptions, build_world
from models.transactions import FraudType

UNTIL = date(2026, 7, 1)


def test_a_rule_is_out_for_some_days_with_more_tests_of_cards() -> None:
    (bank,) = build_world(WorldOptions(until=UNTIL, banks=1, days=180, transactions=150_000))
    outage = bank.planted.outage
    assert outage is not None
    tests = bank.planted.fraud_type == list(FraudType).index(FraudType.CARD_TESTING)
    day = bank.planted.payments.local[tests] // 86_400
    inside = ((day >= outage[0]) & (day < outage[1])).sum() / (outage[1] - outage[0])
    assert inside > 4 * len(day) / 180


def test_taken_accounts_drift_to_smaller_amounts() -> None:
    (bank,) = build_world(WorldOptions(until=UNTIL, banks=1, days=180, transactions=400_000))
    mine = bank.planted.fraud_type == list(FraudType).index(FraudType.ACCOUNT_TAKEOVER)
    paid = bank.planted.payments.take(np.flatnonzero(mine))
    order = np.argsort(paid.local)
    third = len(order) // 3
    assert np.median(paid.cents[order[-third:]]) < 0.85 * np.median(paid.cents[order[:third]])


def test_members_of_a_ring_share_a_means_that_no_customer_has() -> None:
    (bank,) = build_world(WorldOptions(until=UNTIL, banks=1, days=180, transactions=300_000))
    planted = bank.planted
    mine = (planted.fraud_type == list(FraudType).index(FraudType.MULE)) & (planted.tool >= 0)
    for tool in np.unique(planted.tool[mine]).tolist():
        ring = planted.payments.take(np.flatnonzero(mine & (planted.tool == tool)))
        shared = [
            len(np.unique(getattr(ring, name))) <= most
            for name, most in (("device", 1), ("address", 2), ("card", 1))
        ]
        assert any(shared)
        assert len(np.unique(ring.customer)) >= 2


def test_rates_are_the_same_on_a_day_whatever_the_range() -> None:
    day = date(2026, 6, 1)
    longer = build_world(WorldOptions(until=UNTIL, banks=1, days=90, transactions=10))[0]
    shorter = build_world(WorldOptions(until=date(2026, 6, 3), days=5, transactions=10))[0]
    told = [{code: rate for at, code, rate in bank.rates() if at == day} for bank in (longer, shorter)]
    assert told[0] == told[1]
    assert Decimal("0.7") < told[0]["USD"] < Decimal("1.1")
    assert "EUR" not in told[0]


def test_any_batch_can_be_drawn_without_those_before_it() -> None:
    bank = build_world(WorldOptions(until=UNTIL, banks=1, days=40, transactions=45_000))[0]
    batches = list(bank.batches())
    assert len(batches) > 3
    later = list(bank.batches(3))
    assert [batch.rows for batch in later] == [batch.rows for batch in batches[3:]]
    assert [batch.truth for batch in later] == [batch.truth for batch in batches[3:]]
