"""The traps that other people's files hold, each as it was seen: none passes silently."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dashboard.ingestion.options import Decimals, ImportOptions, ImportResult
from dashboard.ingestion.run import import_file
from dashboard.ingestion.terms import DateOrder
from dashboard.spreadsheets import as_written, harmless
from database.connection import execute_query, get_db_session
from models.errors import UserError
from tests.factories import make_bank
from tests.servers import Database

HEADER = "id,at,amount,currency,country,customer,kind,fraud"
COLUMNS = {
    "transaction_id": "id", "timestamp": "at", "amount": "amount", "currency": "currency",
    "country": "country", "customer_id": "customer", "category": "kind", "is_fraud": "fraud",
}  # fmt: skip


@pytest.fixture(autouse=True)
def bank(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    with get_db_session() as session:
        make_bank(session, "acme", base_currency="EUR", time_zone="UTC")


def brought(folder: Path, *lines: str, content: bytes | None = None, **given: Any) -> ImportResult:
    path = folder / "rows.csv"
    path.write_bytes(content if content is not None else "\n".join((HEADER, *lines, "")).encode())
    return import_file(path, ImportOptions("acme", **{"mapping": COLUMNS, **given}))


def stored(what: str = "transaction_id") -> list[Any]:
    return [
        row["found"]
        for row in execute_query(
            f"select {what} as found from transactions order by ingest_seq", banks=["acme"]
        )
    ]


def rejected(result: ImportResult) -> list[str]:
    assert result.rejects_file is not None
    return result.rejects_file.read_text().splitlines()[1:]


def test_country_na_is_namibia(tmp_path: Path) -> None:
    brought(tmp_path, "1,2024-01-01,5,NAD,NA,c,k,0", "2,2024-01-01,5,EUR,,c,k,0")
    assert stored("country") == ["NA", None]


def test_rows_and_sets_without_a_label_stay_without(tmp_path: Path) -> None:
    brought(tmp_path, "1,2024-01-01,5,EUR,FR,c,k,", "2,2024-01-01,5,EUR,FR,c,k,No")
    assert stored("is_fraud") == [None, False]
    assert len(execute_query("select 1 from fraud_labels", banks=["acme"])) == 1


def test_several_currencies_are_never_added_without_a_rate(tmp_path: Path) -> None:
    brought(tmp_path, "1,2024-01-01,5,EUR,FR,c,k,0", "2,2024-01-01,7,JPY,JP,c,k,0")
    assert stored("amount_base") == [5, None]


def test_a_cut_last_line_is_rejected_and_said(tmp_path: Path) -> None:
    content = f"{HEADER}\n1,2024-01-01,5,EUR,FR,c,k,0\n2,2024-01-01,5,EU".encode()
    result = brought(tmp_path, content=content)
    assert (result.counts.accepted, rejected(result)) == (
        1, ['3,,"2,2024-01-01,5,EU",4 fields where the header has 8'],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-16", None),
        ("cp1252", "cp1252"),
        ("utf-16-le", "utf-16-le"),
    ],
)
def test_encodings_are_read_by_their_mark_or_by_their_name(
    encoding: str, said: str | None, tmp_path: Path
) -> None:
    content = f"{HEADER}\r\n1,2024-01-01,5,EUR,FR,Zoé,café,0\r\n".encode(encoding)
    brought(tmp_path, content=content, encoding=said)
    assert stored("customer_id || category") == ["Zoécafé"]


def test_text_of_another_encoding_is_rejected_and_not_garbled(tmp_path: Path) -> None:
    content = f"{HEADER}\n1,2024-01-01,5,EUR,FR,Zoé,k,0\n2,2024-01-01,5,EUR,FR,Ann,k,0\n".encode("cp1252")
    result = brought(tmp_path, content=content)
    assert (result.counts.accepted, result.counts.rejected) == (1, 1)
    assert "not UTF-8 text" in rejected(result)[0]
    with pytest.raises(UserError, match="no encoding klingon"):
        brought(tmp_path, content=content, encoding="klingon")


def test_text_that_breaks_its_encoding_rejects_its_row_alone(tmp_path: Path) -> None:
    lines = f"{HEADER}\n1,2024-01-01,5,EUR,FR,*,k,0\n2,2024-01-01,5,EUR,FR,Ann,k,0\n"
    content = lines.encode("utf-16-le").replace("*".encode("utf-16-le"), b"\x41\xd8")
    result = brought(tmp_path, content=content, encoding="utf-16-le")
    assert (stored("customer_id"), result.counts.rejected) == (["Ann"], 1)
    assert "not UTF-8 text" in rejected(result)[0]


def test_day_first_dates_are_told_by_the_file_or_by_its_owner(tmp_path: Path) -> None:
    brought(tmp_path, "1,01-02-2019 00:00,5,EUR,FR,c,k,0", "2,13-02-2019 00:00,5,EUR,FR,c,k,0")
    assert [str(found) for found in stored("local_date")] == ["2019-02-01", "2019-02-13"]
    with pytest.raises(UserError, match="--dates day-first or --dates month-first"):
        brought(tmp_path, "3,01-02-2019 00:00,5,EUR,FR,c,k,0")
    brought(tmp_path, "3,01-02-2019 00:00,5,EUR,FR,c,k,0", dates=DateOrder.MONTH_FIRST)
    assert str(stored("local_date")[2]) == "2019-01-02"


def test_a_later_line_may_tell_the_order_of_all(tmp_path: Path) -> None:
    lines = [f"{n},01-02-2019 00:00,5,EUR,FR,c,k,0" for n in range(3_000)]
    brought(tmp_path, *lines, "last,31-01-2019 00:00,5,EUR,FR,c,k,0")
    assert {str(found) for found in stored("local_date")} == {"2019-02-01", "2019-01-31"}


def test_dates_that_contradict_each_other_are_asked_about(tmp_path: Path) -> None:
    lines = ("1,13-02-2019,5,EUR,FR,c,k,0", "2,02-13-2019,5,EUR,FR,c,k,0")
    with pytest.raises(UserError, match="say by --dates which are right"):
        brought(tmp_path, *lines)
    result = brought(tmp_path, *lines, dates=DateOrder.DAY_FIRST)
    assert (stored(), result.counts.rejected) == (["1"], 1)


def test_split_times_are_joined(tmp_path: Path) -> None:
    content = b"id,y,m,d,t,amount,currency\n1,2019,3,1,6:05,5,EUR\n"
    names = {"transaction_id": "id", "timestamp": "y+m+d+t", "amount": "amount", "currency": "currency"}
    brought(tmp_path, content=content, mapping=names)
    assert [str(found) for found in stored("timestamp at time zone 'UTC'")] == ["2019-03-01 06:05:00"]


def test_a_number_that_a_spreadsheet_shortened_is_nobodys_id(tmp_path: Path) -> None:
    line = "1,2024-01-01,5,EUR,FR,2.70319E+15,k,0"
    result = brought(tmp_path, line, "2,2024-01-01,2.5E+3,EUR,FR,c,k,0")
    assert (stored("amount"), result.counts.rejected) == ([2_500], 1)
    assert "its last digits are lost" in rejected(result)[0]
    brought(tmp_path, line, mapping={**COLUMNS, "customer_id": "@none"})
    assert stored("customer_id") == ["c", None]


def test_decimal_commas_and_thousands_are_told_apart_or_asked_about(tmp_path: Path) -> None:
    semicolons = HEADER.replace(",", ";")
    content = f"{semicolons}\n1;2024-01-01;1.234,50;EUR;FR;c;k;0\n2;2024-01-01;7;EUR;FR;c;k;0\n".encode()
    brought(tmp_path, content=content)
    brought(tmp_path, '3,2024-01-01,"$4,111,523.68",USD,US,c,k,0', "4,2024-01-01,$-99.00,USD,US,c,k,0")
    assert stored("amount") == [Decimal("1234.5"), 7, Decimal("4111523.68"), 99]
    assert stored("transaction_type")[3] == "refund"
    with pytest.raises(UserError, match="--decimals comma or --decimals point"):
        brought(tmp_path, '5,2024-01-01,"1,234",EUR,FR,c,k,0')
    brought(tmp_path, '5,2024-01-01,"1,234",EUR,FR,c,k,0', decimals=Decimals.COMMA)
    assert stored("amount")[4] == Decimal("1.234")


def test_quotes_and_formulas_are_text_and_rejects_are_harmless(tmp_path: Path) -> None:
    result = brought(
        tmp_path,
        '1,2024-01-01,5,EUR,FR,"a ""b"", c","two\nlines",0',
        "2,2024-01-01,=1+1;+2,EUR,FR,c,k,0",
        '3,2024-01-01,5,EUR,FR,c,"=HYPERLINK(""x"")",0',
    )
    assert stored("customer_id || '|' || category") == ['a "b", c|two\nlines', 'c|=HYPERLINK("x")']
    assert rejected(result) == ["4,amount,'=1+1;'+2,not an amount of money"]
    assert as_written("'=1+1;'+2") == "=1+1;+2"
    for text in ("=1", "'=1", "''+1;'-2", "a;=b", "it's"):
        assert as_written(harmless(text)) == text


def test_rows_without_an_id_are_numbered_on_request_and_repeat_whole(tmp_path: Path) -> None:
    names = {**COLUMNS, "transaction_id": "@row"}
    result = brought(tmp_path, *(["x,2024-01-01,5,EUR,FR,c,k,0"] * 3), mapping=names)
    assert result.counts.accepted == 3
    assert [identity.partition("-")[0] for identity in stored()] == ["1", "2", "3"]


def test_a_second_time_column_that_contradicts_is_said(tmp_path: Path) -> None:
    header = (
        ",trans_date_trans_time,cc_num,merchant,category,amt,first,last,gender,street,city,state,zip,lat,long,"
        "city_pop,job,dob,trans_num,unix_time,merch_lat,merch_long,is_fraud"
    )
    row = (
        '0,2020-06-21 12:14:25,02291163933867,"fraud_Kirlin, Sons",personal_care,2.86,Jeff,E,M,street,'
        "Columbia,SC,29209,33.9,-80.9,333497,Job,1968-03-19,abc,1371816865,33.98,-81.2,0"
    )
    result = brought(tmp_path, content=f"{header}\n{row}\n".encode(), mapping={})
    assert "unix_time contradicts trans_date_trans_time by 2557 days" in str(result.notes[-1])
    assert stored("extract(year from timestamp)::int") == [2020]
    (merchant,) = execute_query("select name from merchants", banks=["acme"])
    assert merchant["name"] == "Kirlin, Sons"


def test_features_are_kept_on_request(tmp_path: Path) -> None:
    names = {name: column for name, column in COLUMNS.items() if name not in {"category", "customer_id"}}
    brought(
        tmp_path, "1,2024-01-01,5,EUR,FR,,1.5,0", "2,2024-01-01,5,EUR,FR,x,,0", mapping=names, features=True
    )
    found = execute_query(
        "select additional_features as kept from ml_features order by transaction_id", banks=["acme"]
    )
    assert [row["kept"] for row in found] == [{"kind": 1.5}, {"customer": "x"}]


def test_words_and_constants_of_a_mapping_become_ours(tmp_path: Path) -> None:
    names = {**COLUMNS, "channel": "kind"}
    words = {"channel": {"T": "pos", "F": "online"}}
    brought(
        tmp_path, "1,2024-01-01,5,EUR,FR,c,T,0", "2,2024-01-01,5,EUR,FR,c,F,0", "3,2024-01-01,5,EUR,FR,c,?,0",
        mapping=names, words=words, constants={"payment_method": "debit_card"},
    )  # fmt: skip
    assert stored("channel") == ["pos", "online", "other"]
    assert set(stored("payment_method")) == {"debit_card"}
