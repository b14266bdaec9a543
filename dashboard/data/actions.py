"""What a person may set going on the Data page; whose things they are is looked at each time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from dashboard.data import uploads
from dashboard.data.demo_job import DEMO
from dashboard.data.proposing import propose
from dashboard.data.turns import turn
from dashboard.ingestion.follow_up import DETECT, ENRICH
from dashboard.ingestion.options import ImportOptions
from dashboard.jobs.submit import submit
from database.connection import Session, get_db_session, read_only
from database.queries import holdings, jobs, runs
from database.queries.holdings import Affected
from models.access import Permission, Person
from models.datasets import DatasetKind, DatasetOrigin
from models.errors import ConflictError, ForbiddenError, NotFoundError, UserError
from models.jobs import JobStatus
from models.messages import N_

IMPORT, CHECK, UNDO, REMOVE_DEMO = "import", "check", "undo", "remove-demo"
MOST_OPEN: Final = 20
_TEXTS: Final = frozenset(
    {
        "bank",
        "kind",
        "layout",
        "time_zone",
        "currency",
        "base_date",
        "alerts",
        "dates",
        "decimals",
        "encoding",
    }
)


class NotNamedError(UserError):
    """A dangerous action without the name of what it is about."""

    status = 422


def options_of(person: Person, form: Mapping[str, Any]) -> ImportOptions:
    """Read a form's choices; a bank that is not the person's is none."""
    unmeant = sorted(name for name, value in form.items() if not _is_meant(name, value))
    if unmeant:
        raise UserError(N_("The form’s {name} cannot be meant: choose it again."), name=unmeant[0])
    bank = form.get("bank")
    if not isinstance(bank, str) or bank not in person.banks:
        raise NotFoundError(N_("There is no bank with the code {codes}."), codes=str(bank))
    _refuse_rates(person, form.get("kind"))
    return ImportOptions.from_parameters(dict(form), created_by=person.user_id)


def _is_meant(name: str, value: Any) -> bool:
    """Whether a choice is of its kind; what a form of ours does not have is never meant."""
    if name == "map":
        return isinstance(value, dict) and all(isinstance(column, str) for column in value.values())
    return name in _TEXTS and isinstance(value, str | None)


def start(person: Person, home: Path, kind: str, upload_id: str, form: Mapping[str, Any]) -> int:
    """Queue the check or the import of an uploaded file and return the run's number."""
    upload = uploads.find(home, person.user_id, upload_id)
    if not upload.is_complete:
        raise ConflictError(N_("{name} is not here whole yet."), name=upload.name)
    # What was guessed for the form is what is imported.
    options = options_of(person, form)
    with turn(person.user_id):
        _, options = propose(upload.path, options)
    parameters = {**options.as_parameters(upload.path), "name": upload.name}
    with get_db_session() as session:
        return _queue(session, person, kind, parameters)


def cancel(person: Person, job_id: int) -> JobStatus:
    """Ask a run to end."""
    with get_db_session(person.banks) as session:
        runs.one(session, person, job_id)
        return jobs.request_cancel(session, job_id)


def retry(person: Person, job_id: int) -> int:
    """Queue a run like one that failed or was cancelled; an import goes on where that one ended."""
    with get_db_session(person.banks) as session:
        run = runs.one(session, person, job_id)
        if run.status not in {JobStatus.FAILED, JobStatus.CANCELLED}:
            raise ConflictError(N_("Only a run that failed or was cancelled is begun again."))
        _refuse_removal(person, run.kind)
        _refuse_rates(person, run.parameters.get("kind"))
        return _queue(session, person, run.kind, run.parameters)


def affected(person: Person, bank: str, dataset_id: int) -> Affected:
    """Count what an undo of a dataset would take away."""
    if bank not in person.banks:
        raise NotFoundError(
            N_("There is no dataset {dataset_id} in {bank}."), dataset_id=dataset_id, bank=bank
        )
    with read_only([bank]) as session:
        found = holdings.affected(session, bank, dataset_id)
    if found.origin is not DatasetOrigin.IMPORT:
        raise ConflictError(N_("{name} is no import: only an import can be undone."), name=found.name)
    return found


def undo(person: Person, bank: str, dataset_id: int, typed: str) -> int:
    """Queue the undo of a dataset whose name was typed, and return the run's number."""
    found = affected(person, bank, dataset_id)
    _refuse_rates(person, found.kind)
    name = found.name
    if typed.strip() != name:
        raise NotNamedError(N_("Type the name as it stands there: {name}."), name=name)
    parameters = {"bank": bank, "dataset_id": dataset_id, "name": name, "kind": found.kind.value}
    with get_db_session() as session:
        return _queue(session, person, UNDO, parameters)


def remove_demo(person: Person, typed: str) -> int:
    """Queue the removal of the demo, and return the run's number."""
    _refuse_removal(person, REMOVE_DEMO)
    if typed.strip() != DEMO:
        raise NotNamedError(N_("Type the name as it stands there: {name}."), name=DEMO)
    with get_db_session() as session:
        # Of no bank: it outlives those that it removes. By nobody, for a demo's person goes with it.
        return submit(session, REMOVE_DEMO, {"name": DEMO})


def rejects_of(person: Person, home: Path, job_id: int) -> Path:
    """Return the file of what a run did not store."""
    with read_only(banks=person.banks) as session:
        named = runs.one(session, person, job_id).rejects_file
    path = home / "rejects" / Path(named or "").name
    if not named or not path.is_file():
        raise NotFoundError(N_("Run {job_id} has no file of rejects."), job_id=job_id)
    return path


def _queue(session: Session, person: Person, kind: str, parameters: Mapping[str, Any]) -> int:
    count = jobs.count_open(session, person.user_id, (ENRICH, DETECT))
    if count >= MOST_OPEN:
        raise ConflictError(N_("{count} of your runs wait or work: let one end, or cancel one."), count=count)
    return submit(session, kind, parameters, created_by=person.user_id)


def _refuse_rates(person: Person, kind: object) -> None:
    if kind == DatasetKind.RATES and not person.may(Permission.MANAGE_DATA):
        raise ForbiddenError(N_("Exchange rates count in every bank: only an administrator changes them."))


def _refuse_removal(person: Person, kind: str) -> None:
    if kind == REMOVE_DEMO and not person.may(Permission.MANAGE_DATA):
        raise ForbiddenError(N_("Your role does not allow this."))
