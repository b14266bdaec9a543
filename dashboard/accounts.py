"""Signing in and out, the limits on trying, and changing one's own password."""

from __future__ import annotations

import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from dashboard import passwords
from dashboard.config import WebSettings
from database.connection import Session, get_db_session
from database.queries import logins, sessions, users
from database.queries.logins import Attempt, Outcome
from models.access import Person, Role
from models.errors import NotSignedInError, UserError
from models.messages import N_

LOGGER = logging.getLogger(__name__)

TRIES_HERE: Final = 10
LOCKED_FOR: Final = timedelta(minutes=30)
TRIES_OF_ACCOUNT: Final = 100
TRIES_OF_ADDRESS: Final = 300
COUNTED_FOR: Final = timedelta(hours=1)
KNOWN_PLACE_FOR: Final = timedelta(days=30)
SLOWED_BY_S: Final = 2.0
SEEN_EVERY: Final = timedelta(minutes=1)
SHORTEST_OWN_NAME: Final = 4

# A delayed try holds a thread: two at most, the others are asked to come back.
_SLOWED_AT_ONCE = threading.BoundedSemaphore(2)


class WrongPasswordError(UserError):
    """The name, the password or both are wrong; which one is nobody's business."""

    status = 401


class TooManyTriesError(UserError):
    """This account or address has to wait."""

    status = 429


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from."""

    ip: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session: its secret for the cookie, and what the browser must do first."""

    token: str
    until: datetime
    user_id: int
    must_change_password: bool


def sign_in(name: str, password: str, origin: Origin, *, settings: WebSettings, now: datetime) -> SignedIn:
    """Open a session for the right password, or raise the same words for whatever was wrong."""
    attempt, account = _admit(name, origin, now)
    is_right = passwords.verify(None if account is None else account.password_hash, password)
    if account is None or not is_right or not account.is_active or _is_closed(account, now):
        LOGGER.warning(
            "sign-in refused from %s", origin.ip, extra={"category": "security", "user_id": attempt.user_id}
        )
        raise WrongPasswordError(N_("The name or the password is wrong."))
    with get_db_session() as session:
        logins.note(session, attempt, Outcome.SUCCEEDED, now)
        users.note_login(session, account.user_id, now)
        if passwords.is_outdated(account.password_hash):
            users.set_password(
                session,
                account.user_id,
                passwords.hash_password(password),
                must_change_password=account.must_change_password,
            )
        opened = _open(session, account, origin, settings=settings, now=now)
    LOGGER.info("signed in", extra={"category": "security", "user_id": account.user_id})
    return opened


def change_password(
    person: Person,
    current: str,
    new: str,
    repeated: str,
    origin: Origin,
    *,
    settings: WebSettings,
    now: datetime,
) -> SignedIn:
    """Store a new password, end every session of the person and open one for this browser."""
    _, account = _admit(person.username, origin, now)
    if account is None or not passwords.verify(account.password_hash, current):
        raise WrongPasswordError(N_("The current password is wrong."))
    if new != repeated:
        raise passwords.PasswordRefusedError(N_("The two new passwords differ. Write the same one twice."))
    if passwords.verify(account.password_hash, new):
        raise passwords.PasswordRefusedError(N_("Choose a password that you do not use now."))
    names = (account.username, account.email.partition("@")[0], *account.full_name.split())
    passwords.refuse_weak(
        new, names=[name for name in names if len(name) >= SHORTEST_OWN_NAME], policy=settings.password_policy
    )
    hashed = passwords.hash_password(new)
    with get_db_session() as session:
        users.set_password(session, account.user_id, hashed, must_change_password=False)
        sessions.end_all(session, account.user_id, at=now, reason="password changed")
        attempt = Attempt(account.username, account.user_id, origin.ip, origin.user_agent)
        logins.note(session, attempt, Outcome.SUCCEEDED, now)
        opened = _open(session, account, origin, settings=settings, now=now)
    LOGGER.info("password changed", extra={"category": "security", "user_id": account.user_id})
    return opened


def sign_out(token: str, *, now: datetime) -> None:
    """End the session of a cookie, on every worker at once."""
    with get_db_session() as session:
        sessions.end_by_token(session, hashed_token(token), at=now, reason="signed out")
    LOGGER.info("signed out", extra={"category": "security"})


def person_of(token: str, *, settings: WebSettings, now: datetime, is_background: bool) -> Person:
    """The person behind a cookie; raises where the session is unknown, ended, idle or too old.

    Background requests never renew a session; others do so at most once a minute.
    """
    with get_db_session() as session:
        found = sessions.find(session, hashed_token(token))
        if found is None:
            raise NotSignedInError(N_("Sign in to go on."))
        reason = _over(found, settings, now)
        if reason is not None:
            sessions.end(session, found.session_id, at=now, reason=reason)
        elif not is_background and now - found.last_seen_at >= SEEN_EVERY:
            sessions.touch(session, found.session_id, now)
    if reason is not None:
        raise NotSignedInError(N_("Your session has ended. Sign in to go on."))
    return found.person


def choose(user_id: int, preferences: Mapping[str, str]) -> None:
    """Store the `language` or `theme` that a person chose."""
    with get_db_session() as session:
        users.set_preferences(session, user_id, **preferences)


def idle_minutes(role: Role, settings: WebSettings) -> int:
    """After how many minutes without a request a person of this role is signed out."""
    return settings.admin_idle_minutes if role is Role.ADMIN else settings.session_idle_minutes


def hashed_token(token: str) -> str:
    """What the database keeps of a cookie: it cannot be turned back into one."""
    return hashlib.sha256(token.encode()).hexdigest()


def _admit(name: str, origin: Origin, now: datetime) -> tuple[Attempt, users.Account | None]:
    """Count this try before the password is looked at; raise when there were too many."""
    # PostgreSQL holds no NUL: a name with one is nobody's, and counted like any other.
    name = name.replace("\0", "\N{REPLACEMENT CHARACTER}").strip()[: logins.LONGEST_NAME]
    with get_db_session() as session:
        account = users.by_name(session, name)
        attempt = Attempt(name, None if account is None else account.user_id, origin.ip, origin.user_agent)
        logins.wait_for_turn(session, attempt)
        tries = logins.latest_tries(session, attempt, since=now - 2 * COUNTED_FOR, limit=TRIES_HERE)
        hour = now - COUNTED_FOR
        is_locked = _is_locked(tries, now) or (
            logins.tries_from_address(session, origin.ip, since=hour) >= TRIES_OF_ADDRESS
        )
        is_slowed = logins.tries_of_account(session, attempt, since=hour) >= TRIES_OF_ACCOUNT and not (
            logins.has_succeeded_here(session, attempt, since=now - KNOWN_PLACE_FOR)
        )
        logins.note(session, attempt, Outcome.LOCKED if is_locked else Outcome.TRIED, now)
        users.count_failure(session, attempt.user_id)
    if is_locked:
        LOGGER.warning("too many tries from %s", origin.ip, extra={"category": "security"})
        minutes = LOCKED_FOR.seconds // 60
        raise TooManyTriesError(
            N_("Too many tries. Wait {minutes} minutes, then try again."), minutes=minutes
        )
    if is_slowed:
        _slow_down()
    return attempt, account


def _is_locked(tries: list[datetime], now: datetime) -> bool:
    """Whether the last tries came too fast after each other and the latest is not old enough yet."""
    if len(tries) < TRIES_HERE:
        return False
    return tries[0] - tries[-1] <= LOCKED_FOR and now - tries[0] < LOCKED_FOR


def _slow_down() -> None:
    # A lock would let any stranger shut an account; a delay only makes guessing pointless.
    if not _SLOWED_AT_ONCE.acquire(blocking=False):
        raise TooManyTriesError(N_("Too many tries. Wait a moment, then try again."))
    try:
        time.sleep(SLOWED_BY_S)
    finally:
        _SLOWED_AT_ONCE.release()


def _is_closed(account: users.Account, now: datetime) -> bool:
    return account.locked_until is not None and account.locked_until > now


def _over(found: sessions.OpenSession, settings: WebSettings, now: datetime) -> str | None:
    if now >= found.expires_at:
        return "too old"
    idle = timedelta(minutes=idle_minutes(found.person.role, settings))
    return "idle" if now - found.last_seen_at >= idle else None


def _open(
    session: Session, account: users.Account, origin: Origin, *, settings: WebSettings, now: datetime
) -> SignedIn:
    token = secrets.token_urlsafe(32)
    until = now + timedelta(hours=settings.session_hours)
    sessions.start(
        session,
        token_hash=hashed_token(token),
        user_id=account.user_id,
        at=now,
        until=until,
        ip=origin.ip,
        user_agent=origin.user_agent,
    )
    return SignedIn(token, until, account.user_id, account.must_change_password)
