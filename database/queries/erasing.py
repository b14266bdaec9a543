"""Forgetting a customer: their own row, the patterns that tell of them, and lines of the logs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.listeners import BULK

_LOCK = text("""
select 1 from customers where bank_id = :bank_id and customer_id = :customer_id for update
""")
_NAMED: Final = "jsonb_path_exists({column}, '$.** ? (@ == $word)', jsonb_build_object('word', {word}))"
# What shows payments of others beside theirs stays, unless it names them.
_PATTERNS: Final = """
delete from {kind}_patterns p where p.bank_id = :bank_id and (
    p.pattern_key = :customer_id or p.pattern_key in (select transaction_id from undone) or {named}
    or exists (select from pattern_transactions s join undone using (transaction_id)
               where s.bank_id = p.bank_id and s.{kind}_pattern_id = p.{kind}_pattern_id)
    and not exists (select from pattern_transactions s
                    where s.bank_id = p.bank_id and s.{kind}_pattern_id = p.{kind}_pattern_id
                        and s.transaction_id not in (select transaction_id from undone)))
returning 1
"""
_LOGS = text(f"""
with words as (select unnest(cast(:words as text[])) as word)
delete from system_logs l where coalesce(l.bank_id, :bank_id) = :bank_id and (
    l.transaction_id = any(:words)
    or exists (select from words where {_NAMED.format(column="l.details", word="word")}
        or concat_ws(' ', l.message, l.path, l.exception)
            ~ concat('(^|\\W)', regexp_replace(word, '(\\W)', '\\\\\\1', 'g'), '(\\W|$)')))
returning 1
""")


def lock_customer(session: Session, bank_id: int, customer_id: str) -> bool:
    """Lock a customer until the transaction ends; False where the bank has none of this id."""
    given = {"bank_id": bank_id, "customer_id": customer_id}
    return session.execute(_LOCK, given).scalar() is not None


def taken_ids(session: Session) -> list[str]:
    """Return the payments that were taken in this transaction."""
    return list(session.scalars(text("select transaction_id from undone order by transaction_id")))


def forget_patterns(session: Session, bank_id: int, customer_id: str) -> int:
    """Delete the patterns that name the customer, or show nothing but the payments that were taken."""
    named = _NAMED.format(column="p.characteristics", word="cast(:customer_id as text)")
    given = {"bank_id": bank_id, "customer_id": customer_id}
    kinds = ("fraud", "anomaly")
    statements = (text(_PATTERNS.format(kind=kind, named=named)) for kind in kinds)
    return sum(len(session.execute(statement, given).all()) for statement in statements)


def forget_customer(session: Session, bank_id: int, customer_id: str) -> None:
    """Delete a customer whose payments are gone."""
    session.execute(
        text("delete from customers where bank_id = :bank_id and customer_id = :customer_id"),
        {"bank_id": bank_id, "customer_id": customer_id},
        execution_options={BULK: True},
    )


def datasets_of(session: Session, bank_id: int) -> list[int]:
    """Return the numbers of a bank's datasets."""
    statement = text("select dataset_id from datasets where bank_id = :bank_id")
    return list(session.scalars(statement, {"bank_id": bank_id}))


def forget_in_logs(owner: Session, bank_id: int, words: Collection[str]) -> int:
    """Delete log lines of the bank, or of none, that hold one of these words; by the owner alone."""
    given = {"bank_id": bank_id, "words": list(words)}
    return len(owner.execute(_LOGS, given, execution_options={BULK: True}).all())
