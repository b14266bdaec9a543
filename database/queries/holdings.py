"""What datasets hold now: rows, labels, and what would go with one that is undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.datasets import DatasetKind, DatasetOrigin
from models.errors import NotFoundError
from models.messages import N_


@dataclass(frozen=True, slots=True)
class Holding:
    """One dataset of one bank, as its list shows it; times are those of its first and last payment."""

    bank_id: int
    bank: str
    bank_name: str
    zone: str
    dataset_id: int
    name: str
    kind: DatasetKind
    origin: DatasetOrigin
    layout: str | None
    rows: int
    first_at: datetime | None
    last_at: datetime | None
    is_demo: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Affected:
    """What an undo would take away with a dataset."""

    name: str
    kind: DatasetKind
    origin: DatasetOrigin
    rows: int
    transactions: int
    labels: int
    alerts: int
    first_at: datetime | None
    last_at: datetime | None


_HOLDINGS = text("""
select d.bank_id, b.code as bank, b.name as bank_name, b.time_zone as zone, d.dataset_id, d.name, d.kind,
       d.origin, d.layout, d.rows,
       d.first_at, d.last_at, d.is_demo, d.created_at, d.updated_at
from datasets d join banks b on b.bank_id = d.bank_id
order by d.is_demo, d.dataset_id desc limit :limit
""")
_LABELLED = text("""
select count(*) as rows, count(is_fraud) as labelled from transactions
where bank_id = :bank_id and dataset_id = :dataset_id
""")
_AFFECTED = text("""
with rows as materialized (
    select bank_id, transaction_id, timestamp from transactions
    where bank_id = :bank_id and dataset_id = :dataset_id
)
select (select count(*) from rows) as transactions,
       (select count(*) from fraud_labels l join rows r using (bank_id, transaction_id)) as labels,
       (select count(*) from alerts a join rows r using (bank_id, transaction_id)) as alerts,
       (select min(timestamp) from rows) as first_at, (select max(timestamp) from rows) as last_at
""")
_NAMED = text(
    "select b.bank_id, d.name, d.kind, d.origin, d.rows "
    "from datasets d join banks b on b.bank_id = d.bank_id "
    "where b.code = :bank and d.dataset_id = :dataset_id"
)


def holdings(session: Session, *, limit: int = 200) -> list[Holding]:
    """Return the datasets of the session's banks, own ones first, the newest first."""
    return [
        Holding(
            **{**row, "kind": DatasetKind(row["kind"]), "origin": DatasetOrigin(row["origin"])},
        )
        for row in session.execute(_HOLDINGS, {"limit": limit}).mappings()
    ]


def labelled(session: Session, bank_id: int, dataset_id: int) -> tuple[int, int]:
    """Count a dataset's payments and those of them that carry a label; reads every one of them."""
    row = session.execute(_LABELLED, {"bank_id": bank_id, "dataset_id": dataset_id}).one()
    return row.labelled, row.rows


def affected(session: Session, bank: str, dataset_id: int) -> Affected:
    """Count what hangs on a dataset; one of a bank that the session does not see is not there."""
    named = session.execute(_NAMED, {"bank": bank, "dataset_id": dataset_id}).one_or_none()
    if named is None:
        raise NotFoundError(
            N_("There is no dataset {dataset_id} in {bank}."), dataset_id=dataset_id, bank=bank
        )
    row = session.execute(_AFFECTED, {"bank_id": named.bank_id, "dataset_id": dataset_id}).one()
    return Affected(named.name, DatasetKind(named.kind), DatasetOrigin(named.origin), named.rows, *row)
