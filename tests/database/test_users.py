"""The command for who is locked out: it lists, resets, unlocks and grants, and the audit knows."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dashboard import passwords
from database.queries import users
from database.users import main
from models.access import Role
from models.logs import AuditLog
from models.users import User
from tests.factories import make_bank, make_user


@pytest.fixture
def admin(db: Session) -> User:
    bank = make_bank(db, "north")
    return make_user(db, bank, role=Role.ADMIN, username="root", email="root@bank.example")


def deeds(db: Session) -> list[tuple[str, int | None, object]]:
    rows = db.scalars(select(AuditLog).order_by(AuditLog.audit_id))
    return [(row.action, row.user_id, row.details.get("from")) for row in rows]


def test_everybody_is_listed(db: Session, admin: User, capsys: pytest.CaptureFixture[str]) -> None:
    make_user(db, username="off", is_active=False)
    assert main(["list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["username", "role", "state", "last", "seen", "banks"]
    assert any(line.split()[:3] == ["root", "admin", "active"] and "north" in line for line in lines)
    assert any(line.split()[:3] == ["off", "analyst", "off"] for line in lines)


def test_a_new_password_is_printed_once_and_must_be_changed(
    db: Session, admin: User, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["reset-password", "ROOT@bank.example"]) == 0
    password = capsys.readouterr().out.split(" is now ")[1].split()[0]
    account = users.by_name(db, "root")
    assert account
    assert passwords.verify(account.password_hash, password)
    assert account.must_change_password
    assert deeds(db) == [("user.password_reset", None, "command line")]


def test_a_person_is_let_in_again_and_granted_a_bank(db: Session, admin: User) -> None:
    make_bank(db, "south")
    assert main(["unlock", "root"]) == 0
    assert main(["grant", "root", "south"]) == 0
    assert [action for action, *_ in deeds(db)] == ["user.unlocked", "user.banks"]
    granted = db.scalars(select(AuditLog.details).where(AuditLog.action == "user.banks")).one()
    assert granted["after"] == ["north", "south"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["unlock", "nobody"], "There is no user nobody."),
        (["grant", "root", "nowhere"], "There is no bank with the code nowhere."),
    ],
)
def test_what_is_not_there_is_a_sentence(
    db: Session, admin: User, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(words) == 1
    assert capsys.readouterr().err.strip() == said
    assert deeds(db) == []
