"""What is unusual about a payment, on lives that can be worked out by hand."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest

from dashboard.detectors.block import Block, read_block
from dashboard.detectors.features import DAY, HOUR, Norms, features_of, great_circle_km, median_by, strange
from database.queries.anomalies import COLUMNS

DEFAULTS: dict[str, Any] = {
    "customer_no": 1,
    "at": 0,
    "amount_e4": 200_000,
    "transaction_type": "purchase",
    "channel": "pos",
    "category": "grocery",
    "country": "FR",
    "latitude": 48.85,
    "longitude": 2.35,
    "hour_of_day": 12,
}


def block_of(*rows: dict[str, Any]) -> Block:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    for number, row in enumerate(rows):
        given = {"transaction_id": f"t{number}", **DEFAULTS, **row}
        writer.writerow([given.get(name, "") for name in COLUMNS])
    return read_block(written.getvalue().encode())


def test_columns_are_read_with_their_gaps() -> None:
    block = block_of({"device_id": "d-1"}, {"category": "", "latitude": ""}, {"ip_address": "10.0.0.1"})
    assert block.device.tolist() == [0, -1, -1]
    assert block.address.tolist() == [-1, -1, 0]
    assert block.category.tolist() == ["grocery", "", "grocery"]
    assert np.isnan(block.latitude[1])
    assert block.amount.tolist() == [20.0] * 3
    assert block.ids(np.array([2, 0])) == ("t2", "t0")


def test_a_bank_without_payments_is_read_as_nothing() -> None:
    block = read_block(b"")
    assert len(block) == 0
    assert features_of(block, Norms.of(block)).deviation.tolist() == []


def test_a_median_is_each_groups_own() -> None:
    index, values = np.array([0, 0, 0, 1, 1]), np.array([5.0, 1.0, 3.0, 8.0, 2.0])
    assert median_by(index, values, 2).tolist() == [3.0, 2.0]


def test_an_amount_deviates_from_the_customers_habit_and_not_from_the_banks() -> None:
    frugal = [{"customer_no": 1, "at": n * DAY, "amount_e4": 100_000 + n * 1_000} for n in range(40)]
    lavish = [{"customer_no": 2, "at": n * DAY, "amount_e4": 4_000_000 + n * 40_000} for n in range(40)]
    odd = {"customer_no": 1, "at": 41 * DAY, "amount_e4": 4_000_000}
    block = block_of(*frugal, odd, *lavish)
    deviation = features_of(block, Norms.of(block)).deviation
    assert deviation[40] > 3.5
    assert np.abs(deviation[np.arange(len(block)) != 40]).max() < 1.5


def test_money_that_comes_in_deviates_from_nothing() -> None:
    rows = [{"at": n * DAY} for n in range(20)]
    block = block_of(*rows, {"at": 30 * DAY, "amount_e4": 90_000_000, "transaction_type": "cash_in"})
    assert features_of(block, Norms.of(block)).deviation[-1] == 0


def test_a_device_of_one_evening_is_strange_to_who_has_another() -> None:
    customer = np.array([1, 1, 1, 1, 2, 2])
    device = np.array([0, 0, 0, 1, 1, -1])
    at = np.array([0, 10, 20, 21, 0, 5]) * DAY
    assert strange(customer, device, at).tolist() == [False, False, False, True, False, False]


def test_a_new_telephone_that_is_kept_is_not_strange() -> None:
    customer, device = np.ones(6, dtype=np.int64), np.array([0, 0, 0, 1, 1, 1])
    assert not strange(customer, device, np.arange(6) * 10 * DAY).any()


def test_payments_of_the_last_hour_are_counted_by_customer() -> None:
    block = block_of(
        {"at": 0}, {"at": HOUR - 1}, {"at": HOUR}, {"at": 3 * HOUR}, {"customer_no": 2, "at": 3 * HOUR}
    )
    assert features_of(block, Norms.of(block)).in_hour.tolist() == [1, 2, 3, 1, 1]


def test_speed_is_between_payments_in_person_alone() -> None:
    york = {"latitude": 40.71, "longitude": -74.0}
    block = block_of({"at": 0}, {"at": HOUR, "channel": "online", **york}, {"at": 2 * HOUR, **york})
    features = features_of(block, Norms.of(block))
    away = great_circle_km(*(np.array([value]) for value in (48.85, 2.35, 40.71, -74.0)))[0]
    assert away == pytest.approx(5_837, rel=0.005)
    assert features.speed[1] == 0
    assert features.speed[2] == pytest.approx(away / 2, rel=1e-6)


def test_a_country_of_one_journey_is_new() -> None:
    rows = [{"at": n * 20 * DAY} for n in range(5)]
    block = block_of(*rows, {"at": 101 * DAY, "country": "TH"}, {"at": 103 * DAY, "country": "TH"})
    assert features_of(block, Norms.of(block)).new_country.tolist() == [False] * 5 + [True] * 2


def test_a_category_of_few_payments_takes_the_norms_of_all() -> None:
    block = block_of(*({"at": n, "amount_e4": 10_000 * (n + 1)} for n in range(40)), {"category": "rare"})
    norms = Norms.of(block)
    assert set(norms.middles) == {"grocery"}
    assert norms.amount == pytest.approx(20.0)
