"""Users as administrators see and change them; `users` is under no policy, so callers check who asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from models.access import Role
from models.errors import NotFoundError
from models.messages import N_
from models.users import User


@dataclass(frozen=True, slots=True)
class SeenUser:
    """A user with what is known of their coming and going; `refused_at`: when a try was last locked out."""

    user_id: int
    username: str
    email: str
    full_name: str
    role: Role
    banks: tuple[str, ...]
    is_active: bool
    must_change_password: bool
    created_at: datetime
    last_seen_at: datetime | None
    open_sessions: int
    refused_at: datetime | None


@dataclass(frozen=True, slots=True)
class SeenSession:
    """One signed-in browser of a user, open or ended."""

    session_id: int
    begun_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class SeenLogin:
    """One try to sign in with a user's name."""

    at: datetime
    outcome: str
    ip: str
    user_agent: str


# A try is forgiven by the next success or by an administrator's word.
_SEEN = """
select u.user_id, u.username, u.email, u.full_name, u.role, u.is_active, u.must_change_password, u.created_at,
       coalesce((select array_agg(b.code order by b.code) from user_banks ub join banks b using (bank_id)
                 where ub.user_id = u.user_id), '{}') as banks,
       greatest(u.last_login_at, s.last_seen_at) as last_seen_at,
       coalesce(s.open_sessions, 0) as open_sessions,
       (select max(l.at) from login_history l
        where l.user_id = u.user_id and l.outcome = 'locked' and l.at > :since
          and not exists (select from login_history later where later.user_id = u.user_id
                          and later.at >= l.at and later.outcome in ('succeeded', 'unlocked'))) as refused_at
from users u
left join lateral (
    select max(last_seen_at) as last_seen_at,
           count(*) filter (where ended_at is null and expires_at > :now) as open_sessions
    from user_sessions where user_id = u.user_id) s on true
"""
_EVERYBODY = text(f"{_SEEN} order by lower(u.full_name), u.user_id")
_ONE = text(f"{_SEEN} where u.user_id = :user_id")
_SESSIONS = text("""
select session_id, created_at as begun_at, last_seen_at, ended_at, end_reason, host(ip) as ip, user_agent
from user_sessions where user_id = :user_id
order by ended_at is not null, last_seen_at desc limit :limit""")
_LOGINS = text("""
select at, outcome, host(ip) as ip, user_agent from login_history where user_id = :user_id
order by at desc, login_id desc limit :limit""")
_ADMINS = select(User.user_id).where(User.role == Role.ADMIN, User.is_active).order_by(User.user_id)


def everybody(session: Session, *, now: datetime, since: datetime) -> tuple[SeenUser, ...]:
    """Return all users by name; who was locked out after `since` and not let in again is marked."""
    return tuple(_users(session.execute(_EVERYBODY, {"now": now, "since": since}).mappings()))


def one(session: Session, user_id: int, *, now: datetime, since: datetime) -> SeenUser:
    """Return one user."""
    found = session.execute(_ONE, {"user_id": user_id, "now": now, "since": since}).mappings()
    for user in _users(found):
        return user
    raise NotFoundError(N_("There is no user {user_id}."), user_id=user_id)


def names(session: Session, user_ids: Iterable[int]) -> dict[int, str]:
    """Return usernames by number."""
    rows = session.execute(select(User.user_id, User.username).where(User.user_id.in_(list(user_ids))))
    return {row.user_id: row.username for row in rows}


def lock(session: Session, user_id: int) -> None:
    """Let nobody else change this user before the transaction has ended."""
    session.execute(select(User.user_id).where(User.user_id == user_id).with_for_update())


def lock_admins(session: Session) -> frozenset[int]:
    """Return the active administrators, none of whom changes before the transaction has ended."""
    return frozenset(session.scalars(_ADMINS.with_for_update()))


def sessions_of(session: Session, user_id: int, *, limit: int = 20) -> tuple[SeenSession, ...]:
    """Return a user's sessions: open ones first, then the latest that ended."""
    rows = session.execute(_SESSIONS, {"user_id": user_id, "limit": limit}).mappings()
    return tuple(SeenSession(**row) for row in rows)


def logins_of(session: Session, user_id: int, *, limit: int = 30) -> tuple[SeenLogin, ...]:
    """Return the latest tries to sign in as a user; one that led somewhere is followed by its success."""
    rows = session.execute(_LOGINS, {"user_id": user_id, "limit": limit}).mappings()
    return tuple(SeenLogin(**row) for row in rows)


def _users(rows: Iterable[Any]) -> Iterable[SeenUser]:
    for row in rows:
        yield SeenUser(**{**row, "role": Role(row["role"]), "banks": tuple(row["banks"])})
