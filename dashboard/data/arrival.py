"""A file that has arrived: what it is taken for, and its first rows as they would be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.data import uploads
from dashboard.data.actions import options_of
from dashboard.data.proposal import Proposal
from dashboard.data.proposing import propose
from dashboard.data.turns import turn
from database.connection import get_db_session
from database.queries.banks import BankSettings, visible_banks
from models.access import Person
from models.errors import NotFoundError, UserError
from models.messages import N_


@dataclass(frozen=True, slots=True)
class Arrival:
    """An uploaded file with its form: the choices as they are now, and what follows from them."""

    upload_id: str
    name: str
    size: int
    banks: tuple[BankSettings, ...]
    form: Mapping[str, Any]
    proposal: Proposal


def arrival(person: Person, home: Path, asked: Any) -> Arrival | None:
    """Read the first rows of an uploaded file as its form says; None where no file is asked about."""
    if not isinstance(asked, dict) or not isinstance(asked.get("upload"), str):
        return None
    upload = uploads.find(home, person.user_id, asked["upload"])
    with get_db_session() as session:
        banks = tuple(visible_banks(session, person))
    if not banks:
        raise NotFoundError(N_("You have no bank to import into: ask an administrator for one."))
    given = asked.get("form")
    form = {"bank": banks[0].code, **(given if isinstance(given, dict) else {})}
    zone = next((bank.time_zone for bank in banks if bank.code == form["bank"]), "UTC")
    return Arrival(
        upload.upload_id, upload.name, upload.size, banks, form, _proposal(person, upload.path, form, zone)
    )


def _proposal(person: Person, path: Path, form: Mapping[str, Any], zone: str) -> Proposal:
    try:
        options = options_of(person, form)
        with turn(person.user_id):
            found, _ = propose(path, options, zone)
    except UserError as mistake:
        return Proposal(problem=mistake.message)
    return found
