"""What happened around a payment: the payments before and after it of the same customer, card or device."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.queries.listing import listed
from database.queries.rows import ListedTransaction
from database.queries.stored_transaction import StoredTransaction
from models.predictions import ModelPrediction
from models.transactions import Transaction

AROUND: Final = 5
SHARED: Final = ("customer_id", "card_fingerprint", "device_id", "ip_address")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one model said about a payment."""

    model_name: str
    model_version: str
    fraud_probability: float
    feature_importance: dict[str, float]


def around(
    session: Session, payment: StoredTransaction, shared: str, *, most: int = AROUND
) -> tuple[ListedTransaction, ...]:
    """Return the payments before and after one that share something with it, in order of time, with it."""
    value = getattr(payment, shared)
    if value is None:
        return ()
    place = '(t."timestamp", t.transaction_id)'
    given = {
        "value": value,
        "at": payment.timestamp,
        "id": payment.transaction_id,
        "banks": (payment.bank_id,),
    }
    kind = "cast(:value as inet)" if shared == "ip_address" else ":value"
    found: list[ListedTransaction] = []
    for sign, order in (("<=", "desc"), (">", "asc")):
        found += listed(
            session,
            Transaction,
            ListedTransaction,
            f't.{shared} = {kind} and t."timestamp" {sign[0]}= :at and {place} {sign} (:at, :id)',
            order=f't."timestamp" {order}, t.transaction_id {order}',
            limit=most + (sign == "<="),
            **given,
        )
    return tuple(sorted(found, key=lambda row: (row.timestamp, row.transaction_id)))


def opinions(session: Session, payment: StoredTransaction) -> tuple[Opinion, ...]:
    """Return what models said about a payment, the newest first."""
    columns = [getattr(ModelPrediction, name) for name in Opinion.__dataclass_fields__]
    found = session.execute(
        select(*columns)
        .where(
            ModelPrediction.bank_id == payment.bank_id,
            ModelPrediction.transaction_id == payment.transaction_id,
        )
        .order_by(ModelPrediction.predicted_at.desc())
    )
    return tuple(Opinion(*row) for row in found)
