"""The synthetic world: the same bytes for the same options, and lives that look lived."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from dashboard.ingestion.rows import CUSTOMER_SCHEMA, MERCHANT_SCHEMA, ROW_SCHEMA
from dashboard.world.banks import demo_banks
from dashboard.world.episodes import SCHEMES
from dashboard.world.oddities import ODD_SCHEMES
from dashboard.world.rates import CURRENCY_OF
from dashboard.world.stage import Scheme
from dashboard.world.world import BankWorld, WorldOptions, build_world
from models.transactions import Channel, FraudType, PaymentMethod, TransactionType

UNTIL = date(2026, 7, 1)
SMALL = WorldOptions(until=UNTIL, days=120, transactions=12_000, seed=7)


def rows_of(bank: BankWorld) -> pa.Table:
    return pa.concat_tables([batch.rows for batch in bank.batches()])


def truth_of(bank: BankWorld) -> pa.Table:
    """What every row was, in the order of the rows; nothing for those that are not planted."""
    batches = list(bank.batches())
    told = pa.concat_tables([batch.truth for batch in batches])
    ids = pa.concat_tables([batch.rows for batch in batches])["transaction_id"]
    return told.take(pc.index_in(ids, told["transaction_id"].combine_chunks()))


def digest(options: WorldOptions) -> str:
    hasher = hashlib.sha256()
    for bank in build_world(options):
        for table in (bank.customers, bank.merchants, rows_of(bank)):
            sink = pa.BufferOutputStream()
            with pa.ipc.new_stream(sink, table.schema) as writer:
                writer.write_table(table.combine_chunks())
            hasher.update(sink.getvalue())
    return hasher.hexdigest()


@pytest.fixture(scope="module")
def world() -> tuple[BankWorld, ...]:
    return build_world(SMALL)


@pytest.fixture(scope="module")
def rows(world: tuple[BankWorld, ...]) -> pa.Table:
    return rows_of(world[0])


@pytest.fixture(scope="module")
def truth(world: tuple[BankWorld, ...]) -> pa.Table:
    return truth_of(world[0])


def test_the_same_options_give_the_same_bytes() -> None:
    assert digest(SMALL) == digest(SMALL)


@pytest.mark.parametrize(
    "other",
    [
        WorldOptions(until=UNTIL, days=120, transactions=12_000, seed=8),
        WorldOptions(until=UNTIL - timedelta(days=1), days=120, transactions=12_000, seed=7),
    ],
    ids=["seed", "until"],
)
def test_another_seed_or_day_gives_another_world(other: WorldOptions) -> None:
    assert digest(other) != digest(SMALL)


def test_there_are_exactly_as_many_rows_as_asked_for() -> None:
    options = WorldOptions(until=UNTIL, banks=3, days=20, transactions=10_001)
    worlds = build_world(options)
    assert sum(rows_of(bank).num_rows for bank in worlds) == 10_001
    assert [bank.bank.code for bank in worlds] == ["demo-fr", "demo-us", "demo-gb"]


def test_more_banks_than_are_written_down_get_names_of_their_own() -> None:
    banks = demo_banks(12)
    assert len({bank.code for bank in banks}) == len({bank.name for bank in banks}) == 12


def test_rows_are_those_of_the_bulk_path(rows: pa.Table, world: tuple[BankWorld, ...]) -> None:
    assert rows.schema == ROW_SCHEMA
    assert world[0].customers.schema == CUSTOMER_SCHEMA
    assert world[0].merchants.schema == MERCHANT_SCHEMA
    for name in (
        "transaction_id",
        "timestamp",
        "amount_e4",
        "currency",
        "category",
        "country",
        "customer_id",
    ):
        assert rows[name].null_count == 0, name


def test_every_choice_is_one_that_the_product_knows(rows: pa.Table) -> None:
    for column, choices in (
        ("transaction_type", TransactionType),
        ("payment_method", PaymentMethod),
        ("channel", Channel),
        ("fraud_type", FraudType),
    ):
        assert set(pc.unique(rows[column].drop_null()).to_pylist()) <= {choice.value for choice in choices}


def test_parties_of_rows_exist_and_ids_are_unique(rows: pa.Table, world: tuple[BankWorld, ...]) -> None:
    bank = world[0]
    assert pc.all(pc.is_in(rows["customer_id"], bank.customers["customer_id"])).as_py()
    assert pc.all(pc.is_in(rows["merchant_id"].drop_null(), bank.merchants["merchant_id"])).as_py()
    for table, key in ((rows, "transaction_id"), (bank.customers, "customer_id"), (bank.customers, "email")):
        assert pc.count_distinct(table[key]).as_py() == table.num_rows, key
    assert pc.count_distinct(bank.merchants["name"]).as_py() == bank.merchants.num_rows


def test_days_end_at_the_banks_midnight_before_until(world: tuple[BankWorld, ...]) -> None:
    for bank in world:
        times = rows_of(bank)["timestamp"]
        zone = ZoneInfo(bank.bank.zone)
        first, last = pc.min(times).as_py(), pc.max(times).as_py()
        assert last < datetime(2026, 7, 1, tzinfo=zone)
        assert last.astimezone(zone).date() == date(2026, 6, 30)
        assert first.astimezone(zone).date() == UNTIL - timedelta(days=120)


def test_rows_come_in_time_order(rows: pa.Table) -> None:
    times = rows["timestamp"].cast(pa.int64()).to_numpy()
    assert (np.diff(times) >= 0).all()


def test_only_a_verification_costs_nothing(rows: pa.Table) -> None:
    is_check = pc.equal(rows["transaction_type"], "verification").to_numpy()
    amounts = rows["amount_e4"].to_numpy()
    assert (amounts[is_check] == 0).all()
    assert (amounts[~is_check] > 0).all()


@pytest.mark.parametrize("transactions", [10_000, 50_000, 200_000])
def test_fraud_is_three_to_eight_in_a_thousand(transactions: int) -> None:
    options = WorldOptions(until=UNTIL, banks=5, days=90, transactions=transactions)
    for bank in build_world(options):
        kinds = truth_of(bank)["fraud_type"]
        assert 0.003 <= (len(kinds) - kinds.null_count) / len(kinds) <= 0.008


def test_every_kind_of_fraud_and_of_oddity_is_planted() -> None:
    (bank,) = build_world(WorldOptions(until=UNTIL, banks=1, days=180, transactions=40_000))
    truth = truth_of(bank)
    planted: tuple[tuple[str, Mapping[Any, Scheme]], ...] = (("fraud_type", SCHEMES), ("oddity", ODD_SCHEMES))
    for column, kinds in planted:
        found = {entry["values"]: entry["counts"] for entry in pc.value_counts(truth[column]).to_pylist()}
        assert set(found) - {None} == {kind.value for kind in kinds}
        assert all(found[kind.value] >= scheme.least for kind, scheme in kinds.items())
    is_both = pc.and_(pc.is_valid(truth["fraud_type"]), pc.is_valid(truth["oddity"]))
    assert not pc.any(is_both).as_py()


def test_a_world_without_pressure_has_oddities_but_no_fraud() -> None:
    (bank,) = build_world(WorldOptions(until=UNTIL, banks=1, days=90, transactions=5_000, pressure=0.0))
    truth = truth_of(bank)
    assert truth["fraud_type"].null_count == 5_000
    assert 15 < 5_000 - truth["oddity"].null_count <= 20


def test_a_day_of_many_rows_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.world.world.MOST_A_BATCH", 700)
    options = WorldOptions(until=UNTIL, banks=1, days=3, transactions=9_000)
    (bank,) = build_world(options)
    pieces = [batch.rows for batch in bank.batches()]
    assert max(piece.num_rows for piece in pieces) <= 700
    times = pa.concat_tables(pieces)["timestamp"].cast(pa.int64()).to_numpy()
    assert (np.diff(times) >= 0).all()
    assert pc.count_distinct(pa.concat_tables(pieces)["transaction_id"]).as_py() == 9_000


def test_what_is_paid_abroad_is_in_the_currency_of_the_place(rows: pa.Table) -> None:
    found = dict.fromkeys(zip(rows["country"].to_pylist(), rows["currency"].to_pylist(), strict=True))
    assert ("FR", "EUR") in found
    assert len({currency for _, currency in found}) > 4
    assert all(CURRENCY_OF[country] == currency for country, currency in found)
    yen = rows.filter(pc.equal(rows["currency"], "JPY"))["amount_e4"].to_numpy()
    assert (yen % 10_000 == 0).all()


def test_a_tested_card_pays_little_and_often_within_the_hour() -> None:
    bank = build_world(WorldOptions(until=UNTIL, banks=1, days=120, transactions=60_000))[0]
    rows, truth = rows_of(bank), truth_of(bank)
    mine = pc.fill_null(pc.equal(truth["fraud_type"], "card_testing"), fill_value=False)
    tested = rows.filter(mine).append_column("episode", truth.filter(mine)["episode"])
    groups = tested.group_by("episode").aggregate(
        [("timestamp", "min"), ("timestamp", "max"), ("amount_e4", "min"), ("customer_id", "count_distinct")]
    )
    spans = pc.subtract(groups["timestamp_max"], groups["timestamp_min"]).cast(pa.int64()).to_numpy() / 6e7
    assert np.quantile(spans, 0.95) < 60
    assert (groups["customer_id_count_distinct"].to_numpy() == 1).all()
    assert np.median(tested["amount_e4"].to_numpy()) < 5 * 10_000
    assert set(pc.unique(tested["channel"]).to_pylist()) == {"online"}


def test_labels_are_known_one_to_sixty_days_later_and_never_after_the_end(rows: pa.Table) -> None:
    known = rows.filter(pc.is_valid(rows["label_known_at"]))
    days = pc.subtract(known["label_known_at"], known["timestamp"]).cast(pa.int64()).to_numpy() / 86_400e6
    assert days.min() > 0.99
    assert days.max() <= 60
    assert pc.max(known["label_known_at"]).as_py() < datetime(2026, 7, 1, tzinfo=ZoneInfo("Europe/Paris"))


def test_a_row_is_labelled_exactly_if_its_label_is_known(rows: pa.Table, truth: pa.Table) -> None:
    assert rows["is_fraud"].is_valid().equals(rows["label_known_at"].is_valid())
    is_known = rows["is_fraud"].is_valid()
    really = truth["fraud_type"].is_valid()
    assert rows["is_fraud"].filter(is_known).equals(really.filter(is_known))
    assert rows["fraud_type"].drop_null().equals(truth["fraud_type"].filter(is_known).drop_null())


def test_fraud_of_the_last_days_is_not_known_yet_and_genuine_rows_come_sooner() -> None:
    bank = build_world(WorldOptions(until=UNTIL, banks=1, days=60, transactions=120_000))[0]
    rows, truth = rows_of(bank), truth_of(bank)
    recent = pc.greater(rows["timestamp"], pa.scalar(datetime(2026, 6, 25, tzinfo=UTC)))
    is_fraud = truth["fraud_type"].is_valid().filter(recent)
    is_known = rows["is_fraud"].is_valid().filter(recent)
    share = {
        fraud: pc.mean(is_known.filter(pc.equal(is_fraud, fraud)).cast(pa.float64())).as_py()
        for fraud in (True, False)
    }
    assert share[True] < 0.5
    assert share[False] > 0.65


def hours_of(bank: BankWorld, chosen: pa.Array, rows: pa.Table) -> np.ndarray:
    local = rows["timestamp"].filter(chosen).cast(pa.timestamp("us", bank.bank.zone))
    return np.bincount(pc.hour(local).to_numpy(), minlength=24)


def test_people_sleep_and_fraudsters_do_not() -> None:
    bank = build_world(WorldOptions(until=UNTIL, banks=1, days=60, transactions=200_000))[0]
    rows, truth = rows_of(bank), truth_of(bank)
    fraud = hours_of(bank, truth["fraud_type"].is_valid(), rows)
    genuine = hours_of(bank, pc.invert(truth["fraud_type"].is_valid()), rows)
    assert genuine[2:5].sum() < 0.04 * genuine.sum()
    night, day = fraud[0:5].sum() / genuine[0:5].sum(), fraud[9:18].sum() / genuine[9:18].sum()
    assert night > 4 * day


def test_weekdays_channels_and_categories_differ(rows: pa.Table) -> None:
    local = rows["timestamp"].cast(pa.timestamp("us", "Europe/Paris"))
    days = np.bincount(pc.day_of_week(local).to_numpy(), minlength=7)
    assert days[4] > 1.2 * days[6]
    categories = pc.value_counts(rows["category"]).to_pylist()
    assert len(categories) == 15
    medians = {
        name: np.median(rows.filter(pc.equal(rows["category"], name))["amount_e4"].to_numpy())
        for name in ("transport", "grocery", "electronics")
    }
    assert medians["transport"] < medians["grocery"] < medians["electronics"]


def test_activity_has_a_long_tail(rows: pa.Table) -> None:
    counts = np.sort([entry["counts"] for entry in pc.value_counts(rows["customer_id"]).to_pylist()])[::-1]
    assert counts[: len(counts) // 10].sum() > 0.25 * counts.sum()
    assert np.median(counts) < 0.8 * counts.mean()


def test_no_whole_card_number_and_no_owned_address_occurs(rows: pa.Table) -> None:
    assert pc.all(pc.match_substring_regex(rows["card_masked"].drop_null(), r"^400000\*{6}\d{4}$")).as_py()
    reserved = r"^(100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])|198\.1[89])\."
    assert pc.all(pc.match_substring_regex(rows["ip_address"].drop_null(), reserved)).as_py()


@pytest.mark.parametrize(("transactions", "days"), [(3, 1), (0, 5), (40, 400)])
def test_a_tiny_world_is_whole(transactions: int, days: int) -> None:
    options = WorldOptions(until=UNTIL, banks=1, days=days, transactions=transactions)
    (bank,) = build_world(options)
    assert sum(batch.rows.num_rows for batch in bank.batches()) == transactions
