"""The demo's people: a lead, an analyst of each of two banks, a viewer; passwords in one private file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dashboard import passwords
from database.connection import get_db_session
from database.demo import DEMO_EMAILS
from database.keys import write_private
from database.queries import users
from models.access import Role

FILE_NAME: Final = "demo-logins.txt"


@dataclass(frozen=True, slots=True)
class Colleague:
    """One person of the demo; `bank` is the place of the only bank they see, None for all."""

    username: str
    full_name: str
    role: Role
    bank: int | None = None
    language: str = "en"


COLLEAGUES: Final = (
    Colleague("lead", "Robin Ashworth", Role.LEAD),
    Colleague("analyst-fr", "Camille Fontaine", Role.ANALYST, bank=0, language="fr"),
    Colleague("analyst-us", "Jordan Brooks", Role.ANALYST, bank=1),
    Colleague("viewer", "Sam Rivers", Role.VIEWER),
)


def add_colleagues(home: Path, codes: Sequence[str]) -> Path | None:
    """Make those who are missing and return the file with their passwords; None if nobody was.

    The passwords were generated and stand nowhere else: a lost file means `database.users reset-password`.
    """
    made: dict[str, str] = {}
    with get_db_session() as session:
        for colleague in COLLEAGUES:
            seen = codes if colleague.bank is None else codes[colleague.bank : colleague.bank + 1]
            known = users.by_name(session, colleague.username)
            if known is not None:
                if known.email.endswith(DEMO_EMAILS):
                    users.grant(session, known.user_id, seen)
                continue
            made[colleague.username] = passwords.generate_password()
            users.create(
                session,
                username=colleague.username,
                email=f"{colleague.username}{DEMO_EMAILS}",
                full_name=colleague.full_name,
                password_hash=passwords.hash_password(made[colleague.username]),
                role=colleague.role,
                must_change_password=False,
                language=colleague.language,
                banks=seen,
            )
        # Before the commit: who cannot be told the passwords must not get them.
        return _write(home / FILE_NAME, made) if made else None


def _write(path: Path, made: dict[str, str]) -> Path:
    roles = {colleague.username: colleague.role for colleague in COLLEAGUES}
    lines = [f"{name:12} {password}   ({roles[name]})\n" for name, password in made.items()]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    write_private(draft, "".join(lines))
    draft.replace(path)
    return path
