"""The import command that writes nothing (`--check`) and the one that takes back (`--undo`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from database import import_data
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from database.segments.check import check
from tests.factories import make_bank
from tests.servers import Database

MAPPED = ["--map", "transaction_id=id", "--map", "timestamp=at", "--map", "amount=sum", "--currency", "EUR"]


@pytest.fixture
def path(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    path = tmp_path / "rows.csv"
    path.write_text("id,at,sum\na,2024-01-01 10:00:00,1\na,2024-01-01 10:00:00,1\nb,never,2\n")
    return path


def test_a_check_says_what_an_import_would_do_and_makes_not_even_the_bank(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_data.main([str(path), "--bank", "acme", *MAPPED, "--check"]) == 0
    said = capsys.readouterr().out
    assert "3 rows read; 1 would be added." in said
    assert "1 rows repeat another one, 0 are there already" in said
    assert "1 times column at: not a time" in said
    assert execute_query("select 1 from banks") == execute_query("select 1 from jobs") == []


def test_a_check_of_another_kind_counts_what_is_known(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with get_db_session() as session:
        make_bank(session, "acme", base_currency="EUR")
    rates = path.with_name("rates.csv")
    rates.write_text("date,currency,rate\n2024-01-02,USD,0.9\n2024-01-03,USD,much\n")
    command = [str(rates), "--bank", "acme", "--kind", "rates"]
    assert import_data.main([*command, "--check"]) == 0
    assert "2 rows read; 1 would be added." in capsys.readouterr().out
    assert import_data.main(command) == 0
    capsys.readouterr()
    assert import_data.main([*command, "--check"]) == 0
    assert "2 rows read; 0 would be added." in (said := capsys.readouterr().out)
    assert "1 are there already" in said
    assert "Labels" not in said


def test_an_undo_takes_the_rows_back_and_says_so(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_data.main([str(path), "--bank", "acme", *MAPPED]) == 0
    (dataset,) = execute_query("select dataset_id from datasets", banks=["acme"])
    command = ["--bank", "acme", "--undo", str(dataset["dataset_id"])]
    assert import_data.main(command) == 0
    assert "1 rows removed" in capsys.readouterr().out
    assert execute_query("select 1 from transactions", banks=["acme"]) == []
    with owner_session(snapshot=True) as session:
        assert check(session).agree
    assert import_data.main(["--bank", "acme", "--undo", "999"]) == 1
    assert "The bank acme has no dataset 999." in capsys.readouterr().err
