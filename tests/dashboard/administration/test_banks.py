"""What a form says of a bank: every amount that is stored is one that may be."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from dashboard.administration.banks import change
from dashboard.administration.users import MalformedError
from models.access import Person, Role
from tests.factories import make_bank, make_user


@pytest.mark.parametrize("text", ["0.00001", "0.00004", "1e-999999", "0", "-1", "NaN", "1e999999"])
@pytest.mark.parametrize("name", ["high_value_threshold", "severity_medium_from"])
def test_an_amount_that_is_nothing_once_it_is_stored_is_refused(db: Session, name: str, text: str) -> None:
    user = make_user(db, make_bank(db, "north"), role=Role.ADMIN)
    admin = Person(user.user_id, user.username, user.full_name, Role.ADMIN, ("north",), "en", "light")
    with pytest.raises(MalformedError):
        change(admin, "north", {name: text})
