"""The bulk path for rows of Python values: many transactions, with their labels and records, at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.connection import get_db_session
from database.copying import copy_into_temporary, copy_rows, encode_rows, encode_value, refresh_statistics
from database.rate_lock import keep_rates
from database.scope import bank_ids
from database.segments.codes import KINDS, codes_for
from database.segments.pack import RECORDED_COLUMNS
from database.segments.tail import record_inserted
from models.errors import UserError
from models.messages import N_
from models.transactions import Transaction

__all__ = [
    "bulk_insert",
    "copy_into_temporary",
    "copy_rows",
    "encode_rows",
    "encode_value",
    "insert_transactions",
    "refresh_statistics",
]

NEEDED: Final = ("transaction_id", "timestamp", "amount")
_RATE: Final = "case when l.currency = b.base_currency then 1 else r.rate end"
# What a row may leave out, and how it is worked out then: i is the row, b its bank, l its local time.
WORKED_OUT: Final[dict[str, str]] = {
    "currency": "l.currency",
    "exchange_rate": _RATE,
    "amount_base": f"round(i.amount * {_RATE}, 4)",
    "transaction_type": "'purchase'",
    "payment_method": "'other'",
    "channel": "'other'",
    "local_date": "l.time::date",
    "hour_of_day": "extract(hour from l.time)::int",
    "day_of_week": "extract(isodow from l.time)::int - 1",
    "day_of_month": "extract(day from l.time)::int",
    "month": "extract(month from l.time)::int",
    "is_weekend": "extract(isodow from l.time) > 5",
    "time_of_day_category": "(array['night', 'morning', 'afternoon', 'evening'])"
    "[extract(hour from l.time)::int / 6 + 1]",
    "content_hash": "sha256(convert_to(i::text, 'UTF8'))",
}
_NEVER_GIVEN: Final = frozenset(
    {"bank_id", "ingest_seq", "amount_e4", "amount_base_e4", "flagged_score", "created_at", "updated_at"}
)
_TAKEN: Final = frozenset(Transaction.__table__.columns.keys()) - _NEVER_GIVEN

# Only absent keys, for the numbers of customers and merchants must stay dense.
_PARTIES: Final = {
    "customer": """
insert into customers (bank_id, customer_id)
select distinct :bank_id, i.customer_id from incoming_transactions i
where i.customer_id is not null and not exists (
    select from customers c where (c.bank_id, c.customer_id) = (:bank_id, i.customer_id))
order by 2 on conflict do nothing""",
    "merchant": """
insert into merchants (bank_id, merchant_id, name, search_key, category)
select distinct on (i.merchant_id) :bank_id, i.merchant_id, i.merchant_id, lower(i.merchant_id),
    coalesce({category}, 'other')
from incoming_transactions i
where i.merchant_id is not null and not exists (
    select from merchants m where (m.bank_id, m.merchant_id) = (:bank_id, i.merchant_id))
order by 2 on conflict do nothing""",
}


def bulk_insert(rows: Iterable[Mapping[str, Any]], batch_size: int = 1_000, *, bank: str) -> int:
    """Insert transactions with their labels and segment records in one commit; return how many were new.

    A row names columns of `transactions`; `transaction_id`, `timestamp` (aware) and `amount` are needed,
    the local times, base amount and hash are worked out. Ids that the bank has already are left alone.
    """
    remaining = iter(rows)
    inserted = 0
    with get_db_session([bank]) as session:
        while batch := list(islice(remaining, batch_size)):
            inserted += insert_transactions(session, batch)
    return inserted


def insert_transactions(session: Session, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert a batch of transactions of the session's one bank; return how many were new."""
    columns = _columns_of(rows)
    copy_rows(
        session, "transactions", columns, encode_rows([row.get(column) for column in columns] for row in rows)
    )
    for kind in KINDS:
        codes_for(session, kind, {row.get(kind) for row in rows})
    base = session.scalar(text("select base_currency from banks where bank_id = :bank_id"), _bank(session))
    codes_for(session, "currency", [base])
    if "currency" in columns:
        keep_rates(session, base)
    for party in ("customer", "merchant"):
        if f"{party}_id" in columns:
            session.execute(
                text(_PARTIES[party].format(category=_or_null("category", columns))), _bank(session)
            )
    refresh_statistics(session)
    return int(session.scalar(text(_insertion(columns)), _bank(session)) or 0)


def _columns_of(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    given = sorted({column for row in rows for column in row})
    unknown = [column for column in given if column not in _TAKEN]
    if unknown:
        raise UserError(
            N_("A transaction cannot be given {columns}: no such column, or one that Vigie fills itself."),
            columns=", ".join(unknown),
        )
    for number, row in enumerate(rows, start=1):
        absent = [column for column in NEEDED if row.get(column) is None]
        if absent:
            raise UserError(
                N_("Row {number} of the batch has no {columns}."), number=number, columns=", ".join(absent)
            )
    return given


def _insertion(given: Sequence[str]) -> str:
    """Return the statement from the temporary table to rows, labels and tail; it counts the new rows."""
    targets = sorted({*given, *WORKED_OUT})
    values = ", ".join(_value(column, given) for column in targets)
    return f"""
with inserted as (
    insert into transactions (bank_id, {", ".join(targets)})
    select b.bank_id, {values}
    from incoming_transactions i
    cross join (select * from banks where bank_id = :bank_id) b
    cross join lateral (
        select i.timestamp at time zone b.time_zone as time,
               coalesce({_or_null("currency", given)}, b.base_currency) as currency) l
    left join exchange_rates r
        on (r.rate_date, r.currency, r.base_currency) = (l.time::date, l.currency, b.base_currency)
        and (r.source <> 'demo' or b.is_demo)
    on conflict (bank_id, transaction_id) do nothing
    returning {RECORDED_COLUMNS}, fraud_reason
), labelled as (
    insert into fraud_labels (bank_id, transaction_id, is_fraud, fraud_type, reason, source)
    select bank_id, transaction_id, is_fraud, fraud_type, fraud_reason, 'import'
    from inserted where is_fraud is not null
), recorded as ({record_inserted("inserted")})
select count(*) from inserted"""


def _value(column: str, given: Sequence[str]) -> str:
    if column not in WORKED_OUT:
        return f"i.{column}"
    if column == "amount_base" and column not in given:
        return f"round(i.amount * {_value('exchange_rate', given)}, 4)"
    return f"coalesce(i.{column}, {WORKED_OUT[column]})" if column in given else WORKED_OUT[column]


def _or_null(column: str, given: Sequence[str]) -> str:
    return f"i.{column}" if column in given else "null::text"


def _bank(session: Session) -> dict[str, int]:
    ids = bank_ids(session)
    if len(ids) != 1:
        raise UserError(N_("Transactions are inserted for one bank at a time, not {count}."), count=len(ids))
    return {"bank_id": ids[0]}
