"""Signed-in browsers: found by the hash of their cookie on every request, ended at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from models.access import Person
from models.banks import Bank
from models.users import User, UserBank, UserSession


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that nobody has ended, with the person as the database knows them now."""

    session_id: int
    person: Person
    last_seen_at: datetime
    expires_at: datetime


_BANKS = (
    select(func.coalesce(func.array_agg(Bank.code), "{}"))
    .select_from(UserBank)
    .join(Bank, Bank.bank_id == UserBank.bank_id)
    .where(UserBank.user_id == User.user_id)
    .scalar_subquery()
)
_FOUND = (
    select(
        UserSession.session_id,
        UserSession.last_seen_at,
        UserSession.expires_at,
        User.user_id,
        User.username,
        User.full_name,
        User.role,
        User.language,
        User.theme,
        User.time_zone,
        User.must_change_password,
        _BANKS.label("banks"),
    )
    .join(User, User.user_id == UserSession.user_id)
    .where(UserSession.ended_at.is_(None), User.is_active)
    .where(UserSession.token_hash == bindparam("token_hash"))
)


def start(
    session: Session,
    *,
    token_hash: str,
    user_id: int,
    at: datetime,
    until: datetime,
    ip: str,
    user_agent: str,
) -> int:
    """Open a session for a browser; return its number."""
    return session.scalars(
        insert(UserSession)
        .values(
            token_hash=token_hash,
            user_id=user_id,
            last_seen_at=at,
            expires_at=until,
            ip=ip,
            user_agent=user_agent,
        )
        .returning(UserSession.session_id)
    ).one()


def find(session: Session, token_hash: str) -> OpenSession | None:
    """The open session of an active user; its times are the caller's to judge."""
    row = session.execute(_FOUND, {"token_hash": token_hash}).one_or_none()
    if row is None:
        return None
    person = Person(
        user_id=row.user_id,
        username=row.username,
        full_name=row.full_name,
        role=row.role,
        banks=tuple(sorted(row.banks)),
        language=row.language,
        theme=row.theme,
        time_zone=row.time_zone,
        must_change_password=row.must_change_password,
        session_id=row.session_id,
    )
    return OpenSession(row.session_id, person, row.last_seen_at, row.expires_at)


def touch(session: Session, session_id: int, at: datetime) -> None:
    """Note that the person did something."""
    session.execute(update(UserSession).where(UserSession.session_id == session_id).values(last_seen_at=at))


def end(session: Session, session_id: int, *, at: datetime, reason: str) -> None:
    """End one session, unless it has ended already."""
    _end(session, UserSession.session_id == session_id, at=at, reason=reason)


def end_by_token(session: Session, token_hash: str, *, at: datetime, reason: str) -> None:
    """End the session that a cookie names, if there is one."""
    _end(session, UserSession.token_hash == token_hash, at=at, reason=reason)


def end_all(session: Session, user_id: int, *, at: datetime, reason: str) -> None:
    """End every session of a user, on every worker with the next request."""
    _end(session, UserSession.user_id == user_id, at=at, reason=reason)


def end_of_user(session: Session, user_id: int, session_id: int, *, at: datetime, reason: str) -> None:
    """End one session of a user; another person's is left alone."""
    _end(
        session,
        and_(UserSession.session_id == session_id, UserSession.user_id == user_id),
        at=at,
        reason=reason,
    )


def _end(session: Session, which: ColumnElement[bool], *, at: datetime, reason: str) -> None:
    session.execute(
        update(UserSession)
        .where(which, UserSession.ended_at.is_(None))
        .values(ended_at=at, end_reason=reason)
    )
