"""Taking an import back: its payments chunk by chunk with what hangs on them, then whom it alone brought."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.listeners import BULK
from database.loading import Party
from database.queries import enrichment, locking
from database.queries.labels import Statement
from database.segments.tail import delete_recorded
from models.datasets import DatasetKind
from models.jobs import JobStatus
from models.labels import LabelSource
from models.transactions import FraudType

PARTIES: Final[tuple[Party, ...]] = ("customers", "merchants")


@dataclass(frozen=True, slots=True)
class Undoable:
    """A dataset as its undo needs it; `busy` names an open run over it, other than the asking one."""

    dataset_id: int
    kind: DatasetKind
    name: str
    file_sha256: str | None
    rows: int
    busy: int | None


_FIND = text("""
select d.dataset_id, d.kind, d.name, d.file_sha256, d.rows,
    (select max(j.job_id) from dataset_jobs w join jobs j using (job_id)
     where w.bank_id = d.bank_id and w.dataset_id = d.dataset_id and j.kind <> 'undo'
        and j.status in ('queued', 'running')) as busy
from datasets d where d.bank_id = :bank_id and d.dataset_id = :dataset_id
""")
# A batch is long work that its progress makes visible; the plan must not fall back to reading everything.
_ROOM = text("""
select set_config('statement_timeout', '0', true), set_config('work_mem', '64MB', true),
    set_config('enable_seqscan', 'off', true)
""")
_ENDS = text("""
select min(ingest_seq), max(ingest_seq) from transactions
where bank_id = :bank_id and dataset_id = :dataset_id
""")
_TAKE = text("""
create temporary table undone on commit drop as
select transaction_id, customer_id, "timestamp", ingest_seq, dataset_id from transactions
where ingest_seq >= :first and ingest_seq <= :last and dataset_id = :dataset_id and bank_id = :bank_id
order by ingest_seq limit :limit
""")
_TAKE_OF_CUSTOMER = text("""
create temporary table undone on commit drop as
select transaction_id, customer_id, "timestamp", ingest_seq, dataset_id from transactions
where bank_id = :bank_id and customer_id = :customer_id
""")
_TAKEN = text("select count(*), max(ingest_seq) from undone")
# What the import said of its own rows is the file's; everything else somebody said since.
_SAID_SINCE = text("""
select l.transaction_id, l.is_fraud, l.source, l.fraud_type, l.reason, l.known_at, l.recorded_at,
    l.recorded_by, l.alert_event_id, l.dataset_id
from fraud_labels l join undone u using (transaction_id)
where l.bank_id = :bank_id and (l.source <> 'import' or l.dataset_id is not null)
order by l.transaction_id, l.recorded_at, l.label_id
""")
# An alert that holds payments of others opens with the first of them from now on.
_HAND_ON = text("""
update alerts a set transaction_id = kept.transaction_id, version = a.version + 1, updated_at = now()
from (
    select distinct on (h.alert_id) h.alert_id, h.transaction_id
    from alert_transactions h join transactions t using (bank_id, transaction_id)
    where h.bank_id = :bank_id and h.transaction_id not in (select transaction_id from undone)
        and (cast(:dataset_id as bigint) is null or t.dataset_id is distinct from :dataset_id)
        and h.alert_id in (select o.alert_id from alerts o join undone u using (transaction_id)
                           where o.bank_id = :bank_id)
    order by h.alert_id, t."timestamp", t.ingest_seq
) kept
where a.bank_id = :bank_id and a.alert_id = kept.alert_id
""")
_COUNT = text("""
update datasets d set rows = d.rows - gone.rows, updated_at = now()
from (select dataset_id, count(*) as rows from undone group by dataset_id order by dataset_id) gone
where d.bank_id = :bank_id and d.dataset_id = gone.dataset_id
""")


def find(session: Session, bank_id: int, dataset_id: int) -> Undoable | None:
    """Return a dataset of the bank as its undo needs it."""
    row = session.execute(_FIND, {"bank_id": bank_id, "dataset_id": dataset_id}).one_or_none()
    if row is None:
        return None
    return Undoable(row.dataset_id, DatasetKind(row.kind), row.name, row.file_sha256, row.rows, row.busy)


def ends(session: Session, bank_id: int, dataset_id: int) -> tuple[int, int] | None:
    """Return the smallest and the largest `ingest_seq` of a dataset's rows, None where it has none."""
    first, last = session.execute(_ENDS, {"bank_id": bank_id, "dataset_id": dataset_id}).one()
    return None if first is None else (first, last)


def take(
    session: Session, bank_id: int, dataset_id: int, begin: int, end: int, limit: int
) -> tuple[int, int | None]:
    """Choose the next rows to remove, in this transaction; return how many and the last `ingest_seq`."""
    session.execute(_ROOM)
    given = {"bank_id": bank_id, "dataset_id": dataset_id, "first": begin, "last": end, "limit": limit}
    session.execute(_TAKE, given)
    count, last = session.execute(_TAKEN).one()
    return count, last


def take_of_customer(session: Session, bank_id: int, customer_id: str) -> int:
    """Choose all rows of a customer, in this transaction; return how many there are."""
    session.execute(_ROOM)
    session.execute(_TAKE_OF_CUSTOMER, {"bank_id": bank_id, "customer_id": customer_id})
    count, _ = session.execute(_TAKEN).one()
    return int(count)


def said_since(session: Session, bank_id: int) -> list[Statement]:
    """Return what others said of the chosen rows since they were imported, the oldest first."""
    found = session.execute(_SAID_SINCE, {"bank_id": bank_id})
    return [
        Statement(
            **{
                **row._mapping,  # noqa: SLF001 - its public name
                "source": LabelSource(row.source),
                "fraud_type": FraudType(row.fraud_type) if row.fraud_type else None,
            }
        )
        for row in found
    ]


def remove(session: Session, bank_id: int, dataset_id: int | None) -> int:
    """Delete the chosen rows with their labels, alerts and records; return how many there were.

    No alert is handed on to a row of `dataset_id`: it is about to go too.
    """
    given = {"bank_id": bank_id, "dataset_id": dataset_id}
    locking.hold_rows(session, bank_id)
    locking.lock_alerts(session, bank_id, "undone")
    session.execute(_HAND_ON, given, execution_options={BULK: True})
    enrichment.reopen_after(session, bank_id, "undone")
    removed = delete_recorded(session, bank_id, "undone")
    session.execute(_COUNT, given)
    return removed


def remove_parties(session: Session, bank_id: int, dataset_id: int, party: Party, limit: int) -> int:
    """Delete customers or merchants that the dataset brought and that no payment names; return how many."""
    key = {"customers": "customer_id", "merchants": "merchant_id"}[party]
    session.execute(_ROOM)
    done = session.execute(
        text(f"""
with gone as (
    select p.{key} from {party} p where p.bank_id = :bank_id and p.dataset_id = :dataset_id
        and not exists (select from transactions t where t.bank_id = :bank_id and t.{key} = p.{key})
    order by p.{key} limit :limit for update
)
delete from {party} p using gone where p.bank_id = :bank_id and p.{key} = gone.{key} returning 1
"""),
        {"bank_id": bank_id, "dataset_id": dataset_id, "limit": limit},
        execution_options={BULK: True},
    )
    return len(done.all())


def remove_events(session: Session, bank_id: int, dataset_id: int) -> int:
    """Delete the days of the calendar that the dataset brought."""
    done = session.execute(
        text("delete from calendar_events where bank_id = :bank_id and dataset_id = :dataset_id returning 1"),
        {"bank_id": bank_id, "dataset_id": dataset_id},
    )
    return len(done.all())


def labelled(
    session: Session, bank_id: int, dataset_id: int, after: str, limit: int
) -> Sequence[tuple[str, str]]:
    """Return payments and sources of a label file whose last word still stands, in order, after an id."""
    found = session.execute(
        text("""
select distinct l.transaction_id, l.source from fraud_labels l
where l.bank_id = :bank_id and l.dataset_id = :dataset_id and l.is_fraud is not null
    and l.transaction_id > :after
    and not exists (select from fraud_labels later
        where later.bank_id = l.bank_id and later.transaction_id = l.transaction_id
            and later.source = l.source
            and (later.recorded_at, later.label_id) > (l.recorded_at, l.label_id))
order by 1 limit :limit
"""),
        {"bank_id": bank_id, "dataset_id": dataset_id, "after": after, "limit": limit},
    )
    return [(identity, source) for identity, source in found]


def forget_file(session: Session, bank_id: int, dataset_id: int, at: datetime | None = None) -> None:
    """Say that nothing is left of a dataset: the same file makes a new one."""
    session.execute(
        text("""
update datasets set file_sha256 = null, rows = 0, first_at = null, last_at = null,
    updated_at = coalesce(:at, now())
where bank_id = :bank_id and dataset_id = :dataset_id
"""),
        {"bank_id": bank_id, "dataset_id": dataset_id, "at": at},
    )


_OPEN: Final = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.FAILED, JobStatus.CANCELLED)


def unfinished(session: Session, bank_id: int, dataset_id: int) -> int | None:
    """Return the run that began to undo a dataset and did not end."""
    found: int | None = session.execute(
        text("""
select max(j.job_id) from dataset_jobs w join jobs j using (job_id)
where w.bank_id = :bank_id and w.dataset_id = :dataset_id and j.kind = 'undo' and j.status = any(:open)
    and exists (select from datasets d where d.bank_id = w.bank_id and d.dataset_id = w.dataset_id
                and d.file_sha256 is not null)
"""),
        {"bank_id": bank_id, "dataset_id": dataset_id, "open": [str(status) for status in _OPEN]},
    ).scalar()
    return found
