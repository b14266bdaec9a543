"""What a payment's label is now: set, withdrawn, and settled between those who contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from database.connection import Session
from database.queries import labels
from database.queries.labels import Projection, Statement
from models.errors import NotFoundError, UserError
from models.labels import LabelSource
from models.messages import N_
from models.transactions import FraudType

PRECEDENCE: Final = (LabelSource.CHARGEBACK, LabelSource.ANALYST, LabelSource.RULE, LabelSource.IMPORT)
"""Whom we believe first."""


def set_label(
    session: Session,
    bank_id: int,
    transaction_id: str,
    *,
    is_fraud: bool | None,
    source: LabelSource = LabelSource.ANALYST,
    fraud_type: FraudType | None = None,
    reason: str | None = None,
    known_at: datetime | None = None,
    by: int | None = None,
    alert_event_id: int | None = None,
) -> Projection:
    """Say what a payment was and return what its label is now, which a better source may have settled.

    The statement, the row, its segment records and the truth of its predictions change in the session's
    transaction, or not at all. `by` is a user's id; who may label has been checked by the caller.
    """
    said = Statement(
        transaction_id,
        is_fraud,
        source,
        fraud_type=fraud_type,
        reason=reason,
        known_at=known_at,
        recorded_by=by,
        alert_event_id=alert_event_id,
    )
    return set_labels(session, bank_id, [said])[0]


def withdraw_label(
    session: Session,
    bank_id: int,
    transaction_id: str,
    *,
    source: LabelSource = LabelSource.ANALYST,
    reason: str | None = None,
    by: int | None = None,
    alert_event_id: int | None = None,
) -> Projection:
    """Take back what a source said; what the others said counts again."""
    return set_label(
        session,
        bank_id,
        transaction_id,
        is_fraud=None,
        source=source,
        reason=reason,
        by=by,
        alert_event_id=alert_event_id,
    )


def set_labels(session: Session, bank_id: int, said: Sequence[Statement]) -> tuple[Projection, ...]:
    """Write many statements of one bank at once; return the label of each payment named, in first order."""
    for statement in said:
        _refuse_contradiction(statement)
    ids = list(dict.fromkeys(statement.transaction_id for statement in said))
    unknown = set(ids) - labels.lock(session, bank_id, ids)
    if unknown:
        raise NotFoundError(
            N_("The bank has no transaction {transaction_id}."), transaction_id=", ".join(sorted(unknown)[:3])
        )
    labels.append(session, bank_id, said)
    everything = labels.statements(session, bank_id, ids)
    settled = tuple(settle(identity, everything.get(identity, ())) for identity in ids)
    labels.project(session, bank_id, settled)
    return settled


def settle(transaction_id: str, said: Iterable[Statement]) -> Projection:
    """Decide between statements, given the oldest first: the last word of the source believed most.

    A source whose last word takes its label back says nothing.
    """
    last = {statement.source: statement for statement in said}
    for source in PRECEDENCE:
        statement = last.get(source)
        if statement is not None and statement.is_fraud is not None:
            return Projection(transaction_id, statement.is_fraud, statement.fraud_type, statement.reason)
    return Projection(transaction_id)


def _refuse_contradiction(statement: Statement) -> None:
    if statement.fraud_type is not None and not statement.is_fraud:
        raise UserError(N_("Only a fraud has a kind of fraud."))
    if statement.known_at is not None and statement.known_at.tzinfo is None:
        raise UserError(N_("The time at which a label was known needs its time zone."))
