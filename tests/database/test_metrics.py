from __future__ import annotations

import pytest

from database.metrics import METRICS, Metric, Unit
from database.segments import Sums

SUMS = Sums(
    rows=200,
    labelled=100,
    frauds=4,
    volume_rows=150,
    volume_e4=3_000_000,
    labelled_volume_e4=2_000_000,
    fraud_volume_e4=50_000,
    anomalies=3,
    analysed=90,
)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_is_made_of_sums(metric: Metric) -> None:
    known = set(Sums._fields)
    used = {metric.numerator, metric.denominator}
    assert used - {None} <= known
    assert str(metric.label)
    assert str(metric.definition)


def test_what_each_metric_is() -> None:
    assert {slug: metric.value(SUMS) for slug, metric in METRICS.items()} == {
        "transactions": 200,
        "volume": 300.0,
        "fraud_rate": 0.04,
        "fraud_rate_amount": 0.025,
        "fraud_amount": 5.0,
        "average_amount": 2.0,
        "anomalies": 3,
        "labelled_share": 0.5,
    }


def test_a_rate_over_nothing_is_no_number() -> None:
    assert METRICS["fraud_rate"].value(Sums()) is None
    assert METRICS["transactions"].value(Sums()) == 0


def test_a_rate_travels_as_its_parts() -> None:
    assert METRICS["fraud_rate"].parts(SUMS) == (4, 100)
    assert METRICS["volume"].parts(SUMS) == (3_000_000, 1)
    assert METRICS["fraud_rate"].unit is Unit.SHARE
