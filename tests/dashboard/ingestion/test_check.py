"""A dry run counts what the import then does, and writes nothing; a preview proposes what can be guessed."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.ingestion.check import check_file
from dashboard.ingestion.check_sentences import check_sentences
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.preview import preview
from dashboard.ingestion.run import import_file
from database.connection import execute_query, get_db_session
from tests.factories import make_bank
from tests.servers import Database

HEADER = "payment id,booked at,montant,devise,client,merchant,fraude"
COLUMNS = {
    "transaction_id": "payment id", "timestamp": "booked at", "amount": "montant", "currency": "devise",
    "customer_id": "client", "merchant_id": "merchant", "is_fraud": "fraude",
}  # fmt: skip


def written(folder: Path, *more: str, rows: int = 120, name: str = "rows.csv") -> Path:
    lines = (
        f"p{n},{1 + n % 28:02d}/03/2024 10:{n % 60:02d},{n + 1}.50,{'EUR' if n % 3 else 'CHF'},c{n % 5},"
        f"m{n % 4},{'' if n % 10 == 9 else int(n % 10 == 0)}"
        for n in range(rows)
    )
    path = folder / name
    path.write_text("\n".join((HEADER, *lines, *more)) + "\n")
    return path


@pytest.fixture(autouse=True)
def home(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))


def options(bank: str = "acme") -> ImportOptions:
    return ImportOptions(bank, mapping=COLUMNS, chunk_rows=50)


def with_bank() -> None:
    with get_db_session() as session:
        make_bank(session, "acme", base_currency="EUR", time_zone="Europe/Paris")


BAD = (
    "p500,someday,1,EUR,c1,m1,0",
    "p501,01/03/2024,much,EUR,c1,m1,0",
    "p502,01/03/2024,more,EUR,c1,m1,0",
    "p503,01/03/2024,1,EURO,c1,m1,0",
    "p0,01/03/2024 10:00,99,EUR,c1,m1,0",
    "p7,08/03/2024 10:07,8.50,EUR,c2,m3,0",
    "cut off",
)


def test_a_dry_run_says_what_the_import_then_does(tmp_path: Path) -> None:
    with_bank()
    path = written(tmp_path, *BAD)
    report = check_file(path, options())
    assert (
        execute_query("select 1 from datasets", banks=["acme"]) == execute_query("select 1 from jobs") == []
    )
    result = import_file(path, options())
    counts = result.counts
    assert (
        (report.rows, report.added, report.repeated)
        == (127, counts.accepted, counts.duplicate)
        == (127, 120, 1)
    )
    assert (report.conflicts, report.rejected) == (counts.conflict, counts.rejected) == (1, 5)
    assert dict(report.currencies) == {"EUR": 82, "CHF": 40}
    assert (report.frauds, report.genuine, report.unlabelled) == (12, 98, 12)
    assert [(each.column, each.rows) for each in report.rejections] == [
        ("montant", 2), ("booked at", 1), ("devise", 1), ("", 1),
    ]  # fmt: skip
    assert [each.value for each in report.rejections[0].examples] == ["much", "more"]
    assert [str(note) for note in report.notes] == ["Dates have the day first."]

    again = check_file(written(tmp_path, "p999,01/03/2024,1,EUR,c1,m1,0", name="more.csv"), options())
    assert (again.added, again.known, again.conflicts) == (1, 120, 0)
    assert any("120 are there already" in sentence for sentence in check_sentences(again))


def test_a_new_bank_and_a_set_without_labels_are_checked_too(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("id,at,amount\n1,2024-01-01,5\n2,2024-01-02,5\n")
    mapping = {"transaction_id": "id", "timestamp": "at", "amount": "amount"}
    report = check_file(path, ImportOptions("nobody-yet", mapping=mapping, currency="EUR"))
    assert (report.added, report.unlabelled) == (2, 2)
    assert "no labels" in str(report.notes[-1])
    assert execute_query("select 1 from banks") == []


def test_a_preview_proposes_a_mapping_and_shows_the_rows_as_they_would_arrive(tmp_path: Path) -> None:
    shown = preview(written(tmp_path, BAD[0]), ImportOptions("acme"))
    assert shown.mapping == {**COLUMNS, "transaction_id": "payment id"} | {
        name: shown.mapping[name] for name in shown.mapping if name not in COLUMNS
    }
    assert shown.problem is None
    assert shown.samples["client"] == ("c0", "c1", "c2")
    first = shown.rows[0]
    assert (first["transaction_id"], first["amount_e4"], first["currency"]) == ("p0", 15_000, "CHF")
    assert [each.value for each in shown.rejects] == ["someday"]
    assert [str(note) for note in shown.notes] == ["Dates have the day first."]


def test_a_preview_says_what_is_missing_and_hides_card_numbers(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("number,what,when\n4111111111111111,5,2024-01-01\n")
    shown = preview(path, ImportOptions("acme"))
    assert shown.problem is not None
    assert shown.rows == ()
    assert "4111111111111111" not in str(shown)


def test_a_preview_knows_a_known_layout_and_guesses_the_currency_of_another(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('id,date,amount\n1,2024-01-01,"£59,801.33"\n2,2024-01-02,£5\n')
    shown = preview(path, ImportOptions("acme"))
    assert (shown.currency, shown.rows[0]["amount_e4"]) == ("GBP", 598_013_300)
    paysim = tmp_path / "paysim.csv"
    paysim.write_text(
        "step,type,amount,nameOrig,oldbalanceOrg,newbalanceOrig,nameDest,oldbalanceDest,newbalanceDest,isFraud,"
        "isFlaggedFraud\n1,PAYMENT,9839.64,C1,1,1,M1,0,0,0,0\n"
    )
    found = preview(paysim, ImportOptions("acme"))
    assert (found.layout, dict(found.mapping)) == ("paysim", {})
    assert "Times are counted from 2017-01-01" in str(found.notes[0])
