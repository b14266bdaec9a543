"""Tries to sign in: each is written before the password is looked at, so that none escapes the count.

A try that led somewhere is followed by a second row, `succeeded`; one without it failed. Names that no
account has are counted like the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, insert, or_, select, text
from sqlalchemy.orm import Session

from models.users import LoginHistory


class Outcome(StrEnum):
    """What became of a try."""

    TRIED = "tried"
    SUCCEEDED = "succeeded"
    LOCKED = "locked"
    SLOWED = "slowed"
    UNLOCKED = "unlocked"


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries from where; `user_id` is None where no account has the name."""

    name: str
    user_id: int | None
    ip: str
    user_agent: str


LONGEST_NAME: Final = 128
_ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended(:name, 20181))")


def wait_for_turn(session: Session, attempt: Attempt) -> None:
    """Let no other try for this name be counted before this transaction has ended."""
    session.execute(_ONE_AT_A_TIME, {"name": attempt.name.lower()})


def note(session: Session, attempt: Attempt, outcome: Outcome, at: datetime) -> None:
    """Write what happened."""
    session.execute(
        insert(LoginHistory).values(
            user_id=attempt.user_id,
            username_tried=attempt.name[:LONGEST_NAME],
            at=at,
            ip=attempt.ip,
            user_agent=attempt.user_agent,
            outcome=outcome.value,
        )
    )


def latest_tries(session: Session, attempt: Attempt, *, since: datetime, limit: int) -> list[datetime]:
    """When this account was last tried from this address since it last succeeded there, newest first."""
    here = [_of_account(attempt), LoginHistory.ip == attempt.ip, LoginHistory.at > since]
    success = (
        select(func.max(LoginHistory.at))
        .where(*here, LoginHistory.outcome == Outcome.SUCCEEDED.value)
        .scalar_subquery()
    )
    forgiven = func.coalesce(func.greatest(success, _unlocked(attempt, since)), since)
    return list(
        session.scalars(
            select(LoginHistory.at)
            .where(*here, LoginHistory.outcome == Outcome.TRIED.value)
            .where(LoginHistory.at > forgiven)
            .order_by(LoginHistory.at.desc())
            .limit(limit)
        )
    )


def tries_of_account(session: Session, attempt: Attempt, *, since: datetime) -> int:
    """How often this account was tried from anywhere."""
    unlocked = func.coalesce(_unlocked(attempt, since), since)
    return _count(session, and_(_of_account(attempt), LoginHistory.at > unlocked), since)


def tries_from_address(session: Session, ip: str, *, since: datetime) -> int:
    """How often anything was tried from this address."""
    return _count(session, LoginHistory.ip == ip, since)


def has_succeeded_here(session: Session, attempt: Attempt, *, since: datetime) -> bool:
    """Whether this account was signed in to from this address: a place that its owner uses."""
    found = session.scalar(
        select(LoginHistory.login_id)
        .where(
            _of_account(attempt),
            LoginHistory.ip == attempt.ip,
            LoginHistory.at > since,
            LoginHistory.outcome == Outcome.SUCCEEDED.value,
        )
        .limit(1)
    )
    return found is not None


def _of_account(attempt: Attempt) -> ColumnElement[bool]:
    named = func.lower(LoginHistory.username_tried) == attempt.name[:LONGEST_NAME].lower()
    return named if attempt.user_id is None else or_(named, LoginHistory.user_id == attempt.user_id)


def _unlocked(attempt: Attempt, since: datetime) -> ScalarSelect[Any]:
    """When an administrator last let this account in again."""
    return (
        select(func.max(LoginHistory.at))
        .where(_of_account(attempt), LoginHistory.at > since, LoginHistory.outcome == Outcome.UNLOCKED.value)
        .scalar_subquery()
    )


def _count(session: Session, which: ColumnElement[bool], since: datetime) -> int:
    counted = select(func.count()).where(
        which, LoginHistory.at > since, LoginHistory.outcome == Outcome.TRIED.value
    )
    return session.scalar(counted) or 0
