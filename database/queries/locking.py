"""In which order writers of payments lock what they touch; docs/decisions/lock-order.md says why."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.listeners import BULK

_ROWS = "hashtextextended('rows ' || :bank_id, 2)"
_KEEP = text(f"select pg_advisory_xact_lock_shared({_ROWS})")
_HOLD = text(f"select pg_advisory_xact_lock({_ROWS})")
_LOCK_ALERTS = """
select count(*) from (
    select from alerts where bank_id = :bank_id and alert_id in (
        select alert_id from alerts join {rows} using (transaction_id) where bank_id = :bank_id
        union all
        select alert_id from alert_transactions join {rows} using (transaction_id) where bank_id = :bank_id
    ) order by bank_id, alert_id for update
) locked
"""
_LOCK_ROWS = """
select count(*) from (
    select from transactions where bank_id = :bank_id and transaction_id in ({ids})
    order by bank_id, transaction_id for {strength}
) locked
"""


def keep_rows(session: Session, bank_id: int) -> None:
    """Keep a bank's payments from being deleted until the transaction ends: for jobs that write many."""
    session.execute(_KEEP, {"bank_id": str(bank_id)})


def hold_rows(session: Session, bank_id: int) -> None:
    """Keep such jobs out until the transaction ends: for who deletes payments."""
    session.execute(_HOLD, {"bank_id": str(bank_id)})


def lock_alerts(session: Session, bank_id: int, rows: str) -> None:
    """Lock the alerts that the payments of a temporary table open or belong to, before those payments."""
    _run(session, _LOCK_ALERTS.format(rows=rows), bank_id)


def lock_rows(session: Session, bank_id: int, *tables: str, is_doomed: bool = False) -> None:
    """Lock all payments that stand in these temporary tables, by their ids.

    Only who deletes rows (`is_doomed`) keeps others from writing what hangs on them.
    """
    ids = " union all ".join(f"select transaction_id from {table}" for table in tables)
    strength = "update" if is_doomed else "no key update"
    _run(session, _LOCK_ROWS.format(ids=ids, strength=strength), bank_id)


def _run(session: Session, statement: str, bank_id: int) -> None:
    session.execute(text(statement), {"bank_id": bank_id}, execution_options={BULK: True})
