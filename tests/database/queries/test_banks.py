"""Banks: made once, seen by those they were given to."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from database.queries import banks, datasets
from models.access import Person, Role
from models.datasets import DatasetOrigin
from models.errors import ConflictError, NotFoundError, UserError
from models.users import User
from tests.factories import NOON, make_bank, make_user


def person_of(user: User) -> Person:
    return Person(user.user_id, user.username, user.full_name, user.role, (), "en", "system")


def test_a_bank_is_made_with_its_terms(db: Session) -> None:
    made = banks.create(db, "acme", name="Acme", country="FR", base_currency="EUR", time_zone="Europe/Paris")
    assert banks.bank_settings(db, "acme") == made
    assert (made.name, made.time_zone, made.is_demo, made.high_value_threshold) == (
        "Acme",
        "Europe/Paris",
        False,
        None,
    )
    with pytest.raises(ConflictError):
        banks.create(db, "acme")
    with pytest.raises(NotFoundError, match="nowhere"):
        banks.bank_settings(db, "nowhere")


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("all", {}),
        ("a,b", {}),
        ("", {}),
        ("x" * 65, {}),
        ("ok", {"base_currency": "euro"}),
        ("ok", {"country": "France"}),
        ("ok", {"time_zone": "Mars/Olympus"}),
        ("ok", {"time_zone": "../etc/passwd"}),
        ("ok", {"time_zone": ""}),
    ],
)
def test_a_malformed_bank_is_refused(db: Session, code: str, given: dict[str, str]) -> None:
    with pytest.raises(UserError):
        banks.create(db, code, **given)  # type: ignore[arg-type] # only texts are given here


def test_people_see_the_banks_given_to_them_the_demo_last(db: Session) -> None:
    demo, mine = make_bank(db, name="A demo", is_demo=True), make_bank(db, name="Mine")
    make_bank(db, name="Theirs")
    analyst, stranger = make_user(db, demo, mine), make_user(db)
    assert [bank.name for bank in banks.visible_banks(db, person_of(analyst))] == ["Mine", "A demo"]
    assert banks.visible_banks(db, person_of(stranger)) == ()


def test_who_is_inactive_sees_no_bank(db: Session) -> None:
    user = make_user(db, make_bank(db), is_active=False)
    assert banks.visible_banks(db, person_of(user)) == ()


def test_a_new_bank_is_given_to_active_admins_once(db: Session) -> None:
    bank = make_bank(db)
    admin = make_user(db, role=Role.ADMIN)
    make_user(db, role=Role.ADMIN, is_active=False)
    make_user(db, role=Role.LEAD)
    assert banks.grant_to_admins(db, bank.bank_id) == (admin.username,)
    assert banks.grant_to_admins(db, bank.bank_id) == ()
    assert [seen.bank_id for seen in banks.visible_banks(db, person_of(admin))] == [bank.bank_id]


def test_ones_own_newest_data_come_before_the_demo(db: Session) -> None:
    demo, mine = make_bank(db, is_demo=True), make_bank(db)
    make_bank(db)
    assert banks.newest_own(db) is None
    for bank in (mine, demo):
        dataset = datasets.create(db, bank.bank_id, "rows", origin=DatasetOrigin.IMPORT)
        datasets.add_rows(db, bank.bank_id, dataset, 1, NOON, NOON)
    assert banks.newest_own(db) == mine.code
