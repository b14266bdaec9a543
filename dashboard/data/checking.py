"""The check of an uploaded file as its page shows it: how far it is, or what it found."""

from __future__ import annotations

from typing import Any

from dashboard.data.actions import CHECK
from dashboard.data.board import SeenRun
from database.connection import read_only
from database.queries import runs
from models.access import Person
from models.errors import NotFoundError


def checked(person: Person, asked: Any) -> SeenRun | None:
    """Return the check that is asked about, if it is one of the person's."""
    job_id = asked.get("job") if isinstance(asked, dict) else None
    if type(job_id) is not int or not 0 < job_id < 2**63:
        return None
    try:
        with read_only(banks=person.banks) as session:
            run = runs.one(session, person, job_id)
    except NotFoundError:
        return None
    return run if run.kind == CHECK else None
