"""The command that fills a new database: who may log in first, what the demo adds, what is asked before."""

from __future__ import annotations

import io
import re
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from dashboard import clock, passwords
from dashboard.jobs.run import run_job
from database.connection import get_db_session, read_only
from database.queries import jobs, users
from database.queries.banks import visible_banks
from database.seed_data import main
from models.access import Person, Role
from models.alerts import Alert
from models.banks import Bank
from models.customers import Customer
from models.datasets import Dataset
from models.jobs import JobStatus
from models.patterns import FraudPattern
from models.transactions import Transaction
from models.users import User
from tests.servers import Database

TINY = ["--demo", "--transactions", "600", "--days", "30", "--until", "2026-07-01"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    return tmp_path


def user_of(name: str) -> users.Account:
    with read_only() as session:
        found = session.scalars(select(User.user_id).where(User.username == name)).one()
    with get_db_session() as session:
        account = users.by_id(session, found)
    assert account is not None
    return account


def codes_seen_by(name: str) -> list[str]:
    account = user_of(name)
    person = Person(account.user_id, name, account.full_name, account.role, (), "en", "system")
    with get_db_session() as session:
        return [bank.code for bank in visible_banks(session, person)]


def test_a_new_database_gets_an_admin_whose_password_is_shown_once(
    committed: Database, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    shown = re.search(r"Password: +(\S+)", capsys.readouterr().out)
    assert shown is not None
    admin = user_of("admin")
    assert (admin.email, admin.role, admin.must_change_password) == ("admin@localhost", Role.ADMIN, True)
    assert passwords.verify(admin.password_hash, shown[1])
    assert codes_seen_by("admin") == ["main"]
    with read_only("all") as session:
        assert session.scalars(select(Dataset.name)).all() == ["default"]
    assert not list(home.glob("*.txt"))


def test_again_changes_nothing_and_says_so(
    committed: Database, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([])
    before = user_of("admin")
    capsys.readouterr()
    assert main([]) == 0
    out = capsys.readouterr().out
    assert "already" in out
    assert "Password" not in out
    assert user_of("admin") == before


def test_a_second_admin_is_refused(
    committed: Database, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main([])
    assert main(["--admin-username", "root"]) == 1
    assert "There is an administrator already" in capsys.readouterr().err
    with read_only() as session:
        assert session.scalar(select(func.count(User.user_id))) == 1


def test_the_admins_names_and_password_may_be_given(
    committed: Database, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = home / "secret"
    file.write_text("seven otters swim\n")
    given = ["--admin-username", "chef", "--admin-email", "chef@example.org"]
    assert main([*given, "--admin-password-file", str(file)]) == 0
    assert "otters" not in capsys.readouterr().out
    chef = user_of("chef")
    assert passwords.verify(chef.password_hash, "seven otters swim")
    assert (chef.email, chef.must_change_password) == ("chef@example.org", True)


def test_a_password_among_the_options_is_taken_with_a_warning(
    committed: Database, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--admin-password", "seven otters swim"]) == 0
    assert "Warning" in capsys.readouterr().err


@pytest.mark.parametrize("password", ["short", "admin-admin-1", "passwordpassword"])
def test_a_weak_password_is_refused_before_anything_is_stored(
    committed: Database, home: Path, password: str
) -> None:
    assert main(["--admin-password", password, *TINY]) == 1
    with read_only() as session:
        assert session.scalar(select(func.count(User.user_id))) == 0
        assert session.scalar(select(func.count(Bank.bank_id))) == 0


def test_names_that_nobody_could_sign_in_with_are_refused(
    committed: Database, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--admin-username", "me@here"]) == 1
    assert main(["--admin-email", "nowhere"]) == 1
    assert "@" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--banks", "0"],
        ["--days", "4000"],
        ["--transactions", "-5"],
        ["--until", "0001-01-01"],
        ["--seed", "x"],
    ],
)
def test_numbers_out_of_reason_are_refused_before_a_database_is_needed(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--demo", *wrong])
    assert stopped.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_a_password_file_that_is_not_there_is_one_sentence(
    committed: Database, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--admin-password-file", str(home / "none")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_the_demo_adds_its_people_each_with_their_banks(
    committed: Database, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(TINY) == 0
    file = home / "demo-logins.txt"
    assert str(file) in capsys.readouterr().out
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    logins = dict(line.split()[:2] for line in file.read_text().splitlines())
    assert set(logins) == {"lead", "analyst-fr", "analyst-us", "viewer"}
    for name, password in logins.items():
        assert passwords.verify(user_of(name).password_hash, password)
    assert [user_of(name).role for name in logins] == [Role.LEAD, Role.ANALYST, Role.ANALYST, Role.VIEWER]
    assert codes_seen_by("analyst-fr") == ["demo-fr"]
    assert codes_seen_by("analyst-us") == ["demo-us"]
    both = ["demo-fr", "demo-us"]
    assert codes_seen_by("lead") == codes_seen_by("viewer") == both
    assert codes_seen_by("admin") == ["main", *both]
    with read_only("all") as session:
        assert session.scalar(select(func.count(Transaction.ingest_seq))) == 600


def test_the_worker_gives_the_demo_its_scores_totals_and_alerts(committed: Database, home: Path) -> None:
    assert main(["--demo", "--transactions", "4000", "--days", "60", "--until", "2026-07-01"]) == 0
    with get_db_session() as session:
        waiting = jobs.newest(session, kind="enrich")
    assert len(waiting) == 2
    assert all(run_job(job.job_id) is JobStatus.SUCCEEDED for job in waiting)
    with read_only("all") as session:
        unscored = select(func.count()).where(Transaction.fraud_score.is_(None))
        flagged = select(func.count()).where(Transaction.flagged_score.is_not(None))
        spent = select(func.sum(Customer.transaction_count))
        raised = session.scalars(select(func.count()).select_from(Alert)).one()
        assert session.scalars(unscored).one() == 0
        assert 0 < raised <= session.scalars(flagged).one()
        assert session.scalars(spent).one() == 4_000


def test_the_demo_shows_anomalies_and_patterns_and_takes_its_runs_with_it(
    committed: Database, home: Path
) -> None:
    assert main(["--demo", "--transactions", "5000", "--days", "60", "--until", "2026-07-01"]) == 0
    assert {path.name for path in (home / "truth").glob("*.csv")} == {"demo-fr.csv", "demo-us.csv"}
    with get_db_session() as session:
        waiting = jobs.newest(session, kind="detect")
    assert [run_job(job.job_id) for job in waiting] == [JobStatus.SUCCEEDED] * 2
    with read_only("all") as session:
        counts = select(func.count(Transaction.is_anomaly), func.count(Transaction.anomaly_type))
        looked, odd = session.execute(counts).one()
        found = session.scalar(select(func.count()).select_from(FraudPattern))
    assert looked == 5_000
    assert odd > 10
    assert found is not None
    assert found > 0
    assert main(["--remove-demo"]) == 0
    assert not (home / "truth").exists()
    with get_db_session() as session:
        assert jobs.newest(session) == []


def test_the_demo_is_made_once(committed: Database, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(TINY)
    kept = (home / "demo-logins.txt").read_text()
    capsys.readouterr()
    assert main([*TINY[:-1], "2026-08-01"]) == 0
    out = capsys.readouterr().out
    assert "there already, with 600 transactions until 2026-07-01" in out
    assert "--remove-demo" in out
    assert (home / "demo-logins.txt").read_text() == kept


def test_the_demo_goes_with_its_people_and_can_come_again(committed: Database, home: Path) -> None:
    main(TINY)
    assert main(["--remove-demo"]) == 0
    with read_only("all") as session:
        assert session.scalar(select(func.count(Transaction.ingest_seq))) == 0
        assert session.scalars(select(User.username)).all() == ["admin"]
        assert session.scalars(select(Bank.code)).all() == ["main"]
    assert main(TINY) == 0
    assert codes_seen_by("analyst-us") == ["demo-us"]


def test_no_row_of_the_demo_lies_ahead_of_now(
    committed: Database, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 7, 1, 2, 30, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: now)
    assert main(["--demo", "--transactions", "600", "--days", "30"]) == 0
    with read_only("all") as session:
        newest = session.scalar(select(func.max(Transaction.timestamp)))
    assert newest is not None
    assert newest < now


def test_reset_asks_first(
    committed: Database, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main([])
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    assert main(["--reset"]) == 1
    assert "Nothing was deleted" in capsys.readouterr().err
    assert user_of("admin").username == "admin"
    monkeypatch.setattr(sys, "stdin", io.StringIO("delete everything\n"))
    assert main(["--reset", "--admin-username", "second"]) == 0
    with read_only() as session:
        assert session.scalars(select(User.username)).all() == ["second"]
