"""SQL that writes records into the tail, in the statement that writes the rows they stand for.

Every writer of `transactions` uses one of these: there are no triggers, and `check` finds who did not.
New values of a coded dimension get their codes first, by `codes_for` in the same transaction.
"""

from __future__ import annotations

import binascii

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.segments.codes import KINDS, codes_for
from database.segments.pack import RECORDED_COLUMNS, record_of, rows_with_numbers
from database.segments.record import WIDTH, Records, to_wire

_SEQUENCE_WIDTH = 8


def records_from(rows: str, sign: int) -> str:
    """Return a select of (bank_id, record) for `rows`: a CTE or table with RECORDED_COLUMNS."""
    return f"select t.bank_id, {record_of(str(sign))} as record from {rows_with_numbers(rows)}"


def record_inserted(inserted: str) -> str:
    """Return the last part of `with inserted as (insert … returning RECORDED_COLUMNS) …`."""
    return _append(records_from(inserted, 1))


def record_deleted(deleted: str) -> str:
    """Return the last part of `with deleted as (delete … returning RECORDED_COLUMNS) …`."""
    return _append(records_from(deleted, -1))


def record_changed(old: str, new: str) -> str:
    """Return the last part of a change: `old` holds the rows as they were, locked; `new` as they are now.

    Rows of `old` that did not change have no place in `new`, and are left out.
    """
    before = f"(select old.* from {old} old join {new} new using (bank_id, transaction_id))"
    return _append(f"{records_from(before, -1)} union all {records_from(new, 1)}")


def record_staged(inserted: str, staged: str) -> str:
    """Return the bulk form of `record_inserted`: the caller packed the records, but for `ingest_seq`.

    `inserted` needs bank_id, transaction_id and ingest_seq; `staged` transaction_id and `record bytea`, as
    `staged_records` writes it.
    """
    return _append(
        f"select t.bank_id, int8send(t.ingest_seq) || s.record as record"
        f" from {inserted} t join {staged} s using (transaction_id)"
    )


def relabel(changes: str) -> str:
    """Return the statement that projects labels onto their rows and records the change.

    `changes` is a relation with bank_id, transaction_id, is_fraud, fraud_type and fraud_reason, one row a
    transaction. What is locked first is what was true before, also under contention; the order of the
    locks keeps two such statements from waiting for each other.
    """
    return f"""
with change as materialized (select * from {changes}),
old as materialized (
    select {_of("t")}, c.is_fraud as is_fraud_now, c.fraud_type as fraud_type_now,
        c.fraud_reason as fraud_reason_now
    from transactions t join change c using (bank_id, transaction_id)
    where (t.is_fraud, t.fraud_type, t.fraud_reason)
        is distinct from (c.is_fraud, c.fraud_type, c.fraud_reason)
    order by t.bank_id, t.transaction_id for update of t
),
new as (
    update transactions t
    set is_fraud = is_fraud_now, fraud_type = fraud_type_now, fraud_reason = fraud_reason_now,
        updated_at = now()
    from old
    where t.bank_id = old.bank_id and t.transaction_id = old.transaction_id
    returning {_of("t")}
)
{record_changed("old", "new")}"""


def staged_records(records: Records) -> npt.NDArray[np.bytes_]:
    """Return each record without its `ingest_seq` as the hexadecimal digits of a bytea, for a COPY."""
    wire = np.frombuffer(to_wire(records), np.uint8).reshape(-1, WIDTH)[:, _SEQUENCE_WIDTH:]
    digits = binascii.hexlify(np.ascontiguousarray(wire).tobytes())
    return np.frombuffer(digits, f"S{2 * (WIDTH - _SEQUENCE_WIDTH)}")


def record_row(session: Session, bank_id: int, transaction_id: str) -> None:
    """Record one row that this transaction has inserted by other means, giving codes to its values."""
    key = {"bank_id": bank_id, "transaction_id": transaction_id}
    own = "bank_id = :bank_id and transaction_id = :transaction_id"
    row = f"select {RECORDED_COLUMNS} from transactions where {own}"
    values = session.execute(text(row), key).mappings().one()
    for kind in KINDS:
        codes_for(session, kind, [values[kind]])
    session.execute(text(record_inserted(f"({row})")), key)


def _of(alias: str) -> str:
    return ", ".join(f"{alias}.{column.strip()}" for column in RECORDED_COLUMNS.split(","))


def _append(records: str) -> str:
    return (
        "insert into segment_tail (bank_id, n, data)\n"
        f"select bank_id, count(*), string_agg(record, ''::bytea) from ({records}) records group by bank_id"
    )
