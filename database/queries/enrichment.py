"""The derived columns of payments, for one new row or chunk by chunk: what was known strictly before each.

Inside one transaction: `take` says which rows (or `name` does), `measuring.measure` works their columns out
in one statement, `store` writes them with their records. `enrich_chunk` is the three in a row.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.listeners import BULK
from database.queries import locking
from database.queries.measuring import DAY, measure
from database.segments.tail import record_changes

ENRICHED: Final = (
    "transactions_last_hour",
    "transactions_last_day",
    "amount_last_hour",
    "amount_last_day",
    "distance_from_home",
    "distance_from_last",
    "time_since_last_transaction",
    "merchant_risk_score",
    "customer_risk_score",
)
"""What enrichment fills; the part of the day, the tenth, is filled when the row arrives."""
SCORED: Final = ("fraud_score", "model_name", "model_version", "decision")


@dataclass(frozen=True, slots=True)
class Position:
    """A row's place in the order of work: whatever lies behind it has been done."""

    at: datetime
    ingest_seq: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """What was taken: new rows, earlier ones whose past they changed, and where to go on."""

    rows: int
    affected: int
    end: Position


_KEYS: Final = 't.transaction_id, t.customer_id, t.merchant_id, t."timestamp", t.ingest_seq'

_ROOM = text("""
select set_config('statement_timeout', '0', true), set_config('work_mem', '64MB', true)
""")
_DROP = text("""
drop table if exists pg_temp.to_enrich, pg_temp.measured, pg_temp.risk_then, pg_temp.scored,
    pg_temp.newly_scored
""")
# Of a temporary table that nobody has analysed the planner expects a thousand rows, and would read the whole
# bank to join them: 80 ms for one row instead of a few.
_LIVE = text("""
select set_config('jit', 'off', true), set_config('enable_hashjoin', 'off', true),
    set_config('enable_mergejoin', 'off', true), set_config('enable_seqscan', 'off', true);
drop table if exists pg_temp.to_enrich, pg_temp.measured, pg_temp.risk_then, pg_temp.scored,
    pg_temp.newly_scored
""")
# Risk is put beside the rows by whoever knows it as of their time; nobody's is a valid answer.
_TABLES = text("""
create temporary table risk_then
    (transaction_id text collate "C", merchant_risk double precision, customer_risk double precision)
    on commit drop;
create temporary table scored (transaction_id text collate "C", fraud_score double precision,
    model_name text, model_version text, decision text) on commit drop
""")
_TAKE = """
create temporary table to_enrich on commit drop as
select {keys}, t.fraud_score is null as is_unscored, t.fraud_score is null as looks_back,
    false as is_affected
from transactions t
where t.bank_id = :bank_id and t.enriched_at is null
    and t."timestamp" >= coalesce(cast(:at as timestamptz), '-infinity')
    and t."timestamp" <= coalesce(cast(:until as timestamptz), 'infinity')
    and (t."timestamp", t.ingest_seq)
        > (coalesce(cast(:at as timestamptz), '-infinity'), cast(:seq as bigint))
order by t."timestamp", t.ingest_seq limit :limit
"""
# Rows that were there before and stand within a day behind a new one, or next after it.
_AFFECTED = f"""
insert into to_enrich
select distinct on (later.transaction_id) later.*, false, false, true
from to_enrich new cross join lateral (
    select {_KEYS} from transactions t
    where t.bank_id = :bank_id and t.customer_id = new.customer_id
        and t."timestamp" > new."timestamp" and t."timestamp" <= new."timestamp" + {DAY}
        and t.enriched_at is not null
    union all
    select {_KEYS} from transactions t
    where t.bank_id = :bank_id and t.customer_id = new.customer_id and t.enriched_at is not null
        and t."timestamp" = (select min(n."timestamp") from transactions n where n.bank_id = :bank_id
            and n.customer_id = new.customer_id and n."timestamp" > new."timestamp")
) later
where new."timestamp" < :enriched_until
"""
_NAME = f"""
create temporary table to_enrich on commit drop as
select {_KEYS}, t.fraud_score is null as is_unscored, true as looks_back, false as is_affected
from transactions t where t.bank_id = :bank_id and t.transaction_id = any(:ids)
"""


# A row keeps the score that it was decided by; only one without a score gets the new one.
_NEW = f"""
create temporary table newly_scored on commit drop as
select m.transaction_id, {", ".join(f"m.{name}" for name in ENRICHED)}, now() as enriched_at,
    {", ".join(f"s.{name}" for name in SCORED)}
from measured m join scored s using (transaction_id) where m.is_unscored
"""
_HAS_OTHERS = text("select (select count(*) from measured) > (select count(*) from newly_scored)")
# None of these columns stands in a record of the segments.
_OTHERS = f"""
with others as (update transactions t
set {", ".join(f"{name} = m.{name}" for name in ENRICHED)}, enriched_at = now(), updated_at = now()
from measured m left join newly_scored s using (transaction_id)
where t.bank_id = :bank_id and t.transaction_id = m.transaction_id and s.transaction_id is null
returning 1) select count(*) from others
"""
# Before rows are deleted: what stands within a day behind one of them, or next after it, is open again.
_REOPENED = f"""
create temporary table reopened on commit drop as
select distinct later.transaction_id
from {{doomed}} d
join transactions gone on gone.bank_id = :bank_id and gone.transaction_id = d.transaction_id
cross join lateral (
    select t.transaction_id from transactions t
    where t.bank_id = :bank_id and t.customer_id = gone.customer_id
        and t."timestamp" > gone."timestamp" and t."timestamp" <= gone."timestamp" + {DAY}
    union all
    select t.transaction_id from transactions t
    where t.bank_id = :bank_id and t.customer_id = gone.customer_id
        and t."timestamp" = (select min(n."timestamp") from transactions n where n.bank_id = :bank_id
            and n.customer_id = gone.customer_id and n."timestamp" > gone."timestamp")
) later
where later.transaction_id not in (select transaction_id from {{doomed}})
"""
_REOPEN = """
with open as (update transactions t set enriched_at = null, updated_at = now()
from reopened where t.bank_id = :bank_id and t.transaction_id = reopened.transaction_id
    and t.enriched_at is not null
returning 1) select count(*) from open
"""


def take(
    session: Session,
    bank_id: int,
    after: Position | None,
    limit: int,
    *,
    until: datetime | None = None,
    enriched_until: datetime | None = None,
) -> Chunk | None:
    """Take the next rows that are not enriched, in time order, and those behind them that they change.

    Rows changed are looked for up to `enriched_until`, the last enriched moment; without it, everywhere.
    Returns None when nothing is left between `after` and `until`.
    """
    locking.keep_rows(session, bank_id)
    session.execute(_ROOM)
    session.execute(_DROP)
    given = {
        "bank_id": bank_id,
        "at": after and after.at,
        "seq": -1 if after is None else after.ingest_seq,
        "until": until,
        "limit": limit,
        "enriched_until": enriched_until or "infinity",
    }
    session.execute(text(_TAKE.format(keys=_KEYS)), given)
    last = session.execute(
        text(
            'select "timestamp", ingest_seq from to_enrich order by "timestamp" desc, ingest_seq desc limit 1'
        )
    ).one_or_none()
    if last is None:
        return None
    rows = int(session.scalar(text("select count(*) from to_enrich")) or 0)
    session.execute(text(_AFFECTED), given)
    affected = int(session.scalar(text("select count(*) from to_enrich where is_affected")) or 0)
    session.execute(_TABLES)
    session.execute(text("analyze to_enrich"))
    return Chunk(rows, affected, Position(*last))


def name(session: Session, bank_id: int, ids: Collection[str]) -> None:
    """Take these rows, enriched already or not: what live scoring does with the row that has just come in."""
    session.execute(_LIVE)
    session.execute(text(_NAME), {"bank_id": bank_id, "ids": list(ids)})
    session.execute(text("analyze to_enrich"))
    session.execute(_TABLES)


def store(session: Session, bank_id: int) -> int:
    """Write the derived columns, and the scores that were put beside them, with the rows' records."""
    session.execute(text(_NEW))
    session.execute(text("analyze measured, newly_scored"))
    if session.scalar(_HAS_OTHERS):
        locking.lock_rows(session, bank_id, "measured")
    stored = record_changes(session, bank_id, "newly_scored", ("enriched_at", *ENRICHED, *SCORED))
    others = session.execute(text(_OTHERS), {"bank_id": bank_id}, execution_options={BULK: True})
    return stored + int(others.scalar_one())


def enrich_chunk(
    session: Session,
    bank_id: int,
    after: Position | None,
    limit: int,
    *,
    enriched_until: datetime | None = None,
) -> Chunk | None:
    """Enrich the next rows without scoring them; None when nothing was left."""
    chunk = take(session, bank_id, after, limit, enriched_until=enriched_until)
    if chunk is not None:
        measure(session, bank_id)
        store(session, bank_id)
    return chunk


def enriched_until(session: Session, bank_id: int) -> datetime | None:
    """Return the moment of the latest enriched row of a bank."""
    newest = (
        """select max("timestamp") from transactions where bank_id = :bank_id and enriched_at is not null"""
    )
    found: datetime | None = session.scalar(text(newest), {"bank_id": bank_id})
    return found


def learn_bank(session: Session) -> None:
    """Bring statistics up to date for a new bank: without them each row would be joined with each."""
    session.execute(text("select set_config('statement_timeout', '0', true)"))
    session.execute(text("select learn_bank()"))


def waiting(session: Session, bank_id: int, since: datetime | None, until: datetime | None) -> int:
    """Return how many rows of a range are not enriched."""
    given: dict[str, Any] = {"bank_id": bank_id, "since": since, "until": until}
    statement = """select count(*) from transactions where bank_id = :bank_id and enriched_at is null
        and "timestamp" >= coalesce(cast(:since as timestamptz), '-infinity')
        and "timestamp" <= coalesce(cast(:until as timestamptz), 'infinity')"""
    return int(session.scalar(text(statement), given) or 0)


def reopen_after(session: Session, bank_id: int, doomed_table: str) -> int:
    """Say that rows whose past is about to lose the payments of `doomed_table` need enriching again.

    `doomed_table` is a temporary table with transaction_id; delete its rows afterwards, in the same
    transaction, then ask for a job of kind `enrich`. Returns how many rows that were.
    """
    given = {"bank_id": bank_id}
    session.execute(text("drop table if exists pg_temp.reopened"))
    session.execute(text(_REOPENED.format(doomed=doomed_table)), given, execution_options={BULK: True})
    # Together, for what is deleted and what is opened again stand between each other.
    locking.lock_rows(session, bank_id, doomed_table, "reopened", is_doomed=True)
    found = session.execute(text(_REOPEN), given, execution_options={BULK: True})
    return int(found.scalar_one())
