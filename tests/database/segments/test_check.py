from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text

from database.connection import get_db_session
from database.owner import owner_session
from database.segments.__main__ import main
from database.segments.check import Differences, check
from database.segments.compaction import fold_tail
from database.segments.rebuild import rebuild
from tests.database.segments.oracle import store_random_rows
from tests.factories import NOON, make_bank, make_transaction
from tests.servers import Database


def stored(rows: int = 300) -> None:
    """A bank with half of its rows sealed and half in the tail."""
    with get_db_session() as session:
        bank = make_bank(session)
    for half in ("sealed", "tail"):
        store_random_rows(Random(half), bank.code, rows // 2, prefix=half)
        if half == "sealed":
            with owner_session() as owner:
                fold_tail(owner)


def checked() -> Differences:
    with owner_session(snapshot=True) as owner:
        return check(owner)


def as_owner(statement: str) -> None:
    with owner_session() as owner:
        owner.execute(text(statement))


@pytest.mark.every_postgres
def test_segments_and_tail_agree_with_the_rows(committed: Database) -> None:
    stored()
    found = checked()
    assert found.agree
    assert (found.rows, found.tail_records) == (300, 150)


ONE = "where transaction_id = 'tail7'"
BREAKS = {
    "an emptied tail": "delete from segment_tail",
    "a lost segment": "delete from segments where seg_id in (select min(seg_id) from segments)",
    "a record twice": "insert into segment_tail (bank_id, n, data)"
    " select bank_id, n, data from segment_tail limit 1",
    "a label without its record": "update transactions set is_fraud = not is_fraud"
    " where is_fraud is not null",
    "two labels exchanged": "update transactions set is_fraud = not is_fraud where transaction_id in ("
    " select min(transaction_id) from transactions where is_fraud is not null group by is_fraud)",
    "an amount": f"update transactions set amount = amount + 0.0001 {ONE}",
    "a category": "update transactions set category = 'fuel' where category = 'food'",
    "a minute": f"update transactions set timestamp = timestamp + interval '1 minute' {ONE}",
    "a lost row": "delete from transactions where transaction_id = 'sealed3'",
    "a score": f"update transactions set fraud_score = 0.00125 {ONE}",
}


@pytest.mark.parametrize("name", BREAKS)
def test_the_check_notices(committed: Database, name: str) -> None:
    stored()
    with owner_session() as owner:
        owner.execute(text("delete from fraud_labels"))
        owner.execute(text(BREAKS[name]))
    assert not checked().agree


def test_a_rebuild_mends_what_differs(committed: Database, capsys: pytest.CaptureFixture[str]) -> None:
    stored()
    as_owner("delete from segment_tail")
    assert main(["--check"]) == 1
    assert "segments and rows DIFFER" in capsys.readouterr().out
    assert main(["--rebuild"]) == 0
    assert main(["--check"]) == 0
    out = capsys.readouterr().out
    assert "300 rows in 5 segments" in out
    assert "segments and rows agree" in out


def test_the_command_folds_the_tail(committed: Database, capsys: pytest.CaptureFixture[str]) -> None:
    stored()
    assert main(["--fold"]) == 0
    assert "150 records sealed in 5 segments" in capsys.readouterr().out
    assert checked().tail_records == 0


def test_a_rebuild_leaves_what_is_written_meanwhile(committed: Database) -> None:
    stored()
    with get_db_session() as session:
        bank = make_bank(session)
    with owner_session(snapshot=True) as owner:
        rebuild(owner)
        with get_db_session([bank.code]) as session:
            make_transaction(session, bank, timestamp=NOON)
    found = checked()
    assert found.agree
    assert (found.rows, found.tail_records) == (301, 1)


def test_a_rebuild_gives_codes_that_are_missing(committed: Database) -> None:
    stored()
    as_owner("update transactions set state = 'never coded' where transaction_id = 'tail7'")
    with owner_session(snapshot=True) as owner:
        rebuild(owner)
    assert checked().agree


def test_an_empty_database_agrees(committed: Database) -> None:
    assert checked() == Differences()


def test_rows_that_share_the_code_other_are_counted(committed: Database) -> None:
    as_owner(
        "insert into codes (kind, value, code) select 'state', i::text, i from generate_series(1, 65000) i"
    )
    with get_db_session() as session:
        bank = make_bank(session)
    with get_db_session([bank.code]) as session:
        for number in range(3):
            make_transaction(session, bank, state=f"new {number}", timestamp=NOON + timedelta(days=number))
    found = checked()
    assert found.agree
    assert found.others == {"state": 3}
