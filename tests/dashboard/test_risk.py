"""Totals and risk follow whatever was written, also labels that came without an import."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.orm import Session

from dashboard.labels import set_label
from dashboard.risk import update_changed_parties, update_parties
from database.bulk import bulk_insert
from database.connection import get_db_session
from database.queries import customers, merchants
from tests.dashboard.small_worlds import draw_rows
from tests.factories import make_bank, make_customer, make_merchant, make_transaction


def test_a_label_moves_totals_at_the_next_fold_and_nothing_is_folded_twice(db: Session) -> None:
    bank = make_bank(db, "acme")
    customer, merchant = make_customer(db, bank, "c-1"), make_merchant(db, bank, "m-1")
    make_transaction(db, bank, "t-1", customer=customer, merchant=merchant, amount="12.50")
    assert update_changed_parties() == 1
    assert update_changed_parties() == 0
    set_label(db, bank.bank_id, "t-1", is_fraud=True)
    assert update_changed_parties() == 1
    payer, paid = customers.by_id(db, "c-1"), merchants.by_id(db, "m-1")
    assert payer is not None
    assert paid is not None
    assert (payer.transaction_count, payer.fraud_history_count) == (1, 1)
    assert (paid.total_transactions, paid.fraud_report_count) == (1, 1)


@pytest.mark.usefixtures("committed")
def test_two_folds_at_once_wait_for_each_other() -> None:
    with get_db_session() as session:
        make_bank(session, "acme")
    bulk_insert(draw_rows(random.Random(1), 400), bank="acme")

    def fold(_number: int) -> int:
        with get_db_session(["acme"]) as session:
            return update_parties(session)

    with ThreadPoolExecutor(4) as threads:
        changed = list(threads.map(fold, range(4)))
    assert sorted(changed)[:3] == [0, 0, 0]
    assert max(changed) > 0
