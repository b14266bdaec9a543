"""Labels that became known later, from a file: each is a statement, and `dashboard.labels` settles them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any, Final

import pyarrow as pa

from dashboard.ingestion.sources import Lines, Reject
from dashboard.labels import set_labels
from database.connection import Session, get_db_session
from database.loading import BankTerms
from database.queries import datasets, labels, undoing
from database.queries.labels import Statement
from models.labels import LabelSource
from models.messages import N_, Message
from models.transactions import FraudType

_UNKNOWN: Final = Message(N_("the bank has no transaction with this id"))
_WITHDRAWN: Final = N_("The import that said it was undone.")


def store_labels(
    session: Session,
    terms: BankTerms,
    dataset_id: int,
    columns: Mapping[str, pa.Array],
    lines: Lines,
    by: int | None,
) -> tuple[int, int, list[Reject]]:
    """Write statements down; return how many were new, how many had been said before, and unknown ids.

    A line without a label withdraws what its source said. Without a source it is a chargeback.
    """
    said = _statements(columns, dataset_id, by)
    known = labels.lock(session, terms.bank_id, [statement.transaction_id for statement in said])
    found, rejects = _parted(said, lines, known)
    fresh = unsaid_of(session, terms.bank_id, found)
    if fresh:
        set_labels(session, terms.bank_id, fresh)
    return len(fresh), len(found) - len(fresh), rejects


def unknown_of(
    session: Session, terms: BankTerms | None, columns: Mapping[str, pa.Array], lines: Lines
) -> tuple[list[Statement], list[Reject]]:
    """Return what a dry run would say of the bank's payments, and what it would refuse; nothing is locked."""
    said = _statements(columns, None, None)
    ids = [statement.transaction_id for statement in said]
    return _parted(said, lines, datasets.known_hashes(session, terms.bank_id, ids) if terms else ())


def _parted(
    said: list[Statement], lines: Lines, known: Container[str]
) -> tuple[list[Statement], list[Reject]]:
    rejects = [
        Reject(int(line), "", statement.transaction_id, _UNKNOWN)
        for statement, line in zip(said, lines, strict=True)
        if statement.transaction_id not in known
    ]
    return [statement for statement in said if statement.transaction_id in known], rejects


def withdraw_file(terms: BankTerms, dataset_id: int, at_once: int) -> int:
    """Take back what a label file said and nobody has said anew since; return how many labels that were."""
    after, withdrawn, count = "", 0, at_once
    while count >= at_once:
        with get_db_session([terms.code]) as session:
            found = undoing.labelled(session, terms.bank_id, dataset_id, after, at_once)
            count = len(found)
            if found:
                after = found[-1][0]
                back = [
                    Statement(name, None, LabelSource(source), reason=_WITHDRAWN) for name, source in found
                ]
                set_labels(session, terms.bank_id, back)
        withdrawn += count
    return withdrawn


def _statements(columns: Mapping[str, pa.Array], dataset_id: int | None, by: int | None) -> list[Statement]:
    count = len(columns["transaction_id"])
    names = ("transaction_id", "is_fraud", "fraud_type", "reason", "source", "known_at")
    given = [columns[name].to_pylist() if name in columns else [None] * count for name in names]
    return [
        _statement(dict(zip(names, cells, strict=True)), dataset_id, by) for cells in zip(*given, strict=True)
    ]


def _statement(cells: Mapping[str, Any], dataset_id: int | None, by: int | None) -> Statement:
    kind = cells["fraud_type"] if cells["is_fraud"] else None
    return Statement(
        cells["transaction_id"],
        cells["is_fraud"],
        LabelSource(cells["source"] or LabelSource.CHARGEBACK),
        fraud_type=FraudType(kind) if kind else None,
        reason=cells["reason"],
        known_at=cells["known_at"],
        recorded_by=by,
        dataset_id=dataset_id,
    )


def unsaid_of(session: Session, bank_id: int, said: list[Statement]) -> list[Statement]:
    """Leave out what is its source's last word already."""
    everything = labels.statements(session, bank_id, [statement.transaction_id for statement in said])
    last = {
        (before.transaction_id, before.source): _content(before)
        for statements in everything.values()
        for before in statements
    }
    fresh = []
    for statement in said:
        place = (statement.transaction_id, statement.source)
        content = _content(statement)
        if last.get(place, (None, None, None, None)) != content:
            fresh.append(statement)
            last[place] = content
    return fresh


def _content(statement: Statement) -> tuple[Any, ...]:
    return (statement.is_fraud, statement.fraud_type, statement.reason, statement.known_at)
