"""Column types of our own: choices and probabilities."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from models.customers import AccountStatus, Customer
from tests.factories import make_bank, make_customer


def test_a_choice_comes_back_as_the_enums_member(db: Session) -> None:
    make_customer(db, make_bank(db), account_status="frozen")
    assert db.scalars(select(Customer.account_status)).one() is AccountStatus.FROZEN


def test_a_choice_that_the_enum_does_not_know_is_refused_before_the_database(db: Session) -> None:
    bank = make_bank(db)
    with pytest.raises(StatementError, match="melted"):
        make_customer(db, bank, account_status="melted")


def test_a_choice_that_the_enum_does_not_know_is_refused_by_the_database(db: Session) -> None:
    make_customer(db, make_bank(db))
    with pytest.raises(IntegrityError, match="ck_customers_account_status"):
        db.execute(text("update customers set account_status = 'melted'"))


@pytest.mark.parametrize("score", [-0.0001, 1.0001, float("nan"), float("inf")])
def test_a_score_outside_of_0_to_1_is_refused(db: Session, score: float) -> None:
    bank = make_bank(db)
    with pytest.raises(IntegrityError, match="ck_customers_risk_score"):
        make_customer(db, bank, risk_score=score)
