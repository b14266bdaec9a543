"""The factories make rows that the database accepts."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.factories import make_bank, make_customer, make_merchant, make_transaction, make_user


def test_every_factory_needs_only_what_its_row_hangs_on(db: Session) -> None:
    bank = make_bank(db)
    make_user(db, bank)
    make_transaction(
        db, bank, customer=make_customer(db, bank), merchant=make_merchant(db, bank), is_fraud=True
    )
    tables = ("transactions", "fraud_labels", "segment_tail")
    assert [db.scalar(text(f"select count(*) from {table}")) for table in tables] == [1, 1, 1]
