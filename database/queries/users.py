"""Users: found by either of their names, made, changed, given banks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.orm import Session

from models.access import Role
from models.banks import Bank
from models.errors import ConflictError, UserError
from models.messages import N_
from models.users import User, UserBank


@dataclass(frozen=True, slots=True)
class Account:
    """One user as the table holds them; the hash is for `dashboard.passwords` alone."""

    user_id: int
    username: str
    email: str
    full_name: str
    role: Role
    is_active: bool
    must_change_password: bool
    language: str
    theme: str
    time_zone: str | None
    locked_until: datetime | None
    password_hash: str


_COLUMNS = (
    User.user_id,
    User.username,
    User.email,
    User.full_name,
    User.role,
    User.is_active,
    User.must_change_password,
    User.language,
    User.theme,
    User.time_zone,
    User.locked_until,
    User.password_hash,
)


def by_name(session: Session, name: str) -> Account | None:
    """The account with this username or, where the name holds an @, this e-mail; letter case is ignored."""
    column = User.email if "@" in name else User.username
    return _one(session, func.lower(column) == name.lower())


def by_id(session: Session, user_id: int) -> Account | None:
    """The account with this number."""
    return _one(session, User.user_id == user_id)


def create(
    session: Session,
    *,
    username: str,
    email: str,
    full_name: str,
    password_hash: str,
    role: Role,
    must_change_password: bool = True,
    language: str = "en",
    banks: Iterable[str] = (),
) -> Account:
    """Make an account that may see the banks with these codes."""
    if "@" in username or "@" not in email:
        raise UserError(N_("A username holds no @ and an e-mail address holds one."))
    if by_name(session, username) is not None or by_name(session, email) is not None:
        raise ConflictError(
            N_("There is already a user {username} or {email}."), username=username, email=email
        )
    user_id = session.scalars(
        insert(User).returning(User.user_id),
        [
            {
                "username": username,
                "email": email,
                "full_name": full_name,
                "password_hash": password_hash,
                "role": role,
                "must_change_password": must_change_password,
                "language": language,
            }
        ],
    ).one()
    grant(session, user_id, banks)
    made = by_id(session, user_id)
    assert made is not None  # noqa: S101 - it was written above, in this very transaction
    return made


def grant(session: Session, user_id: int, banks: Iterable[str]) -> None:
    """Let a user see the banks with these codes, beside those that they see already."""
    wanted = select(Bank.bank_id).where(Bank.code.in_(list(banks)))
    held = select(UserBank.bank_id).where(UserBank.user_id == user_id)
    for bank_id in session.scalars(wanted.where(Bank.bank_id.not_in(held))).all():
        session.execute(insert(UserBank).values(user_id=user_id, bank_id=bank_id))


def revoke(session: Session, user_id: int, banks: Iterable[str]) -> None:
    """Take the banks with these codes from a user."""
    named = select(Bank.bank_id).where(Bank.code.in_(list(banks)))
    session.execute(delete(UserBank).where(UserBank.user_id == user_id, UserBank.bank_id.in_(named)))


def set_password(session: Session, user_id: int, password_hash: str, *, must_change_password: bool) -> None:
    """Store a new hash; who must change it at the next login is said with it."""
    change(session, user_id, password_hash=password_hash, must_change_password=must_change_password)


def set_preferences(session: Session, user_id: int, **chosen: str) -> None:
    """Store what a person chose: `language`, `theme` or both."""
    allowed = {name: value for name, value in chosen.items() if name in {"language", "theme"}}
    if allowed:
        change(session, user_id, **allowed)


def count_failure(session: Session, user_id: int | None) -> None:
    """Count a try that has not succeeded yet; without an account the statement runs all the same."""
    session.execute(
        update(User)
        .where(User.user_id == (-1 if user_id is None else user_id))
        .values(failed_logins=User.failed_logins + 1)
    )


def note_login(session: Session, user_id: int, at: datetime) -> None:
    """Remember a login, which forgets the failed tries before it."""
    change(session, user_id, failed_logins=0, locked_until=None, last_login_at=at)


def set_active(session: Session, user_id: int, *, is_active: bool) -> None:
    """Open or close an account; a closed one loses its sessions with the next request."""
    change(session, user_id, is_active=is_active)


def change(session: Session, user_id: int, **values: Any) -> None:
    """Change columns of a user."""
    session.execute(update(User).where(User.user_id == user_id).values(**values))


def _one(session: Session, condition: ColumnElement[bool]) -> Account | None:
    row = session.execute(select(*_COLUMNS).where(condition)).one_or_none()
    return None if row is None else Account(**row._asdict())
