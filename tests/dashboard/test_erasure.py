"""Who is erased is nowhere any more, everybody else is as before, and segments are equal to the rows."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from dashboard.erasure import fingerprint_of
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.run import import_file
from database import maintenance
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from database.queries import alerts, patterns
from database.queries.patterns import Found
from database.segments.check import check
from database.segments.compaction import fold_tail
from models.alerts import Severity
from tests.factories import NOON, make_bank, make_customer
from tests.servers import Database

HEADER = "transaction_id,timestamp,amount,currency,customer_id,merchant_id,is_fraud"
THEIRS = ("zq-pay-0", "zq-pay-1", "zq-pay-2")
WORDS = ("zq.martin", "zq-pay", "Zephyrine", "zephyrine@example.org")


@pytest.fixture(autouse=True)
def bank(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    with get_db_session() as session:
        banks = [
            make_bank(session, code, base_currency="EUR", time_zone="UTC") for code in ("acme", "acme-2")
        ]
        bank_id = banks[0].bank_id
    with get_db_session(["acme", "acme-2"]) as session:
        make_customer(session, banks[0], "zq.martin", first_name="Zephyrine", email="zephyrine@example.org")
        make_customer(session, banks[1], "zq.martin")
    path = tmp_path / "rows.csv"
    lines = [f"{name},2024-03-0{n + 1} 10:00,{n + 5},EUR,zq.martin,m1,1" for n, name in enumerate(THEIRS)]
    lines += [f"o{n},2024-03-0{n + 1} 11:00,{n + 7},EUR,other,m{n % 2},0" for n in range(6)]
    lines += ["zq-pay-9,nowhen,1,EUR,zq.martin,m1,1"]
    path.write_text("\n".join((HEADER, *lines)) + "\n")
    import_file(path, ImportOptions("acme", mapping={name: name for name in HEADER.split(",")}))
    fold()
    _tell_of_them(bank_id)
    return bank_id


def _tell_of_them(bank_id: int) -> None:
    """Alerts, patterns and log lines: of them alone, of them and others, and of others alone."""
    with get_db_session(["acme"]) as session:
        given: dict[str, Any] = {"severity": Severity.HIGH, "fraud_probability": 0.9}
        given |= {"expected_loss_e4": 1, "reason_code": "score"}
        mine = alerts.create(session, bank_id, THEIRS[0], customer_id="zq.martin", **given)
        shared = alerts.create(session, bank_id, THEIRS[1], customer_id="zq.martin", **given)
        assert mine is not None
        assert shared is not None
        alerts.add_transactions(session, bank_id, shared, ["o1"])
        found = [
            pattern(THEIRS[0], THEIRS[:2]), pattern("ring", ("o1", "o2", THEIRS[2])),
            pattern("named", ("o3",), customers=["other", "zq.martin"]), pattern("o4", ("o4", "o5")),
        ]  # fmt: skip
        patterns.store(session, bank_id, found)
        log(session, bank_id, "Refused zq.martin, again", {})
        log(session, bank_id, "Looked", {"seen": [{"customer": "zq.martin"}]})
        log(session, bank_id, "Scored", {}, transaction_id=THEIRS[1])
        log(session, bank_id, "Refused zqxmartin", {"customer": "other"})


def log(session: Any, bank_id: int, message: str, details: dict[str, Any], **given: Any) -> None:
    session.execute(
        text(
            "insert into system_logs (service, category, level, logger, message, details, bank_id,"
            " transaction_id) values ('web', 'web', 'INFO', 'test', :message, cast(:details as jsonb),"
            " :bank_id, :transaction_id)"
        ),
        {
            "message": message, "details": json.dumps(details), "bank_id": bank_id, "transaction_id": None,
            **given,
        },
    )  # fmt: skip


def pattern(key: str, ids: tuple[str, ...], **characteristics: Any) -> Found:
    times = (NOON, NOON + timedelta(hours=1))
    return Found("fraud", "ring", key, ids, *times, 0.9, Severity.HIGH, characteristics)


def fold() -> None:
    with owner_session() as session:
        fold_tail(session)


def agree() -> None:
    with owner_session(snapshot=True) as session:
        assert check(session).agree


def erase(*more: str) -> int:
    words = ("--bank", "acme", "--customer", "zq.martin", "--reason", "asked on paper")
    return maintenance.main(["erase", *words, *more])


def everything(bank: str) -> dict[str, list[str]]:
    """Every row of every table, as text, that a bank's people and we ourselves can see."""
    tables = execute_query(
        "select table_name from information_schema.tables where table_schema = 'public'"
        " and table_type = 'BASE TABLE' and table_name !~ '^procrastinate'"
    )
    with owner_session() as session:
        return {
            row["table_name"]: list(
                session.scalars(text(f"select to_jsonb(t)::text from {row['table_name']} t order by 1"))
            )
            for row in tables
        }


def others(bank_id: int) -> list[str]:
    found = execute_query(
        "select to_jsonb(t) - 'updated_at' as row from transactions t where customer_id = 'other' order by 1",
        banks=["acme"],
    )
    return [json.dumps(row["row"]) for row in found]


def test_nothing_of_them_is_found_anywhere_and_everybody_else_is_as_before(
    bank: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = others(bank)
    (rejects,) = (tmp_path / "home" / "rejects").glob("*.csv")
    with rejects.open("a") as file:
        file.write("12,customer_id,zq.martin,a reason\n")
    assert erase("--yes") == 0
    assert "Erased: 3 payments, 2 patterns, 3 lines of the log, 1 lines of files" in capsys.readouterr().out
    found = everything("acme")
    left = {
        table: row
        for table, rows in found.items()
        for row in rows
        for word in WORDS
        if word in row and '"bank_id": 2' not in row
    }
    assert left == {}
    assert "zq.martin" not in rejects.read_text()
    assert others(bank) == before
    assert [row["n"] for row in execute_query("select rows as n from datasets", banks=["acme"])] == [6]
    agree()
    fold()
    agree()


def test_what_others_share_with_them_stays_without_them(bank: int) -> None:
    assert erase("--yes") == 0
    kept = execute_query("select pattern_key from fraud_patterns order by 1", banks=["acme"])
    assert [row["pattern_key"] for row in kept] == ["o4", "ring"]
    (alert,) = execute_query("select transaction_id, customer_id from alerts", banks=["acme"])
    assert alert == {"transaction_id": "o1", "customer_id": None}
    logs = execute_query("select message from system_logs where logger = 'test'")
    assert [row["message"] for row in logs] == ["Refused zqxmartin"]
    assert execute_query("select 1 from customers", banks=["acme-2"]), "another bank's customer"


def test_the_audit_says_that_somebody_was_erased_and_not_who(bank: int) -> None:
    assert erase("--yes") == 0
    with owner_session() as session:
        row = session.execute(
            text("select bank_id, object_id, reason, details from audit_log where action = 'customer.erase'")
        ).one()
    assert row.object_id == fingerprint_of("zq.martin")
    assert (row.bank_id, row.reason, row.details["payments"]) == (bank, "asked on paper", 3)


def test_a_fault_leaves_everything_and_the_same_command_does_it_all(
    bank: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("dashboard.erasure._write_down", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            erase("--yes")
    assert len(execute_query("select 1 from transactions", banks=["acme"])) == 9
    agree()
    assert erase("--yes") == 0
    assert len(execute_query("select 1 from transactions", banks=["acme"])) == 6


def test_who_is_not_there_and_no_reason_are_said(bank: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert erase("--yes", "--reason", " ") == 1
    assert erase("--yes", "--customer", "nobody") == 1
    assert "Say why the customer is erased" in (told := capsys.readouterr().err)
    assert "no such customer" in told


def test_without_a_yes_nothing_is_erased(bank: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    assert erase() == 1
    assert len(execute_query("select 1 from customers", banks=["acme"])) == 2
