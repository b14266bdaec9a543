"""The import command: says what it makes of the file and the bank, and leaves a sentence for each mistake."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.jobs.run import run_job
from database import import_data
from database.connection import execute_query, get_db_session
from database.logs.handler import StoreHandler
from database.queries import jobs
from models.access import Role
from models.jobs import JobStatus
from tests.factories import make_bank, make_user
from tests.servers import Database

SPARKOV = (
    ",trans_date_trans_time,cc_num,merchant,category,amt,first,last,gender,street,city,state,zip,lat,long,"
    "city_pop,job,dob,trans_num,unix_time,merch_lat,merch_long,is_fraud\n"
    '0,2020-06-21 12:14:25,2291163933867244,"fraud_Kirlin and Sons",personal_care,2.86,Jeff,Elliott,M,'
    '351 Darlene Green,Columbia,SC,29209,33.9659,-80.9355,333497,"Mechanical engineer",1968-03-19,'
    "2da90c7d74bd46a0caf3777415b3ebd3,1371816865,33.986391,-81.200714,0\n"
    '1,2020-06-21 12:14:33,3573030041201292,"fraud_Sporer, Keebler",shopping_net,29.84,Joanne,Williams,F,'
    "3638 Marsh Union,Altonah,UT,84002,40.3207,-110.436,302,Sales,1990-01-17,"
    "324cc204407e99f51b0d6ca0055005e7,1371816873,39.450498,-109.960431,1\n"
)
TINY = ["--map", "transaction_id=id", "--map", "timestamp=at", "--map", "amount=sum", "--currency", "eur"]


@pytest.fixture(autouse=True)
def _logs_end_with_the_test() -> Iterator[None]:
    yield
    for name in ("app", "callbacks", "dashboard", "database", "procrastinate"):
        for handler in [*logging.getLogger(name).handlers]:
            if isinstance(handler, StoreHandler):
                logging.getLogger(name).removeHandler(handler)


@pytest.fixture
def sparkov_file(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert committed.name
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    path = tmp_path / "fraudTrain.csv"
    path.write_text(SPARKOV)
    return path


@pytest.fixture
def tiny_file(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    assert committed.name
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    path = tmp_path / "tiny.csv"
    path.write_text("id,at,sum\na,2024-01-01 10:00:00,1\nb,never,2\n")
    return path


def test_a_new_bank_is_made_and_given_to_every_active_admin(
    sparkov_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with get_db_session() as session:
        make_user(session, role=Role.ADMIN, username="ada")
        make_user(session, role=Role.ADMIN, username="gone", is_active=False)
        make_user(session, role=Role.LEAD, username="lea")
    command = [str(sparkov_file), "--bank", "acme", "--country", "US", "--grant", "lea"]
    assert import_data.main(command) == 0
    said = capsys.readouterr().out
    assert "Bank acme is new: zone UTC, base currency USD." in said
    assert "It may be seen by ada, lea." in said
    assert "2 rows added" in said
    assert "It is dataset 1: --undo 1 takes it back." in said
    seen = execute_query(
        "select username from users join user_banks using (user_id) join banks using (bank_id)"
        " where code = 'acme' order by 1"
    )
    assert [row["username"] for row in seen] == ["ada", "lea"]


def test_the_kaggle_header_is_recognised_with_its_unnamed_column(sparkov_file: Path) -> None:
    assert import_data.main([str(sparkov_file), "--bank", "acme"]) == 0
    rows = execute_query(
        "select t.channel, t.merchant_id, m.name, t.country, t.currency, t.payment_method, t.is_fraud,"
        " t.card_masked, c.first_name, c.occupation from transactions t"
        " join merchants m using (bank_id, merchant_id) join customers c using (bank_id, customer_id)"
        " order by t.timestamp",
        banks=["acme"],
    )
    assert [tuple(row.values()) for row in rows] == [
        ("other", "fraud_Kirlin and Sons", "Kirlin and Sons", "US", "USD", "credit_card", False,
         "229116******7244", "Jeff", "Mechanical engineer"),
        ("online", "fraud_Sporer, Keebler", "Sporer, Keebler", "US", "USD", "credit_card", True,
         "357303******1292", "Joanne", "Sales"),
    ]  # fmt: skip


def test_the_same_command_again_says_that_nothing_was_added(
    sparkov_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import_data.main([str(sparkov_file), "--bank", "acme"])
    assert import_data.main([str(sparkov_file), "--bank", "acme"]) == 0
    assert "was imported before, as dataset 1: nothing was added." in capsys.readouterr().out


def test_a_mapped_file_says_where_its_rejects_are(
    tiny_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_data.main([str(tiny_file), "--bank", "acme", *TINY]) == 0
    said = capsys.readouterr().out
    assert "1 rows added" in said
    assert "1 could not be read" in said
    path = Path(said.split("with their reasons: ")[1].split("\n")[0])
    assert path.read_text().splitlines()[1].startswith("3,at,never,")


def test_the_new_rows_are_folded(tiny_file: Path) -> None:
    import_data.main([str(tiny_file), "--bank", "acme", *TINY])
    (found,) = execute_query(
        "select (select sum(n) from segments) as sealed, (select count(*) from segment_tail) as tail",
        banks=["acme"],
    )
    assert found == {"sealed": 1, "tail": 0}


def test_without_the_owners_login_the_rows_are_there_and_the_fold_is_left_to_a_job(
    tiny_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_OWNER_URL", "")
    assert import_data.main([str(tiny_file), "--bank", "acme", *TINY]) == 0
    assert "The rows are visible, but not folded" in capsys.readouterr().out


def test_a_queued_import_is_run_by_the_worker_with_its_progress_in_jobs(
    tiny_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_data.main([str(tiny_file), "--bank", "acme", *TINY, "--job"]) == 0
    job_id = int(capsys.readouterr().out.split("queued as run ")[1].split(";")[0])
    assert run_job(job_id) is JobStatus.SUCCEEDED
    with get_db_session() as session:
        run = jobs.by_id(session, job_id)
    assert run.progress_done == run.progress_total == tiny_file.stat().st_size
    assert (run.result["accepted"], run.result["rejected"]) == (1, 1)
    assert "1 rows added" in str(run.message)
    assert len(execute_query("select 1 from transactions", banks=["acme"])) == 1


def test_a_queued_import_can_be_cancelled_and_go_on(tiny_file: Path) -> None:
    import_data.main([str(tiny_file), "--bank", "acme", *TINY, "--job"])
    with get_db_session() as session:
        job_id = jobs.newest(session)[0].job_id
        jobs.request_cancel(session, job_id)
    assert run_job(job_id) is None
    assert import_data.main([str(tiny_file), "--bank", "acme", *TINY]) == 0
    assert len(execute_query("select 1 from transactions", banks=["acme"])) == 1


def test_a_queued_import_whose_file_is_gone_fails_with_a_sentence(tiny_file: Path) -> None:
    import_data.main([str(tiny_file), "--bank", "acme", *TINY, "--job"])
    tiny_file.unlink()
    with get_db_session() as session:
        job_id = jobs.newest(session)[0].job_id
    assert run_job(job_id) is JobStatus.FAILED
    with get_db_session() as session:
        assert "cannot be read: no such file" in str(jobs.by_id(session, job_id).message)


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        (["--bank", "acme", "--map", "nonsense"], "--map nonsense is neither FIELD=COLUMN"),
        (["--bank", "acme", "--bank-zone", "Mars/Base"], "Mars/Base is no time zone"),
        (["--bank", "all"], "all is no code of a bank"),
        (["--bank", "acme", "--grant", "nobody"], "There is no user nobody."),
        (["--bank", "known", "--bank-zone", "Asia/Tokyo"], "its time zone is UTC"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_is_written(
    tiny_file: Path, capsys: pytest.CaptureFixture[str], extra: list[str], sentence: str
) -> None:
    with get_db_session() as session:
        make_bank(session, "known")
    assert import_data.main([str(tiny_file), *TINY, *extra]) == 1
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert execute_query("select code from banks") == [{"code": "known"}]


def test_a_new_bank_without_any_currency_is_asked_for_one(
    tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.csv"
    path.write_text("id,at,sum,cur\na,2024-01-01 10:00:00,1,CHF\n")
    mapping = [*TINY[:6], "--map", "currency=cur"]
    assert import_data.main([str(path), "--bank", "acme", *mapping]) == 1
    assert "--base-currency" in capsys.readouterr().err
    assert import_data.main([str(path), "--bank", "acme", *mapping, "--base-currency", "CHF"]) == 0
    assert tiny_file.exists()
