from __future__ import annotations

import pytest
from sqlalchemy import text

from database.connection import get_db_session
from database.owner import owner_session
from database.segments.check import check
from tests.factories import make_bank, make_transaction
from tests.proofs.segments_under_load import prove
from tests.servers import Database

COMPARISONS = 100  # on each server: 200 together


@pytest.mark.proof
@pytest.mark.every_postgres
def test_segments_equal_rows_in_every_snapshot_under_load(committed: Database) -> None:
    outcome = prove(COMPARISONS)
    assert outcome.different == []
    assert min(outcome.load.inserted, outcome.load.relabelled, outcome.load.folds) > 0


@pytest.mark.proof
def test_the_comparison_notices_an_emptied_tail(committed: Database) -> None:
    prove(2)
    with get_db_session() as session:
        bank = make_bank(session)
    with get_db_session([bank.code]) as session:
        make_transaction(session, bank)
    with owner_session() as owner:
        owner.execute(text("delete from segment_tail"))
    with owner_session(snapshot=True) as owner:
        assert not check(owner).agree
