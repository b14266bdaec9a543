"""What the Users page shows: everybody, those whom the address asks for, one of them with their history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs

from dashboard.accounts import LOCKED_FOR
from database.connection import get_db_session
from database.queries import banks, users_admin
from database.queries.banks import BankSettings
from database.queries.users_admin import SeenLogin, SeenSession, SeenUser
from models.access import Role

__all__ = ["People", "SeenLogin", "SeenSession", "SeenUser", "Wanted", "people", "state_of"]

STATES = ("active", "locked", "off")
_MOST_KEYS = 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address asks for; what it cannot mean is left out."""

    text: str = ""
    role: Role | None = None
    bank: str | None = None
    state: str | None = None
    user_id: int | None = None

    @classmethod
    def from_query(cls, query: str) -> Wanted:
        """Read an address from its `?` on."""
        try:
            given = parse_qs(query.removeprefix("?"), max_num_fields=_MOST_KEYS)
        except ValueError:
            return cls()
        first = {key: values[0] for key, values in given.items()}
        role, state, user = first.get("role", ""), first.get("state"), first.get("user", "")
        return cls(
            text=first.get("q", "").strip()[:100],
            role=Role(role) if role in set(Role) else None,
            bank=first.get("bank"),
            state=state if state in STATES else None,
            user_id=int(user) if user.isascii() and user.isdigit() and len(user) < 18 else None,  # noqa: PLR2004 - a bigint
        )


@dataclass(frozen=True, slots=True)
class People:
    """All that the page draws."""

    wanted: Wanted
    shown: tuple[SeenUser, ...]
    total: int
    banks: tuple[BankSettings, ...]
    chosen: SeenUser | None
    sessions: tuple[SeenSession, ...]
    logins: tuple[SeenLogin, ...]
    me: int
    now: datetime


def people(me: int, query: str, *, now: datetime) -> People:
    """Read everybody and keep those whom the address asks for."""
    wanted = Wanted.from_query(query)
    with get_db_session() as session:  # The reader has no rights on sessions and logins.
        known = banks.every_bank(session)
        everybody = users_admin.everybody(session, now=now, since=now - LOCKED_FOR)
        chosen = next((user for user in everybody if user.user_id == wanted.user_id), None)
        sessions = users_admin.sessions_of(session, chosen.user_id) if chosen else ()
        logins = users_admin.logins_of(session, chosen.user_id) if chosen else ()
    shown = tuple(user for user in everybody if _is_wanted(user, wanted))
    return People(wanted, shown, len(everybody), known, chosen, sessions, logins, me, now)


def state_of(user: SeenUser) -> str:
    """Say how an account stands: one of `STATES`."""
    if not user.is_active:
        return "off"
    return "locked" if user.refused_at is not None else "active"


def _is_wanted(user: SeenUser, wanted: Wanted) -> bool:
    text = wanted.text.casefold()
    return (
        (not text or any(text in value.casefold() for value in (user.full_name, user.username, user.email)))
        and wanted.role in {None, user.role}
        and (wanted.bank is None or wanted.bank in user.banks)
        and wanted.state in {None, state_of(user)}
    )
