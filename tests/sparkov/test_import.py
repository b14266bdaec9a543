"""The excerpt as gzipped CSV gives the same rows as the Parquet file, and neither adds them twice."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.run import import_file
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from database.segments.check import check
from tests import joining
from tests.factories import make_bank
from tests.servers import Database
from tests.sparkov.imported import FINGERPRINT_KEY, Sparkov

pytestmark = pytest.mark.sparkov
PERIOD = {"since": datetime(2019, 12, 1, tzinfo=UTC), "until": datetime(2020, 2, 1, tzinfo=UTC)}
EXCERPT_ROWS = 52_716
ROWS = (
    "select transaction_id, encode(content_hash, 'hex') as hash, is_fraud, amount, timestamp, local_date,"
    " customer_id, merchant_id, channel, latitude from transactions"
    " where timestamp >= :since and timestamp < :until order by transaction_id"
)
PEOPLE = (
    "select customer_id, first_name, last_name, search_key, street, city, state, country, zip_code,"
    " occupation, date_of_birth, latitude from customers order by customer_id"
)


@pytest.fixture
def excerpt_bank(
    sparkov_imported: Sparkov, committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Sparkov:
    monkeypatch.setenv("FINGERPRINT_KEY", FINGERPRINT_KEY)
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    with get_db_session() as session:
        make_bank(session, "excerpt", base_currency="USD", country="US")
    return sparkov_imported


def test_the_excerpt_gives_the_same_rows_from_csv_and_from_parquet(
    excerpt_bank: Sparkov, committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = import_file(excerpt_bank.excerpt, ImportOptions("excerpt"))
    assert (result.counts.read, result.counts.accepted) == (EXCERPT_ROWS, EXCERPT_ROWS)
    from_csv = execute_query(ROWS, PERIOD, banks=["excerpt"])
    people = execute_query(PEOPLE, banks=["excerpt"])

    part = tmp_path / "part.parquet"
    table = pq.read_table(excerpt_bank.parquet)
    inside = pc.and_(
        pc.greater_equal(table["trans_date_trans_time"], PERIOD["since"].replace(tzinfo=None)),
        pc.less(table["trans_date_trans_time"], PERIOD["until"].replace(tzinfo=None)),
    )
    pq.write_table(table.filter(inside), part, row_group_size=7_000)
    again = import_file(part, ImportOptions("excerpt"))
    assert (again.counts.read, again.counts.duplicate, again.counts.conflict) == (
        EXCERPT_ROWS,
        EXCERPT_ROWS,
        0,
    )

    joining.point_at(excerpt_bank.database, monkeypatch)
    assert from_csv == execute_query(ROWS, PERIOD, banks=[excerpt_bank.bank])
    known = {person["customer_id"] for person in people}
    everybody = execute_query(PEOPLE, banks=[excerpt_bank.bank])
    assert people == [person for person in everybody if person["customer_id"] in known]
    joining.point_at(committed, monkeypatch)


def test_the_same_file_again_adds_nothing(sparkov: Sparkov) -> None:
    result = import_file(sparkov.parquet, ImportOptions(sparkov.bank))
    assert result.was_complete
    assert result.dataset_id == sparkov.dataset_id
    (found,) = execute_query("select count(*) as rows from transactions", banks=[sparkov.bank])
    assert found["rows"] == sparkov.oracle["totals"]["rows"]


def test_numbers_of_customers_and_merchants_are_dense(sparkov: Sparkov) -> None:
    for party, number in (("customers", "customer_no"), ("merchants", "merchant_no")):
        (found,) = execute_query(
            f"select count(*) as parties, max({number}) as largest from {party}", banks=[sparkov.bank]
        )
        assert found["largest"] <= 1.1 * found["parties"]


def test_segments_agree_with_the_rows(sparkov: Sparkov) -> None:
    with owner_session(snapshot=True) as session:
        found = check(session)
    assert found.agree
    assert (found.rows, found.tail_records) == (sparkov.oracle["totals"]["rows"], 0)
