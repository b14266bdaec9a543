"""Lists of a selection's rows: the rows that the segments count, in order, page by page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pandas as pd
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from dashboard.names import search_key
from database.connection import get_db_session, read_only
from database.dimensions import HOURS_OF_WEEK
from database.queries.rows import ListedTransaction, Order, beside, place_of, rows
from database.queries.selected import where
from database.segments import Selection, Words, read
from tests.database.queries.plans import statements
from tests.database.segments.oracle import DAYS, FIRST, VOLUME
from tests.database.segments.test_reading import random_selection, world
from tests.factories import NOON, make_bank, make_customer, make_merchant, make_transaction
from tests.servers import Database

PLAIN = Selection((), FIRST, FIRST + timedelta(days=DAYS))


def give_risk_and_names(random: Random) -> None:
    with get_db_session("all") as session:
        for party, name in (
            ("customer", "first_name = :name, search_key"),
            ("merchant", "name = :name, search_key"),
        ):
            for number in range(40):
                session.execute(
                    text(f"update {party}s set risk_category = :risk, {name} = :key where {party}_id = :id"),
                    {
                        "risk": random.choice(["low", "medium", "high", None]),
                        "name": random.choice(["Élan", "Elan Vert", "Bois"]),
                        "key": search_key(random.choice(["Élan", "Elan Vert", "Bois"])),
                        "id": f"{party} {number}",
                    },
                )


def derived(random: Random, selection: Selection) -> Selection:
    """A selection with what is no field of a record beside."""
    include, exclude = dict(selection.include), dict(selection.exclude)
    for side in (include, exclude):
        if random.random() < 0.4:
            side["hour"] = frozenset(random.sample([*HOURS_OF_WEEK, ""], k=random.randrange(1, 120)))
        if random.random() < 0.4:
            side["risk"] = frozenset(random.sample(["low", "medium", "high", ""], k=random.randrange(1, 4)))
    words = None
    if random.random() < 0.4:
        text_ = random.choice(["Élan", "elan v", "customer 7", "t3", "merchant 11", "nobody", "x"])
        words = Words(text_, search_key(text_), sees_people=random.random() < 0.5)
    return replace(selection, include=include, exclude=exclude, words=words)


def counted(session: Session, selection: Selection) -> tuple[int, int]:
    condition = where(selection)
    money = "amount_base_e4" if selection.currency is None else "amount_e4"
    kinds = ", ".join(f"'{kind}'" for kind in VOLUME)
    found = session.execute(
        text(
            f"select count(*), coalesce(sum({money}) filter (where transaction_type in ({kinds})), 0)"
            f" from transactions t where t.bank_id = any(:bank_ids) and {condition.sql}"
        ),
        {**condition.given, "bank_ids": list(selection.bank_ids)},
    ).one()
    return int(found[0]), int(found[1])


@pytest.mark.every_postgres
def test_rows_and_segments_count_the_same_for_many_random_filters(committed: Database) -> None:
    banks, _ = world(seed=3, rows=1_500)
    random = Random(4)
    give_risk_and_names(random)
    narrow = 0
    for _ in range(120):
        selection = derived(random, replace(random_selection(random, banks), previous=None))
        with read_only("all") as session:
            total = read(session, selection).total
            assert counted(session, selection) == (total.rows, total.volume_e4), selection
            narrow += 0 < total.rows < 700
    assert narrow > 25


def test_a_list_is_in_order_and_every_row_stands_once_on_its_pages(committed: Database) -> None:
    banks, every = world(seed=5, rows=600)
    random = Random(6)
    for order in Order:
        for currency in (None, "EUR"):
            selection = replace(PLAIN, bank_ids=tuple(banks), currency=currency)
            with read_only("all") as session:
                found = all_pages(session, selection, order, random)
            own = every if currency is None else every[every.currency == currency]
            assert {(row.bank_id, row.transaction_id) for row in found} == set(
                zip(own.bank_id, own.transaction_id, strict=True)
            )
            assert len(found) == len(own)
            values = pd.Series([place_of(row, selection, order).value for row in found]).dropna()
            falling = order in {Order.NEWEST, Order.LARGEST, Order.RISKIEST}
            assert values.is_monotonic_decreasing if falling else values.is_monotonic_increasing


def all_pages(
    session: Session, selection: Selection, order: Order, random: Random
) -> list[ListedTransaction]:
    found: list[ListedTransaction] = []
    after = None
    while True:
        page = rows(session, selection, order, limit=random.choice([1, 7, 60, 200]), after=after)
        if not page:
            return found
        found += page
        after = place_of(page[-1], selection, order)


def test_names_stand_beside_rows_and_those_of_people_only_for_who_may_see_them(db: Session) -> None:
    bank = make_bank(db)
    customer = make_customer(db, bank, "c1", first_name="Ana", last_name="Lima")
    shop = make_merchant(db, bank, "m1", name="Bluefern")
    make_transaction(db, bank, "t1", customer=customer, merchant=shop, timestamp=NOON)
    selection = Selection((bank.bank_id,), NOON, NOON + timedelta(minutes=1))
    listed = rows(db, selection, Order.NEWEST, limit=5)
    assert [row.transaction_id for row in listed] == ["t1"]
    seen, hidden = (beside(db, listed, sees_people=sees) for sees in (True, False))
    assert seen.customers == {(bank.bank_id, "c1"): "Ana Lima"}
    assert hidden.customers == {}
    assert seen.merchants == hidden.merchants == {(bank.bank_id, "m1"): "Bluefern"}


def test_a_list_asks_the_same_number_of_statements_for_one_row_and_for_many(db: Session) -> None:
    bank = make_bank(db)
    selection = Selection((bank.bank_id,), NOON, NOON + timedelta(minutes=1))
    asked = []
    for number in range(12):
        make_transaction(
            db, bank, customer=make_customer(db, bank), merchant=make_merchant(db, bank), timestamp=NOON
        )
        if number in {0, 11}:
            with statements(db) as sent:
                beside(db, rows(db, selection, Order.NEWEST, limit=50), sees_people=True)
            asked.append(len(sent))
    assert asked[0] == asked[1] <= 4
