"""SQL that writes records into the tail, in the statement that writes the rows they stand for.

Every writer of `transactions` uses one of these: there are no triggers, and `check` finds who did not.
New values of a coded dimension get their codes first, by `codes_for` in the same transaction.
"""

from __future__ import annotations

import binascii
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.listeners import BULK
from database.segments.codes import KINDS, codes_for
from database.segments.pack import RECORDED, RECORDED_COLUMNS, record_of, rows_with_numbers
from database.segments.record import WIDTH, Records, to_wire
from models.transactions import Transaction

_SEQUENCE_WIDTH = 8
_STORED_AS = {"amount": "amount_e4", "amount_base": "amount_base_e4"}
_CHANGEABLE = frozenset(Transaction.__table__.columns.keys()) - {
    "bank_id",
    "transaction_id",
    "ingest_seq",
    *_STORED_AS.values(),
    "created_at",
    "updated_at",
}


def records_from(rows: str, sign: int) -> str:
    """Return a select of (bank_id, record) for `rows`: a CTE or table with RECORDED_COLUMNS."""
    return f"select t.bank_id, {record_of(str(sign))} as record from {rows_with_numbers(rows)}"


def record_inserted(inserted: str) -> str:
    """Return the last part of `with inserted as (insert … returning RECORDED_COLUMNS) …`."""
    return _packed(None, inserted)


def record_deleted(deleted: str) -> str:
    """Return the last part of `with deleted as (delete … returning RECORDED_COLUMNS) …`."""
    return _packed(deleted, None)


def record_changed(old: str, new: str) -> str:
    """Return the last part of a change: `old` holds the rows as they were, locked; `new` as they are now.

    Rows of `old` that did not change have no place in `new`, and are left out.
    """
    before = f"(select old.* from {old} old join {new} new using (bank_id, transaction_id))"
    return _packed(before, new)


def record_staged(inserted: str, staged: str) -> str:
    """Return the bulk form of `record_inserted`: the caller packed the records, but for `ingest_seq`.

    `inserted` needs bank_id, transaction_id and ingest_seq; `staged` transaction_id and `record bytea`, as
    `staged_records` writes it.
    """
    return _append(
        f"select t.bank_id, int8send(t.ingest_seq) || s.record as record"
        f" from {inserted} t join {staged} s using (transaction_id)"
    )


def changed(changes: str, columns: tuple[str, ...]) -> str:
    """Return the statement that gives rows other values in `columns`, records it and counts the rows.

    `changes` is a relation with bank_id, transaction_id and the columns, one row a transaction. What is
    locked first is what was true before, also under contention; the order of the locks keeps two such
    statements from waiting for each other. Rows that have these values already are left alone.
    """
    unfit = [column for column in columns if column not in _CHANGEABLE]
    if unfit or not columns:
        raise ValueError(f"not to be changed in a row: {unfit or 'nothing'}")
    now = ", ".join(f"c.{column} as {column}_now" for column in columns)
    return f"""
with change as materialized (
    select distinct on (bank_id, transaction_id) * from {changes} order by bank_id, transaction_id
),
old as materialized (
    select {_of("t")}, {now}
    from transactions t join change c using (bank_id, transaction_id)
    where ({_of("t", columns)}) is distinct from ({_of("c", columns)})
    order by t.bank_id, t.transaction_id for no key update of t
),
new as (
    update transactions t
    set {", ".join(f"{column} = {column}_now" for column in columns)}, updated_at = now()
    from old
    where t.bank_id = old.bank_id and t.transaction_id = old.transaction_id
    returning {_of("t")}
){_recorded_among(columns)}
select count(*) from new"""


def relabel(changes: str) -> str:
    """Return the statement that projects labels onto their rows: `changed` for what a label says."""
    return changed(changes, ("is_fraud", "fraud_type", "fraud_reason"))


def record_changes(session: Session, bank_id: int, changes_table: str, columns: tuple[str, ...]) -> int:
    """Give many rows of a bank other values at once, with their records; return how many really changed.

    `changes_table` is a temporary table of transaction_id and the columns, typed as in `transactions`:
    `copy_rows` makes one. Ids without a row are left out.
    """
    for kind in set(KINDS).intersection(columns):
        values = session.scalars(text(f"select distinct {kind} from {changes_table}"))
        codes_for(session, kind, values)
    changes = f"(select cast(:bank_id as int) as bank_id, * from {changes_table}) given"
    return _counted(session, changed(changes, columns), bank_id)


def delete_recorded(session: Session, bank_id: int, doomed_table: str) -> int:
    """Delete rows of a bank, taking their records back; return how many there were.

    `doomed_table` is a temporary table with transaction_id. Labels, alerts and predictions go with their
    rows; delete customers and merchants afterwards, for their numbers stand in the records.
    """
    statement = f"""
with doomed as materialized (
    select t.bank_id, t.transaction_id from transactions t
    where t.bank_id = :bank_id and t.transaction_id in (select transaction_id from {doomed_table})
    order by t.bank_id, t.transaction_id for update of t
),
deleted as (
    delete from transactions t using doomed
    where t.bank_id = doomed.bank_id and t.transaction_id = doomed.transaction_id
    returning {_of("t")}
),
recorded as ({record_deleted("deleted")})
select count(*) from deleted"""
    return _counted(session, statement, bank_id)


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


def _recorded_among(columns: tuple[str, ...]) -> str:
    """Return the part of a change that records it: of the rows whose recorded columns moved, if any can."""
    recorded = [_STORED_AS.get(column, column) for column in columns]
    recorded = [column for column in recorded if column in RECORDED]
    if not recorded:
        return ""
    return f""",
moved as (
    select new.* from new join old using (bank_id, transaction_id)
    where ({_of("old", recorded)}) is distinct from ({_of("new", recorded)})
),
recorded as ({record_changed("old", "moved")})"""


def _of(alias: str, columns: Sequence[str] = RECORDED) -> str:
    return ", ".join(f"{alias}.{column}" for column in columns)


def _counted(session: Session, statement: str, bank_id: int) -> int:
    return int(session.scalar(text(statement), {"bank_id": bank_id}, execution_options={BULK: True}) or 0)


def _packed(taken_back: str | None, added: str | None) -> str:
    """Return the insert of records that the database packs, by a plan it keeps: a few rows come at once."""
    return (
        "insert into segment_tail (bank_id, n, data)\n"
        f"select bank_id, n, data from packed_records({_array_of(taken_back)}, {_array_of(added)})"
    )


def _array_of(rows: str | None) -> str:
    if rows is None:
        return "null"
    return f"(select array_agg(row({_of('r')})::recorded_row) from {rows} r)"


def _append(records: str) -> str:
    return (
        "insert into segment_tail (bank_id, n, data)\n"
        f"select bank_id, count(*), string_agg(record, ''::bytea) from ({records}) records group by bank_id"
    )
