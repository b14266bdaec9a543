"""Changes to accounts: made, audited in the same transaction, and never the end of the last administrator."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from dashboard import accounts, clock, passwords
from dashboard.administration import users as changes
from dashboard.administration.people import people, state_of
from dashboard.config import WebSettings
from database.connection import get_db_session
from database.queries import sessions, users
from models.access import Role
from models.errors import ConflictError, ForbiddenError, NotFoundError, UserError
from models.logs import AuditLog
from models.users import User, UserSession
from tests.factories import make_bank, make_user
from tests.servers import Database

NEW = {"username": "ana", "email": "ana@bank.example", "full_name": "Ana Costa", "role": "analyst"}
HERE = accounts.Origin("192.0.2.7", "test")


@pytest.fixture
def admin(db: Session) -> User:
    return make_user(db, make_bank(db, "north"), role=Role.ADMIN, username="root", email="root@bank.example")


def deeds(db: Session) -> list[tuple[str, str | None, int | None]]:
    rows = db.execute(
        select(AuditLog.action, AuditLog.object_id, AuditLog.user_id).order_by(AuditLog.audit_id)
    )
    return [tuple(row) for row in rows]  # type: ignore[misc]  # three columns are asked for


def change(by: User | None, user: User, what: str, **given: Any) -> changes.Made:
    return changes.change(by.user_id if by else None, user.user_id, what, given, now=clock.now())


def start_session(db: Session, user: User, cookie: str = "t") -> int:
    now = clock.now()
    until = now + timedelta(hours=1)
    return sessions.start(
        db, token_hash=cookie, user_id=user.user_id, at=now, until=until, ip="192.0.2.7", user_agent="x"
    )


def test_a_new_person_signs_in_with_the_password_shown_once_and_must_change_it(
    db: Session, admin: User
) -> None:
    made = changes.create(admin.user_id, {**NEW, "banks": ["north"]})
    assert made.password
    signed = accounts.sign_in("ana", made.password, HERE, settings=WebSettings.from_env(), now=clock.now())
    assert signed.must_change_password
    (user,) = [user for user in people(0, "", now=clock.now()).shown if user.user_id == made.user_id]
    assert (user.role, user.banks, user.is_active) == (Role.ANALYST, ("north",), True)
    row = db.scalars(select(AuditLog)).one()
    assert (row.action, row.object_id, row.user_id) == ("user.created", str(made.user_id), admin.user_id)
    assert row.details == {"username": "ana", "role": "analyst", "banks": ["north"]}
    assert made.password not in str(row.details)


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": ""},
        {"username": "a@b"},
        {"username": "x" * 65},
        {"username": 7},
        {"email": "nobody"},
        {"full_name": " "},
        {"full_name": "x" * 121},
        {"role": "owner"},
        {"role": None},
        {"banks": "north"},
        {"banks": ["nowhere"]},
        {"banks": [None]},
    ],
)
def test_a_malformed_person_is_refused_and_nothing_is_kept(
    db: Session, admin: User, wrong: dict[str, Any]
) -> None:
    with pytest.raises(UserError):
        changes.create(admin.user_id, {**NEW, **wrong})
    assert users.by_name(db, "ana") is None
    assert deeds(db) == []


def test_a_name_in_use_is_a_conflict_in_any_case(db: Session, admin: User) -> None:
    changes.create(admin.user_id, NEW)
    with pytest.raises(ConflictError):
        changes.create(admin.user_id, {**NEW, "username": "ANA", "email": "x@y.example"})


def test_role_and_banks_change_with_before_and_after_in_the_audit(db: Session, admin: User) -> None:
    make_bank(db, "south")
    user = make_user(db, make_bank(db, "east"))
    change(admin, user, "role", role="lead")
    change(admin, user, "banks", banks=["north", "south"])
    found = next(one for one in people(0, "", now=clock.now()).shown if one.user_id == user.user_id)
    assert (found.role, found.banks) == (Role.LEAD, ("north", "south"))
    rows = db.scalars(select(AuditLog.details).order_by(AuditLog.audit_id)).all()
    assert rows == [
        {"before": "analyst", "after": "lead"},
        {"before": ["east"], "after": ["north", "south"]},
    ]


def test_a_closed_account_loses_its_sessions_at_once_and_can_be_opened_again(
    db: Session, admin: User
) -> None:
    user = make_user(db)
    start_session(db, user)
    change(admin, user, "disable")
    assert sessions.find(db, "t") is None
    ended = db.execute(select(UserSession.ended_at, UserSession.end_reason)).one()
    assert ended.ended_at
    assert ended.end_reason == "account closed"
    change(admin, user, "enable")
    assert users.by_id(db, user.user_id).is_active  # type: ignore[union-attr]  # it is there
    assert [action for action, *_ in deeds(db)] == ["user.disabled", "user.enabled"]


def test_a_reset_password_is_shown_once_and_ends_every_session(db: Session, admin: User) -> None:
    user = make_user(db, username="clara")
    start_session(db, user)
    made = change(admin, user, "reset-password")
    account = users.by_name(db, "clara")
    assert account
    assert made.password
    assert passwords.verify(account.password_hash, made.password)
    assert account.must_change_password
    assert sessions.find(db, "t") is None


def test_a_demanded_password_change_is_asked_for_with_the_next_request(db: Session, admin: User) -> None:
    user = make_user(db)
    start_session(db, user)
    change(admin, user, "demand-password")
    found = sessions.find(db, "t")
    assert found
    assert found.person.must_change_password


def test_one_session_ends_and_another_persons_does_not(db: Session, admin: User) -> None:
    user, other = make_user(db), make_user(db)
    one, two, others = (
        start_session(db, whose, token) for whose, token in ((user, "1"), (user, "2"), (other, "3"))
    )
    change(admin, user, "end-session", session=one)
    change(admin, user, "end-session", session=others)
    assert (sessions.find(db, "1"), bool(sessions.find(db, "2")), bool(sessions.find(db, "3"))) == (
        None,
        True,
        True,
    )
    change(admin, user, "end-sessions")
    assert sessions.find(db, "2") is None
    assert two


def test_who_was_locked_out_is_let_in_again(db: Session, admin: User) -> None:
    settings = WebSettings.from_env()
    user = make_user(db, username="clara", password_hash=passwords.hash_password("right horse 42x"))
    for _ in range(accounts.TRIES_HERE + 1):
        with pytest.raises(UserError):
            accounts.sign_in("clara", "wrong", HERE, settings=settings, now=clock.now())
    with pytest.raises(accounts.TooManyTriesError):
        accounts.sign_in("clara", "right horse 42x", HERE, settings=settings, now=clock.now())
    seen = people(0, "?state=locked", now=clock.now())
    assert [one.user_id for one in seen.shown] == [user.user_id]
    change(admin, user, "unlock")
    assert accounts.sign_in("clara", "right horse 42x", HERE, settings=settings, now=clock.now())
    assert people(0, "?state=locked", now=clock.now()).shown == ()


@pytest.mark.parametrize("what", ["role", "disable", "reset-password"])
def test_nobody_shuts_themselves_out(db: Session, admin: User, what: str) -> None:
    make_user(db, role=Role.ADMIN)
    with pytest.raises(ConflictError, match="your own account"):
        change(admin, admin, what, role="viewer")
    assert deeds(db) == []


@pytest.mark.parametrize("what", ["role", "disable"])
def test_the_last_administrator_stays_even_from_the_command_line(db: Session, admin: User, what: str) -> None:
    make_user(db, role=Role.ADMIN, is_active=False)
    with pytest.raises(ConflictError, match="last active administrator"):
        change(None, admin, what, role="viewer")
    db.expire_all()
    account = users.by_id(db, admin.user_id)
    assert account
    assert (account.role, account.is_active) == (Role.ADMIN, True)


def test_who_is_no_administrator_any_more_changes_nothing(db: Session, admin: User) -> None:
    user = make_user(db, role=Role.LEAD)
    for by in (user, make_user(db, role=Role.ADMIN, is_active=False)):
        with pytest.raises(ForbiddenError):
            change(by, admin, "unlock")
        with pytest.raises(ForbiddenError):
            changes.create(by.user_id, NEW)
    assert deeds(db) == []


def test_what_is_no_change_or_nobody_is_not_there(db: Session, admin: User) -> None:
    with pytest.raises(NotFoundError):
        change(admin, admin, "promote")
    with pytest.raises(NotFoundError):
        changes.change(admin.user_id, 10**9, "unlock", {}, now=clock.now())


def test_two_administrators_who_demote_each_other_leave_one(committed: Database) -> None:
    with get_db_session() as session:
        pair = [make_user(session, role=Role.ADMIN).user_id for _ in range(2)]
    refused: list[Exception] = []

    def demote(by: int, whom: int) -> None:
        try:
            changes.change(by, whom, "role", {"role": "viewer"}, now=clock.now())
        except UserError as error:
            refused.append(error)

    for _ in range(5):
        threads = [threading.Thread(target=demote, args=each) for each in (pair, pair[::-1])]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with get_db_session() as session:
            left = session.scalars(select(User.user_id).where(User.role == Role.ADMIN)).all()
            assert len(left) == 1
            session.execute(text("update users set role = 'admin'"))
    with get_db_session() as session:
        assert len(refused) == 5 == session.scalar(text("select count(*) from audit_log"))


def test_filters_of_the_page_are_read_from_the_address(db: Session, admin: User) -> None:
    clara = make_user(db, full_name="Clara Moreau", role=Role.LEAD)
    off = make_user(db, is_active=False)

    def shown(query: str) -> set[int]:
        return {user.user_id for user in people(0, query, now=clock.now()).shown}

    assert shown("?q=MOREAU") == {clara.user_id}
    assert shown("?role=lead") == {clara.user_id}
    assert shown("?bank=north") == {admin.user_id}
    assert shown("?state=off") == {off.user_id}
    assert shown("?role=owner&state=x&user=x&user=-1") == {admin.user_id, clara.user_id, off.user_id}
    found = people(0, f"?user={clara.user_id}", now=clock.now()).chosen
    assert found
    assert state_of(found) == "active"


def test_the_list_asks_the_same_for_one_person_and_for_ten(db: Session, admin: User) -> None:
    for number in range(10):
        start_session(db, make_user(db), f"s{number}")
    found = people(admin.user_id, "", now=clock.now())
    assert found.total == 11
    assert sum(user.open_sessions for user in found.shown) == 10
