"""What datasets hold, and what would go with one: counted against the rows themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from database.queries import datasets, holdings
from models.banks import Bank
from models.datasets import DatasetOrigin
from models.errors import NotFoundError
from tests.alerting import make_alert
from tests.factories import NOON, make_bank, make_label, make_transaction


@pytest.fixture
def bank(db: Session) -> Bank:
    return make_bank(db, "north", name="Northern Savings")


def a_dataset(db: Session, bank: Bank, name: str = "march.csv") -> int:
    return datasets.create(db, bank.bank_id, name, origin=DatasetOrigin.IMPORT, file_name=name)


def test_own_datasets_come_first_and_the_newest_before_older_ones(db: Session, bank: Bank) -> None:
    first, second = a_dataset(db, bank, "a.csv"), a_dataset(db, bank, "b.csv")
    demo = datasets.create(db, bank.bank_id, "demo", origin=DatasetOrigin.GENERATED, is_demo=True)
    found = holdings.holdings(db)
    assert [one.dataset_id for one in found] == [second, first, demo]
    assert (found[0].bank, found[0].bank_name, found[0].zone) == ("north", "Northern Savings", "UTC")


def test_labelled_payments_are_counted_whatever_the_label_says(db: Session, bank: Bank) -> None:
    dataset_id, other = a_dataset(db, bank), a_dataset(db, bank, "other.csv")
    for is_fraud in (True, False, None, None):
        make_transaction(db, bank, dataset_id=dataset_id, is_fraud=is_fraud)
    make_transaction(db, bank, dataset_id=other, is_fraud=True)
    assert holdings.labelled(db, bank.bank_id, dataset_id) == (2, 4)


def test_what_hangs_on_a_dataset_is_counted_and_nothing_else(db: Session, bank: Bank) -> None:
    dataset_id, other = a_dataset(db, bank), a_dataset(db, bank, "other.csv")
    rows = [
        make_transaction(db, bank, dataset_id=dataset_id, timestamp=NOON + timedelta(days=day), is_fraud=True)
        for day in range(3)
    ]
    foreign = make_transaction(db, bank, dataset_id=other, is_fraud=True)
    make_label(db, rows[0], is_fraud=False)
    make_alert(db, bank, rows[1])
    make_alert(db, bank, foreign)
    found = holdings.affected(db, "north", dataset_id)
    assert (found.name, found.transactions, found.labels, found.alerts) == ("march.csv", 3, 4, 1)
    assert (found.first_at, found.last_at) == (NOON, NOON + timedelta(days=2))


def test_a_dataset_of_another_bank_is_not_there(db: Session, bank: Bank) -> None:
    dataset_id = a_dataset(db, bank)
    make_bank(db, "south")
    with pytest.raises(NotFoundError):
        holdings.affected(db, "south", dataset_id)
