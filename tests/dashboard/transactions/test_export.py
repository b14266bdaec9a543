"""An export holds exactly what is filtered, harmless to spreadsheets, with a receipt that adds up."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

from dashboard.seen import seen
from dashboard.spreadsheets import harmless
from dashboard.transactions import export as exporting
from dashboard.transactions.export import Kind, export
from database.connection import get_db_session, read_only
from database.segments import read
from models.access import Person, Role
from models.errors import UserError
from models.users import UserBank
from tests.database.segments.test_reading import world
from tests.factories import make_bank, make_transaction, make_user
from tests.servers import Database

NOW = datetime.fromisoformat("2024-05-01T12:00:00+00:00")


def reader(codes: Iterable[str], user_id: int) -> Person:
    return Person(user_id, "ana", "Ana", Role.ANALYST, tuple(codes), "en", "light")


def written(person: Person, query: str, kind: Kind) -> bytes:
    return b"".join(export(person, query, kind, now=NOW).pieces)


def reader_of(banks: list[int]) -> Person:
    with get_db_session("all") as session:
        user = make_user(session)
        for bank in banks:
            session.add(UserBank(user_id=user.user_id, bank_id=bank))
        codes = session.scalars(text("select code from banks order by bank_id")).all()
        return reader(codes, user.user_id)


def test_a_file_holds_exactly_the_rows_that_are_counted(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    banks, _ = world(seed=9, rows=500)
    person = reader_of(banks)
    monkeypatch.setattr(exporting, "PAGE", 37)
    query = f"bank={person.banks[0]}&range=all&channel!=atm&amount=1.."
    with read_only("all") as session:
        view = seen(session, person, query, now=NOW).view
        assert view is not None
        total = read(session, view.selection()).total
    with zipfile.ZipFile(io.BytesIO(written(person, query, Kind.CSV))) as archive:
        body, receipt = archive.read("transactions.csv"), json.loads(archive.read("receipt.json"))
    lines = list(csv.DictReader(io.StringIO(body.decode())))
    parquet = written(person, query, Kind.PARQUET)
    table = pq.read_table(io.BytesIO(parquet))
    told = json.loads(pq.read_metadata(io.BytesIO(parquet)).metadata[b"vigie.receipt"])
    assert len(lines) == table.num_rows == receipt["rows"] == told["rows"] == total.rows > 50
    assert len({line["transaction_id"] for line in lines}) == len(lines)
    assert Decimal(receipt["sum"]) * 10_000 == Decimal(told["sum"]) * 10_000 == total.volume_e4
    assert receipt["sha256"] == hashlib.sha256(body).hexdigest()
    assert "channel!=atm" in receipt["filter"]
    assert receipt["data_version"]
    assert receipt["definition"]
    assert {line["transaction_id"] for line in lines} == set(table["transaction_id"].to_pylist())


def test_a_cell_that_begins_like_a_formula_is_neutralised(committed: Database) -> None:
    with get_db_session() as session:
        bank = make_bank(session)
        user = make_user(session, bank)
    with get_db_session([bank.code]) as session:
        make_transaction(session, bank, "=cmd()|1", city="+1 Main St", state="@x", country="-y")
    person = reader([bank.code], user.user_id)
    with zipfile.ZipFile(io.BytesIO(written(person, "range=all", Kind.CSV))) as archive:
        line = next(csv.DictReader(io.StringIO(archive.read("transactions.csv").decode())))
    assert (line["transaction_id"], line["city"], line["state"], line["country"]) == (
        "'=cmd()|1",
        "'+1 Main St",
        "'@x",
        "'-y",
    )
    assert [harmless(cell) for cell in ("a=1", "\t=1", "7")] == ["a=1", "'\t=1", "7"]
    # A spreadsheet in French takes a semicolon for the end of a cell, and quotes do not hinder it.
    assert [harmless(cell) for cell in ("a;=1;b", "a;b", ";@x", "a; =1")] == [
        "a;'=1;b",
        "a;b",
        ";'@x",
        "a; =1",
    ]


@pytest.mark.parametrize("query", ["channel=fax", "bank=nobody", "x=1"])
def test_an_address_that_cannot_be_meant_in_full_gives_no_file(committed: Database, query: str) -> None:
    with get_db_session() as session:
        bank = make_bank(session)
        user = make_user(session, bank)
    with pytest.raises(UserError):
        export(reader([bank.code], user.user_id), query, Kind.CSV, now=NOW)
