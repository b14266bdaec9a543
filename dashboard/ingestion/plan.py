"""Before an import: the file opened, its layout chosen, its place in the bank found or made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dashboard.ingestion.follow_up import OPENED
from dashboard.ingestion.kinds import ROW_KINDS, layout_of_kind
from dashboard.ingestion.layout import Layout
from dashboard.ingestion.layouts import GENERIC, choose_layout
from dashboard.ingestion.notes import notes_of
from dashboard.ingestion.options import Decimals, ImportOptions
from dashboard.ingestion.sources import Position, Source, open_source
from dashboard.ingestion.styles import find_styles
from dashboard.ingestion.terms import Terms
from database.connection import Session, get_db_session
from database.loading import BankTerms, bank_terms
from database.queries import datasets, jobs, undoing
from database.queries.datasets import Run
from models.datasets import DatasetOrigin
from models.errors import ConflictError, UserError
from models.jobs import JobStatus
from models.messages import N_, Message

JOB_KIND = "import"
_OPEN = (JobStatus.QUEUED, JobStatus.RUNNING)
MOST_OF_STRANGERS = 200
_HASHED_AT_ONCE = 1 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """A file that can be imported, and how."""

    path: Path
    source: Source
    layout: Layout
    sha256: str
    options: ImportOptions
    terms: Terms
    notes: tuple[Message, ...] = ()


def plan_import(path: Path, options: ImportOptions) -> Plan:
    """Open the file and choose its layout; whatever is wrong with either is said here.

    The zone of the plan's terms is the one that was asked for, or UTC: the bank's is known later.
    """
    if options.time_zone is not None:
        check_zone(options.time_zone)
    source = open_source(path, options.encoding)
    layout = layout_of(source.columns, options)
    sample = source.sample(layout.read).table
    styles = find_styles(source, layout, options, sample)
    terms = Terms(
        options.time_zone or "UTC",
        options.base_date or layout.base_date,
        styles.dates,
        styles.decimals is Decimals.COMMA,
    )
    notes = tuple(notes_of(layout, options, terms, source))
    return Plan(path, source, layout, sha256_of(path), options, terms, notes)


def layout_of(header: Sequence[str], options: ImportOptions) -> Layout:
    """Return the layout that the options ask for or the header shows, with the features it shall keep."""
    if options.kind in ROW_KINDS:
        return layout_of_kind(header, options)
    constants = {**options.constants, **({"currency": options.currency} if options.currency else {})}
    layout = choose_layout(header, options.layout, options.mapping, constants, options.words)
    if layout.slug == GENERIC and len(header) > MOST_OF_STRANGERS:
        raise UserError(
            N_(
                "The file has {columns} columns; {most} are the most that a file of no known layout may have."
            ),
            columns=len(header),
            most=MOST_OF_STRANGERS,
        )
    if not options.features:
        return layout
    used = set(layout.read)
    return replace(layout, features=tuple(column for column in header if column and column not in used))


def check_zone(name: str) -> None:
    """Raise unless this is a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UserError(
            N_("There is no time zone {name}; zones are called like Europe/Paris or UTC."), name=name
        ) from error


def sha256_of(path: Path) -> str:
    """Return the file's fingerprint: the same bytes are the same dataset."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_HASHED_AT_ONCE):
            digest.update(piece)
    return digest.hexdigest()


@contextmanager
def alone(plan: Plan) -> Iterator[None]:
    """Keep other processes from importing this file into the bank meanwhile."""
    with get_db_session([plan.options.bank]) as session:
        if not datasets.hold(session, bank_terms(session).bank_id, plan.sha256):
            raise ConflictError(N_("This file is being imported right now by another process."))
        yield


def claim(session: Session, plan: Plan, job_id: int | None = None) -> tuple[Run, BankTerms]:
    """Find or make the dataset of the file and a run over it, in the session's transaction.

    An unfinished run goes on: the same command after a crash resumes. The run is that of `job_id` where a
    worker has taken one; other unfinished runs end then, and what they are doing is not committed.
    """
    terms = bank_terms(session)
    # Two starts with one file: the second waits here and finds what the first made.
    dataset_id = datasets.of_file(session, terms.bank_id, plan.options.kind, plan.sha256)
    if dataset_id is not None and undoing.unfinished(session, terms.bank_id, dataset_id):
        raise ConflictError(
            N_("This file is dataset {dataset_id}, whose undo is not finished: finish that first."),
            dataset_id=dataset_id,
        )
    last = None if dataset_id is None else datasets.newest_run(session, terms.bank_id, dataset_id)
    if dataset_id is None:
        dataset_id = _new_dataset(session, terms, plan)
    if last is not None and last.status is JobStatus.SUCCEEDED:
        return last, terms
    if last is not None:
        _check_same_reading(last.parameters, plan.options)
    if last is not None and last.status in _OPEN and job_id in {None, last.job_id}:
        if job_id is None:
            jobs.begin(session, last.job_id)
        return _found(session, terms, last.job_id), terms
    return _new_run(session, terms, plan, dataset_id, last, job_id), terms


def position_of(run: Run) -> Position:
    """Return where a run goes on."""
    stored = run.result.get("position")
    return Position.from_json(stored) if stored else Position()


def _new_dataset(session: Session, terms: BankTerms, plan: Plan) -> int:
    return datasets.create(
        session,
        terms.bank_id,
        plan.path.name,
        origin=DatasetOrigin.IMPORT,
        kind=plan.options.kind,
        file_name=plan.path.name,
        file_sha256=plan.sha256,
        layout=plan.layout.slug,
        created_by=plan.options.created_by,
    )


def _new_run(
    session: Session, terms: BankTerms, plan: Plan, dataset_id: int, last: Run | None, job_id: int | None
) -> Run:
    """Begin a run where the last one ended, if there was one."""
    if job_id is None:
        parameters = plan.options.as_parameters(plan.path)
        created_by = plan.options.created_by
        job_id = jobs.create(session, JOB_KIND, parameters, created_by=created_by, status=JobStatus.RUNNING)
    if last is not None and last.status in _OPEN:
        taken_over = Message(N_("Continued by run {job_id}."), {"job_id": job_id})
        jobs.finish(session, last.job_id, JobStatus.FAILED, message=taken_over)
        # It may have stored one more chunk while this waited for it; what follows its rows is not queued yet.
        last = datasets.newest_run(session, terms.bank_id, dataset_id)
        kept = {OPENED: last.result.get(OPENED, 0), "dataset_id": dataset_id} if last else {}
        datasets.keep(session, job_id, kept)
    datasets.begin_run(session, terms.bank_id, dataset_id, job_id, bytes_total=plan.source.size)
    if last is not None:
        datasets.keep(session, job_id, {"position": position_of(last).as_json()})
    return _found(session, terms, job_id)


def _found(session: Session, terms: BankTerms, job_id: int) -> Run:
    run = datasets.run_of_job(session, terms.bank_id, job_id)
    if run is None or run.status is not JobStatus.RUNNING:
        raise ConflictError(N_("Somebody cancelled this import; the same command begins it again."))
    return run


def _check_same_reading(parameters: Mapping[str, Any], options: ImportOptions) -> None:
    for name, value in options.reading.items():
        if parameters.get(name) != value and "path" in parameters:
            raise ConflictError(
                N_(
                    "This file was begun with another {name} ({before}) and is not finished: "
                    "go on with the same options."
                ),
                name=name.replace("_", " "),
                before=str(parameters.get(name)),
            )
