from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import text

from database.bulk import bulk_insert
from database.connection import get_db_session, read_only
from database.owner import owner_session
from database.segments import Extreme, Fold, Portion, Selection, Sums, folding, read
from database.segments.compaction import fold_tail
from database.segments.pack import RECORDED_COLUMNS
from database.segments.tail import record_deleted, relabel
from models.banks import Bank
from models.transactions import Channel, Decision, FraudType, PaymentMethod, TransactionType
from tests.database.segments.oracle import DAYS, FIRST, compare, frame, store_random_rows
from tests.factories import NOON, make_bank, make_transaction
from tests.servers import Database

ZONES = ["UTC", "Asia/Kolkata", "America/New_York", "Europe/Paris", "Pacific/Auckland", "Asia/Kathmandu"]
VALUES: dict[str, list[str]] = {
    "category": ["food", "fuel", "été", "a, b", "", "never seen"],
    "country": ["FR", "US", "NA", ""],
    "state": ["TX", "WA", "75", ""],
    "currency": ["EUR", "USD", "XAF"],
    "channel": list(Channel),
    "payment_method": list(PaymentMethod),
    "transaction_type": list(TransactionType),
    "label": ["fraud", "genuine", ""],
    "anomaly": ["yes", "no", ""],
    "decision": [*Decision, ""],
    "fraud_type": [*FraudType, ""],
}


def relabel_some(bank_id: int, random: Random) -> None:
    changes = (
        "(select bank_id, transaction_id, "
        f"(array[true, false, null])[1 + (ingest_seq + {random.randrange(3)}) % 3] as is_fraud, "
        "null::text as fraud_type, null::text as fraud_reason from transactions "
        f"where bank_id = {bank_id} and ingest_seq % 5 = {random.randrange(5)}) changed"
    )
    with get_db_session("all") as session:
        session.execute(text(relabel(changes)))


def world(seed: int, rows: int) -> tuple[list[int], pd.DataFrame]:
    """Two banks, half sealed, half in the tail, labels changed before and after."""
    random = Random(seed)
    with get_db_session() as session:
        banks = [make_bank(session) for _ in range(2)]
        session.execute(
            text(
                "insert into exchange_rates (rate_date, currency, base_currency, rate, source)"
                " select day::date, 'USD', 'EUR', 0.9137, 'test'"
                " from generate_series(date '2023-12-01', date '2024-06-01', '1 day') day"
            )
        )
        codes, ids = [bank.code for bank in banks], [bank.bank_id for bank in banks]
    for code, bank_id in zip(codes, ids, strict=True):
        store_random_rows(random, code, rows // 2)
        relabel_some(bank_id, random)
    with owner_session() as owner:
        fold_tail(owner)
    for code, bank_id in zip(codes, ids, strict=True):
        store_random_rows(random, code, rows // 2, prefix="late ")
        relabel_some(bank_id, random)
    with read_only("all") as session:
        return ids, frame(session)


def random_selection(random: Random, banks: list[int]) -> Selection:
    def moment() -> datetime:
        return FIRST + timedelta(minutes=random.randrange(DAYS * 1_440))

    since, until = sorted([moment(), moment()])
    given: dict[str, Any] = {"include": {}, "exclude": {}}
    for slug in random.sample(sorted(VALUES), k=random.choice([0, 0, 1, 2, 3])):
        side = random.choice(["include", "exclude"])
        some = random.sample(VALUES[slug], k=random.randrange(1, len(VALUES[slug])))
        given[side][slug] = frozenset(some)
    if random.random() < 0.3:
        given["amount_e4"] = random.choice([(10_000, 900_000), (None, 50_000), (200_000, None)])
    if random.random() < 0.2:
        given["score_e4"] = random.choice([(1_000, 7_000), (None, 5_000), (5_000, None), (None, None)])
    if random.random() < 0.3:
        given["currency"] = random.choice(["EUR", "XAF", "GBP"])
    if random.random() < 0.2:
        given["customer_id"] = f"customer {random.randrange(45)}"
    if random.random() < 0.2:
        given["merchant_id"] = f"merchant {random.randrange(25)}"
    if random.random() < 0.7:
        given["previous"] = (since - (until - since), since)
    return Selection(
        bank_ids=tuple(random.sample(banks, k=random.choice([1, 2]))),
        since=since,
        until=until,
        zone=random.choice(ZONES),
        **given,
    )


@pytest.mark.every_postgres
def test_a_fold_equals_the_rows_for_many_random_selections(committed: Database) -> None:
    banks, rows = world(seed=1, rows=2_000)
    random = Random(2)
    for _ in range(25):
        selection = random_selection(random, banks)
        with read_only("all") as session:
            fold = read(session, selection)
        assert compare(fold, rows, selection) == [], selection


def test_a_fold_on_several_cores_equals_the_rows(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folding, "_WORTH_A_THREAD", 1)
    monkeypatch.setattr(folding, "_CORES", 3)
    banks, rows = world(seed=3, rows=2_000)
    random = Random(4)
    for _ in range(10):
        selection = random_selection(random, banks)
        with read_only("all") as session:
            fold = read(session, selection)
        assert compare(fold, rows, selection) == [], selection


def test_a_group_of_banks_has_the_sums_that_its_banks_have_alone(committed: Database) -> None:
    banks, rows = world(seed=5, rows=1_000)
    random = Random(6)
    for groups in ({"a": {banks[0]}, "b": {banks[1]}}, {"a": {banks[1]}}, {"a": set(banks)}):
        selection = replace(random_selection(random, banks), bank_ids=tuple(banks))
        grouped = replace(selection, groups={name: frozenset(group) for name, group in groups.items()})
        with read_only("all") as session:
            fold = read(session, grouped)
            alone = {
                name: read(session, replace(selection, bank_ids=tuple(group)))
                for name, group in groups.items()
            }
        assert compare(fold, rows, selection) == []
        for name, portion in fold.groups.items():
            for each in fields(Portion):
                assert getattr(portion, each.name) == getattr(alone[name], each.name), each.name


def one_bank() -> Bank:
    with get_db_session() as session:
        return make_bank(session)


def around_noon(bank: Bank, **filters: Any) -> Selection:
    return Selection((bank.bank_id,), NOON - timedelta(days=3), NOON + timedelta(days=3), **filters)


def folded(selection: Selection) -> Fold:
    with read_only("all") as session:
        return read(session, selection)


def seal() -> None:
    with owner_session() as owner:
        fold_tail(owner)


@pytest.mark.every_postgres
def test_a_range_without_rows_folds_to_nothing(committed: Database) -> None:
    bank = one_bank()
    store_random_rows(Random(1), bank.code, 50)
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)
    fold = folded(Selection((bank.bank_id,), long_ago, long_ago + timedelta(days=2), zone="Asia/Kolkata"))
    assert fold.total == Sums()
    assert [day.isoformat() for day, _ in fold.daily] == ["2001-01-01", "2001-01-02", "2001-01-03"]
    assert (fold.smallest, fold.largest, fold.customers, fold.amounts) == (None, None, 0, [])
    assert fold.by("category") == {}
    nothing = folded(Selection((bank.bank_id,), long_ago, long_ago))
    assert (nothing.total, nothing.daily) == (Sums(), [])


def test_the_end_of_a_range_is_exclusive_and_its_beginning_inclusive(committed: Database) -> None:
    bank = one_bank()
    with get_db_session([bank.code]) as session:
        for seconds in (-1, 0, 59, 60, 119, 120):
            make_transaction(session, bank, timestamp=NOON + timedelta(seconds=seconds))
    minute = timedelta(minutes=1)
    for _ in range(2):
        assert folded(Selection((bank.bank_id,), NOON, NOON + minute)).total.rows == 2
        assert folded(Selection((bank.bank_id,), NOON - minute, NOON + 2 * minute)).total.rows == 5
        seal()


def test_a_range_between_minutes_is_refused() -> None:
    with pytest.raises(ValueError, match="whole minute"):
        Selection((1,), NOON, NOON + timedelta(seconds=90))
    with pytest.raises(ValueError, match="whole minute"):
        Selection((1,), NOON.replace(tzinfo=None), NOON)


def test_rows_of_a_bank_that_was_not_asked_for_are_left_out(committed: Database) -> None:
    bank, other = one_bank(), one_bank()
    for each in (bank, other):
        with get_db_session([each.code]) as session:
            make_transaction(session, each)
    assert folded(around_noon(bank)).total.rows == 1
    with read_only([other.code]) as session:
        assert read(session, around_noon(bank)).total.rows == 0, "the policy decides, whatever is selected"


def test_money_beyond_64_bits_is_refused(committed: Database) -> None:
    bank = one_bank()
    with get_db_session([bank.code]) as session:
        for _ in range(9):
            make_transaction(session, bank, amount=Decimal("99999999999999.9999"))
    assert folded(around_noon(bank)).total.volume_e4 == 9 * (10**18 - 1)
    with get_db_session([bank.code]) as session:
        make_transaction(session, bank, amount=Decimal("99999999999999.9999"))
    with pytest.raises(OverflowError):
        folded(around_noon(bank))
    with pytest.raises(OverflowError):
        folded(replace(around_noon(bank), since=NOON, until=NOON, previous=(NOON, NOON + timedelta(days=1))))


def test_extreme_amounts_survive_more_deletions_than_are_kept(committed: Database) -> None:
    bank = one_bank()
    rows = [
        {"transaction_id": f"t{number}", "timestamp": NOON, "amount": number + 1} for number in range(400)
    ]
    bulk_insert(rows, bank=bank.code)
    with get_db_session([bank.code]) as session:
        gone = f"delete from transactions where amount <= 150 or amount > 260 returning {RECORDED_COLUMNS}"
        session.execute(text(f"with gone as ({gone}) {record_deleted('gone')}"))
        left = session.execute(text("select amount::int, ingest_seq from transactions"))
        own: dict[int, int] = {row.amount: row.ingest_seq for row in left}
    fold = folded(around_noon(bank))
    assert fold.smallest == Extreme(own[151], 1_510_000)
    assert fold.largest == Extreme(own[260], 2_600_000)


def test_an_extreme_that_several_rows_share_names_none_of_them(committed: Database) -> None:
    bank = one_bank()
    with get_db_session([bank.code]) as session:
        make_transaction(session, bank, amount=5)
        make_transaction(session, bank, amount=5)
        make_transaction(session, bank, amount=900, transaction_type="refund")
    fold = folded(around_noon(bank))
    assert fold.largest == fold.smallest == Extreme(None, 50_000)


def test_an_amount_filter_leaves_out_what_has_no_rate_and_counts_it(committed: Database) -> None:
    bank = one_bank()
    with get_db_session([bank.code]) as session:
        make_transaction(session, bank, amount=10)
        make_transaction(session, bank, amount=10, currency="XAF")
    plain, filtered = folded(around_noon(bank)), folded(around_noon(bank, amount_e4=(1, None)))
    assert (plain.total.rows, plain.total.unconverted, plain.unconverted_outside) == (2, 1, 0)
    assert (filtered.total.rows, filtered.total.unconverted, filtered.unconverted_outside) == (1, 0, 1)
    native = folded(around_noon(bank, currency="XAF", amount_e4=(100_000, 100_000)))
    assert (native.total.rows, native.total.volume_e4, native.unconverted_outside) == (1, 100_000, 0)


def test_eight_threads_read_the_same(committed: Database) -> None:
    bank = one_bank()
    store_random_rows(Random(3), bank.code, 500)
    seal()
    selection = Selection((bank.bank_id,), FIRST, FIRST + timedelta(days=DAYS))
    with ThreadPoolExecutor(8) as pool:
        totals = set(pool.map(lambda _: folded(selection).total, range(40)))
    assert len(totals) == 1


def test_warming_up_compiles_every_loop_that_a_page_needs() -> None:
    from database.segments import kernel, masks, warm_up

    warm_up()
    loops: list[Any] = [kernel.fold, kernel.fold_days]
    loops += [masks.keep_codes, masks.keep_between, masks.unconverted, masks.places]
    assert [loop.__name__ for loop in loops if not loop.signatures] == []
