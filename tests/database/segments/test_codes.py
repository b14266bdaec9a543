from __future__ import annotations

from threading import Barrier, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.connection import get_db_session
from database.segments import values
from database.segments.codes import CODE_LIMIT, OTHER_CODE, codes_for, values_by_code
from tests.factories import make_bank, make_transaction
from tests.servers import Database


def test_codes_are_dense_and_kept(db: Session) -> None:
    assert codes_for(db, "category", ["b", "a", None, "b"]) == {"a": 1, "b": 2}
    assert codes_for(db, "category", ["c", "a"]) == {"a": 1, "c": 3}
    assert codes_for(db, "country", ["a"]) == {"a": 1}
    assert values_by_code(db) == {"category": {1: "a", 2: "b", 3: "c"}, "country": {1: "a"}}


@pytest.mark.every_postgres
def test_values_beyond_the_limit_share_the_code_other(db: Session) -> None:
    db.execute(
        text(
            "insert into codes (kind, value, code)"
            " select 'category', 'v' || i, i from generate_series(1, :n) i"
        ),
        {"n": CODE_LIMIT - 1},
    )
    assert codes_for(db, "category", ["x", "y", "z"]) == {"x": CODE_LIMIT, "y": OTHER_CODE, "z": OTHER_CODE}
    bank = make_bank(db)
    for category in ("x", "y", "z", "z", "w"):
        make_transaction(db, bank, category=category)
    assert values(db, "category") == ["other", "x"]


def test_two_writers_never_share_a_code(committed: Database) -> None:
    barrier = Barrier(4)

    def write(number: int) -> None:
        barrier.wait()
        for step in range(20):
            with get_db_session() as session:
                codes_for(session, "state", [f"{number}-{step}", f"shared {step}"])

    threads = [Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with get_db_session() as session:
        assert sorted(values_by_code(session)["state"]) == list(range(1, 4 * 20 + 20 + 1))
