from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from database.segments.codes import codes_for
from database.segments.pack import RECORDED_COLUMNS
from database.segments.record import Records, from_wire
from database.segments.tail import (
    record_deleted,
    record_inserted,
    record_staged,
    records_from,
    relabel,
    staged_records,
)
from tests.database.segments.oracle import random_row
from tests.factories import make_bank, make_customer, make_merchant, make_transaction

ONE_LABEL = relabel(
    "(select cast(:bank_id as int) bank_id, cast(:id as text) transaction_id,"
    " cast(:is_fraud as bool) is_fraud, cast(:fraud_type as text) fraud_type, null::text fraud_reason) given"
)


def tail(session: Session) -> Records:
    data = session.scalars(text("select data from segment_tail order by tail_id")).all()
    return from_wire(b"".join(map(bytes, data)))


@pytest.mark.every_postgres
def test_a_record_holds_what_its_row_holds(db: Session) -> None:
    bank = make_bank(db)
    customer, merchant = make_customer(db, bank), make_merchant(db, bank, category="fuel")
    row = make_transaction(
        db,
        bank,
        customer=customer,
        merchant=merchant,
        timestamp=datetime(2024, 2, 29, 23, 59, 59, tzinfo=UTC),
        amount=Decimal("12.3456"),
        currency="USD",
        country="NA",
        state=None,
        is_fraud=True,
        fraud_type="mule",
        fraud_score=0.1235,
        decision="block",
        is_anomaly=False,
    )
    record = tail(db)[-1]
    names = ("ingest_seq", "native_e4", "base_e4", "minute", "customer_no", "merchant_no", "score", "state")
    minute = int(datetime(2024, 2, 29, 23, 59, tzinfo=UTC).timestamp()) // 60
    assert [record[name] for name in names] == [
        row.ingest_seq,
        123_456,
        0,
        minute,
        customer.customer_no,
        merchant.merchant_no,
        1_235,
        0,
    ]
    coded = (
        "transaction_type",
        "fraud_type",
        "decision",
        "anomaly",
        "anomaly_type",
        "label",
        "flags",
        "sign",
    )
    assert [record[name] for name in coded] == [1, 4, 3, 1, 0, 2, 1, 1]


def test_a_row_before_1970_has_a_negative_minute(db: Session) -> None:
    make_transaction(db, make_bank(db), timestamp=datetime(1969, 12, 31, 23, 59, 30, tzinfo=UTC))
    assert tail(db)[-1]["minute"] == -1


def test_a_changed_label_takes_the_old_record_back(db: Session) -> None:
    bank = make_bank(db)
    row = make_transaction(db, bank, is_fraud=False)
    given = {"bank_id": bank.bank_id, "id": row.transaction_id, "is_fraud": True, "fraud_type": "mule"}
    db.execute(text(ONE_LABEL), given)
    assert sorted(tail(db)[["sign", "label"]][1:].tolist()) == [(-1, 1), (1, 2)]
    db.execute(text(ONE_LABEL), given)
    assert len(tail(db)) == 3, "the same label again changes nothing"
    db.execute(text(ONE_LABEL), {**given, "is_fraud": None, "fraud_type": None})
    assert sorted(tail(db)[["sign", "label", "fraud_type"]][3:].tolist()) == [(-1, 2, 4), (1, 0, 0)]


def test_a_deleted_row_is_taken_back(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank)
    db.execute(
        text(f"with gone as (delete from transactions returning {RECORDED_COLUMNS}) {record_deleted('gone')}")
    )
    before, after = tail(db)
    assert (before["sign"], after["sign"]) == (1, -1)
    assert before["ingest_seq"] == after["ingest_seq"]


def test_a_row_that_was_there_already_is_not_recorded_again(db: Session) -> None:
    bank = make_bank(db)
    row = make_transaction(db, bank)
    columns = ", ".join(
        db.scalars(
            text(
                "select column_name from information_schema.columns where table_name = 'transactions'"
                " and is_generated = 'NEVER' and is_identity = 'NO'"
            )
        )
    )
    again = f"insert into transactions ({columns}) select {columns} from transactions on conflict do nothing"
    statement = f"with added as ({again} returning {RECORDED_COLUMNS}) {record_inserted('added')}"
    db.execute(text(statement))
    assert tail(db)["ingest_seq"].tolist() == [row.ingest_seq]


def test_a_value_without_a_code_refuses_the_write(db: Session) -> None:
    bank = make_bank(db)
    make_transaction(db, bank, category="known")
    make_transaction(db, bank, category="known")
    db.execute(text("update transactions set category = 'never coded' where ingest_seq % 2 = 0"))
    statement = record_inserted(f"(select {RECORDED_COLUMNS} from transactions)")
    with pytest.raises(IntegrityError, match="ck_segment_tail_data"):
        db.execute(text(statement))


def test_staged_records_become_the_same_as_packed_ones(db: Session) -> None:
    bank = make_bank(db)
    for number in range(5):
        make_transaction(db, bank, category=f"c{number}", state="TX", is_fraud=number == 2)
    records = tail(db)
    codes_for(db, "category", [])
    db.execute(text("create temporary table staged (transaction_id text, record bytea) on commit drop"))
    rows = db.execute(text("select ingest_seq, transaction_id from transactions"))
    ids: dict[int, str] = {row.ingest_seq: row.transaction_id for row in rows}
    for record, digits in zip(records, staged_records(records).tolist(), strict=True):
        values = {"id": ids[int(record["ingest_seq"])], "record": bytes.fromhex(digits.decode())}
        db.execute(text("insert into staged values (:id, :record)"), values)
    db.execute(
        text(record_staged("(select bank_id, transaction_id, ingest_seq from transactions)", "staged"))
    )
    after = np.sort(tail(db), order="ingest_seq")
    assert (after[::2] == after[1::2]).all()
    assert len(after) == 10


@pytest.mark.every_postgres
def test_a_few_rows_are_packed_as_many_are(db: Session) -> None:
    bank = make_bank(db)
    for number in range(40):
        row = random_row(Random(number), f"t{number}")
        given = {name: row[name] for name in row if not name.endswith("_id")}
        make_transaction(db, bank, f"t{number}", **given)
    many = db.execute(text(records_from(f"(select {RECORDED_COLUMNS} from transactions)", 1))).all()
    assert sorted(tail(db).tolist()) == sorted(from_wire(b"".join(bytes(each[1]) for each in many)).tolist())


def test_the_rows_of_another_bank_are_not_looked_up(db: Session) -> None:
    bank, other = make_bank(db), make_bank(db)
    mine, theirs = make_customer(db, bank, "same id"), make_customer(db, other, "same id")
    make_transaction(db, other, customer=theirs)
    make_transaction(db, bank, customer=mine)
    packed = db.execute(text(records_from(f"(select {RECORDED_COLUMNS} from transactions)", 1))).all()
    found = {bank_id: int(from_wire(bytes(record))[0]["customer_no"]) for bank_id, record in packed}
    assert found == {bank.bank_id: mine.customer_no, other.bank_id: theirs.customer_no}
