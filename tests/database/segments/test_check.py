from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import numpy as np
import pytest
from sqlalchemy import text

from database.connection import get_db_session, read_only
from database.owner import owner_session
from database.segments import Selection, read
from database.segments.__main__ import main
from database.segments.check import Differences, check, joined
from database.segments.compaction import Folded, fold_tail, may_compact, merge_small_years
from database.segments.rebuild import rebuild, replace_segments
from models.errors import ConflictError
from tests.database.segments.oracle import FIRST, store_random_rows
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
        replace_segments(owner)
        with get_db_session([bank.code]) as session:
            make_transaction(session, bank, timestamp=NOON)
    found = checked()
    assert found.agree
    assert (found.rows, found.tail_records) == (301, 1)


@pytest.mark.every_postgres
def test_readers_of_a_rebuild_see_the_rows_once_before_and_after_it(committed: Database) -> None:
    stored()
    with get_db_session() as session:
        banks = session.scalars(text("select bank_id from banks")).all()
    asked = Selection(tuple(banks), FIRST, FIRST + timedelta(days=400))
    with read_only("all") as before:
        assert read(before, asked).total.rows == 300
        with owner_session(snapshot=True) as owner:
            replace_segments(owner)
            with read_only("all") as meanwhile:
                assert read(meanwhile, asked).total.rows == 300
        assert read(before, asked).total.rows == 300
    with read_only("all") as after:
        assert read(after, asked).total.rows == 300


def test_a_rebuild_waits_for_a_fold_and_says_so_where_it_takes_long(committed: Database) -> None:
    stored()
    with owner_session() as owner:
        fold_tail(owner)
        with pytest.raises(ConflictError, match="being folded"):
            rebuild(wait_s=0.2)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(rebuild)
            with pytest.raises(TimeoutError):
                waiting.result(0.3)
            owner.commit()
            assert waiting.result(10).records == 300
    assert checked().agree


def test_no_fold_runs_during_a_rebuild(committed: Database) -> None:
    stored()
    with owner_session() as owner:
        assert may_compact(owner)
        with owner_session() as other:
            assert fold_tail(other) == Folded()
            assert merge_small_years(other) == 0


def test_a_rebuild_gives_codes_that_are_missing(committed: Database) -> None:
    stored()
    as_owner("update transactions set state = 'never coded' where transaction_id = 'tail7'")
    rebuild()
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


def test_stretches_that_share_a_month_are_checked_together() -> None:
    def month(name: str) -> np.datetime64:
        return np.datetime64(name, "M")

    apart = joined(
        [
            (2, month("2024-05"), month("2024-05")),
            (1, month("2024-03"), month("2024-03")),
            (1, month("2023-01"), month("2023-12")),
            (1, month("2023-02"), month("2023-02")),
            (1, month("2023-11"), month("2024-01")),
        ]
    )
    assert apart == [
        (1, month("2023-01"), month("2024-01")),
        (1, month("2024-03"), month("2024-03")),
        (2, month("2024-05"), month("2024-05")),
    ]
