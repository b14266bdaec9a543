"""The check of an uploaded file as a job: what an import would do, kept as the run's result."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from dashboard.ingestion.check import CheckReport, Rejection, check_file
from dashboard.ingestion.options import ImportOptions
from dashboard.jobs.control import Control
from models.messages import Message

MOST_REASONS: Final = 50
_STEPS: Final = 1_000


def check_lock(parameters: Mapping[str, Any]) -> str:
    """Check a file once at a time."""
    return f"check {parameters['path']}"


def run_check(control: Control) -> Mapping[str, Any]:
    """Read the file of the job's parameters and return what would come of it; nothing else is written."""
    options = ImportOptions.from_parameters(control.parameters)

    def report(share: float) -> None:
        control.report(round(min(share, 1.0) * _STEPS), _STEPS)

    found = check_file(Path(control.parameters["path"]), options, report)
    report(1.0)
    return as_json(found)


def as_json(found: CheckReport) -> dict[str, Any]:
    """Write a report as its page reads it."""
    return {
        "rows": found.rows,
        "accepted": found.added,
        "known": found.known,
        "duplicate": found.repeated,
        "conflict": found.conflicts,
        "rejected": found.rejected,
        "first_at": found.first_at and found.first_at.isoformat(),
        "last_at": found.last_at and found.last_at.isoformat(),
        "currencies": dict(found.currencies),
        "fraud": found.frauds,
        "genuine": found.genuine,
        "unlabelled": found.unlabelled,
        "reasons": [_reason(each) for each in found.rejections[:MOST_REASONS]],
        "notes": [_message(note) for note in found.notes],
    }


def _reason(each: Rejection) -> dict[str, Any]:
    first = each.examples[0]
    return {
        **_message(each.reason),
        "column": each.column,
        "count": each.rows,
        "line": first.line,
        "value": first.value,
    }


def _message(message: Message) -> dict[str, Any]:
    plain = {name: value if isinstance(value, int) else str(value) for name, value in message.params.items()}
    return {"msgid": message.msgid, "params": plain}
