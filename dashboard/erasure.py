"""Erasure of a customer: whatever tells of them goes, and the audit says that it went, not who it was."""

from __future__ import annotations

import csv
import hashlib
import hmac
import logging
import os
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboard.config import WebSettings
from dashboard.ingestion.follow_up import enrich_later
from dashboard.ingestion.options import AlertsMode
from dashboard.spreadsheets import as_written
from database.connection import Session, get_db_session
from database.loading import bank_terms
from database.queries import audit, erasing, locking, undoing
from database.queries.audit import Deed
from models.errors import NotFoundError, UserError
from models.messages import N_

logger = logging.getLogger(__name__)

ForgetLogs = Callable[[int, Collection[str]], int]
"""Deletes the log lines of a bank that hold one of some words, and says how many."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What went with a customer; `fingerprint` is what the audit calls them."""

    fingerprint: str
    payments: int
    patterns: int
    log_lines: int
    file_lines: int


def erase_customer(
    bank: str, customer_id: str, *, reason: str, forget_logs: ForgetLogs, by: int | None = None
) -> Erased:
    """Delete a customer, their payments and all that hangs on them, and lines of logs and files about them.

    Rows, segment records, counts and the audit change in one transaction. Logs and files go before it
    commits: after a fault the same call does all of it again.
    """
    if not reason.strip():
        raise UserError(N_("Say why the customer is erased: the audit keeps the reason."))
    with get_db_session([bank]) as session:
        bank_id = bank_terms(session).bank_id
        locking.hold_rows(session, bank_id)
        if not erasing.lock_customer(session, bank_id, customer_id):
            raise NotFoundError(N_("The bank has no such customer."))
        payments = undoing.take_of_customer(session, bank_id, customer_id)
        words = {customer_id, *erasing.taken_ids(session)}
        erased = Erased(
            fingerprint_of(customer_id),
            payments,
            erasing.forget_patterns(session, bank_id, customer_id),
            forget_logs(bank_id, words),
            _forget_in_files(erasing.datasets_of(session, bank_id), words),
        )
        undoing.remove(session, bank_id, None)
        erasing.forget_customer(session, bank_id, customer_id)
        _write_down(session, bank_id, erased, reason, by)
        enrich_later(session, bank, None, AlertsMode.NONE, created_by=by)
    logger.info("A customer of %s was erased with %d payments", bank, payments)
    return erased


def fingerprint_of(customer_id: str) -> str:
    """Return a keyed hash by which an erased customer can be known again, and not found out."""
    key = WebSettings.from_env().fingerprint_key.encode()
    return hmac.new(key, f"customer {customer_id}".encode(), hashlib.sha256).hexdigest()[:32]


def _write_down(session: Session, bank_id: int, erased: Erased, reason: str, by: int | None) -> None:
    counts = {"payments": erased.payments, "patterns": erased.patterns, "log_lines": erased.log_lines}
    details = {**counts, "file_lines": erased.file_lines}
    deed = Deed(by, bank_id, "customer.erase", "customer", erased.fingerprint, reason.strip(), details)
    audit.write(session, [deed])


def _forget_in_files(datasets: Collection[int], words: Collection[str]) -> int:
    """Take lines about the customer out of what imports and undos have left in files; return how many."""
    folder = WebSettings.from_env().home / "rejects"
    return sum(_forget_in_file(path, words) for number in datasets for path in _files_of(folder, number))


def _files_of(folder: Path, dataset_id: int) -> Iterator[Path]:
    yield from folder.glob(f"{dataset_id}-*.csv")
    yield from folder.glob(f"labels-of-undone-{dataset_id}.csv")


def _forget_in_file(path: Path, words: Collection[str]) -> int:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    kept = [row for row in rows if not any(as_written(cell) in words for cell in row)]
    if len(kept) < len(rows):
        draft = path.with_suffix(".draft")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(kept)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    return len(rows) - len(kept)
