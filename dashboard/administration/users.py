"""Changes to people's accounts: each checked, made and written into the audit in one transaction."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from dashboard import passwords
from dashboard.accounts import LOCKED_FOR
from database.connection import Session, get_db_session
from database.queries import audit, banks, logins, sessions, users, users_admin
from database.queries.audit import Deed
from database.queries.logins import Attempt, Outcome
from database.queries.users_admin import SeenUser
from models.access import Role
from models.errors import ConflictError, ForbiddenError, NotFoundError, UserError
from models.messages import N_

LOGGER = logging.getLogger(__name__)
_USERNAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}")
LONGEST_NAME: Final = 120
NOWHERE: Final = "0.0.0.0"  # noqa: S104 - stands for "no address" in the history, nothing is bound to it


class MalformedError(UserError):
    """A form with a value that cannot be taken."""

    status = 422


@dataclass(frozen=True, slots=True)
class Made:
    """What a change leaves to say: a password that is shown once, and whom it concerns."""

    user_id: int
    password: str | None = None


@dataclass(frozen=True, slots=True)
class _Deed:
    """A change in words for the audit, and the password that it made up."""

    action: str
    details: Mapping[str, Any] = field(default_factory=dict)
    password: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """One change that is wanted: of whom, by whom (None = the command line), with what, when."""

    session: Session
    user: SeenUser
    by: int | None
    given: Mapping[str, Any]
    now: datetime


def create(by: int | None, given: Mapping[str, Any]) -> Made:
    """Make an account with a password made up for its first sign-in."""
    username, email, full_name = (_text(given, name) for name in ("username", "email", "full_name"))
    if not _USERNAME.fullmatch(username):
        raise MalformedError(N_("A username has 1 to 64 letters, digits, dots, dashes and underscores."))
    if not _EMAIL.fullmatch(email):
        raise MalformedError(N_("{email} is no e-mail address."), email=email)
    if not 0 < len(full_name) <= LONGEST_NAME:
        raise MalformedError(N_("Write the person's name, in at most {most} characters."), most=LONGEST_NAME)
    role, password = _role(given), passwords.generate_password()
    hashed = passwords.hash_password(password)
    with get_db_session() as session:
        _admit(session, by)
        codes = _codes(session, given)
        made = users.create(
            session,
            username=username,
            email=email,
            full_name=full_name,
            password_hash=hashed,
            role=role,
            banks=codes,
        )
        details = {"username": username, "role": role.value, "banks": sorted(codes)}
        _write(session, by, made.user_id, "user.created", details)
    _tell("user.created", by, made.user_id)
    return Made(made.user_id, password)


def change(by: int | None, user_id: int, what: str, given: Mapping[str, Any], *, now: datetime) -> Made:
    """Make one of `CHANGES` to an account; the last administrator stays, and nobody shuts themselves out."""
    if what not in CHANGES:
        raise NotFoundError(N_("There is nothing at this address."))
    with get_db_session() as session:
        _admit(session, by)
        users_admin.lock(session, user_id)
        user = users_admin.one(session, user_id, now=now, since=now - LOCKED_FOR)
        if user_id == by and what in SHUTTING_OUT:
            raise ConflictError(N_("You cannot change this of your own account. Another administrator can."))
        done = CHANGES[what](_Asked(session, user, by, given, now))
        if not users_admin.lock_admins(session):
            raise ConflictError(N_("This is the last active administrator. Make another person one first."))
        _write(session, by, user_id, done.action, done.details)
    _tell(done.action, by, user_id)
    return Made(user_id, done.password)


def _change_role(asked: _Asked) -> _Deed:
    role = _role(asked.given)
    users.change(asked.session, asked.user.user_id, role=role)
    return _Deed("user.role", {"before": asked.user.role.value, "after": role.value})


def _change_banks(asked: _Asked) -> _Deed:
    wanted, held = frozenset(_codes(asked.session, asked.given)), frozenset(asked.user.banks)
    users.grant(asked.session, asked.user.user_id, wanted - held)
    users.revoke(asked.session, asked.user.user_id, held - wanted)
    return _Deed("user.banks", {"before": sorted(held), "after": sorted(wanted)})


def _grant(asked: _Asked) -> _Deed:
    added = _codes(asked.session, asked.given)
    return _change_banks(
        _Asked(asked.session, asked.user, asked.by, {"banks": [*asked.user.banks, *added]}, asked.now)
    )


def _disable(asked: _Asked) -> _Deed:
    users.set_active(asked.session, asked.user.user_id, is_active=False)
    sessions.end_all(asked.session, asked.user.user_id, at=asked.now, reason="account closed")
    return _Deed("user.disabled", {"sessions": asked.user.open_sessions})


def _enable(asked: _Asked) -> _Deed:
    users.set_active(asked.session, asked.user.user_id, is_active=True)
    return _Deed("user.enabled")


def _demand_password(asked: _Asked) -> _Deed:
    users.change(asked.session, asked.user.user_id, must_change_password=True)
    return _Deed("user.password_demanded")


def _reset_password(asked: _Asked) -> _Deed:
    password = passwords.generate_password()
    hashed = passwords.hash_password(password)
    users.set_password(asked.session, asked.user.user_id, hashed, must_change_password=True)
    sessions.end_all(asked.session, asked.user.user_id, at=asked.now, reason="password reset")
    _let_in(asked)
    return _Deed("user.password_reset", {"sessions": asked.user.open_sessions}, password)


def _unlock(asked: _Asked) -> _Deed:
    _let_in(asked)
    return _Deed("user.unlocked")


def _end_session(asked: _Asked) -> _Deed:
    number = asked.given.get("session")
    if not isinstance(number, int) or isinstance(number, bool):
        raise MalformedError(N_("Say which session ends."))
    sessions.end_of_user(
        asked.session, asked.user.user_id, number, at=asked.now, reason="ended by an administrator"
    )
    return _Deed("user.session_ended", {"session": number})


def _end_sessions(asked: _Asked) -> _Deed:
    sessions.end_all(asked.session, asked.user.user_id, at=asked.now, reason="ended by an administrator")
    return _Deed("user.sessions_ended", {"sessions": asked.user.open_sessions})


CHANGES: Final[dict[str, Callable[[_Asked], _Deed]]] = {
    "role": _change_role,
    "banks": _change_banks,
    "grant": _grant,
    "disable": _disable,
    "enable": _enable,
    "demand-password": _demand_password,
    "reset-password": _reset_password,
    "unlock": _unlock,
    "end-session": _end_session,
    "end-sessions": _end_sessions,
}
SHUTTING_OUT: Final = frozenset({"role", "disable", "reset-password"})


def _admit(session: Session, by: int | None) -> None:
    # Two administrators who demote each other at once: the second finds that they no longer are one.
    if by is not None and by not in users_admin.lock_admins(session):
        raise ForbiddenError(N_("Your role does not allow this."))


def _let_in(asked: _Asked) -> None:
    users.change(asked.session, asked.user.user_id, failed_logins=0, locked_until=None)
    attempt = Attempt(asked.user.username, asked.user.user_id, NOWHERE, "")
    logins.note(asked.session, attempt, Outcome.UNLOCKED, asked.now)


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return value.replace("\0", "").strip() if isinstance(value, str) else ""


def _role(given: Mapping[str, Any]) -> Role:
    try:
        return Role(str(given.get("role")))
    except ValueError as error:
        raise MalformedError(N_("Choose a role.")) from error


def _codes(session: Session, given: Mapping[str, Any]) -> tuple[str, ...]:
    named = given.get("banks", [])
    if not isinstance(named, list) or not all(isinstance(code, str) for code in named):
        raise MalformedError(N_("Choose the banks from the list."))
    known = {bank.code for bank in banks.every_bank(session)}
    unknown = sorted(set(named) - known)
    if unknown:
        raise MalformedError(N_("There is no bank with the code {codes}."), codes=", ".join(unknown))
    return tuple(dict.fromkeys(named))


def _write(session: Session, by: int | None, user_id: int, action: str, details: Mapping[str, Any]) -> None:
    origin = {} if by is not None else {"from": "command line"}
    audit.write(session, [Deed(by, None, action, "user", str(user_id), None, {**details, **origin})])


def _tell(action: str, by: int | None, user_id: int) -> None:
    who = "the command line" if by is None else f"user {by}"
    LOGGER.info("%s of user %s by %s", action, user_id, who, extra={"category": "security"})
