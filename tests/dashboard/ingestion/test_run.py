"""One import: every row once, whatever stops it; what is not stored is reported with line and reason."""

from __future__ import annotations

import csv
import gzip
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

from dashboard.ingestion.options import ImportOptions, Progress
from dashboard.ingestion.plan import claim, plan_import
from dashboard.ingestion.run import ImportCancelledError, import_file, work
from database.connection import execute_query, get_db_session
from database.queries import jobs
from models.errors import ConflictError, NotFoundError, UserError
from models.jobs import JobStatus
from tests.factories import make_bank
from tests.servers import Database

HEADER = "id,at,amount,customer,merchant,fraud,note"
MAPPING = {
    "transaction_id": "id",
    "timestamp": "at",
    "amount": "amount",
    "customer_id": "customer",
    "merchant_id": "merchant",
    "is_fraud": "fraud",
}


def line(number: int, **changed: str) -> str:
    row = {
        "id": f"t{number}",
        "at": f"2024-01-{1 + number // 1440:02d} {number // 60 % 24:02d}:{number % 60:02d}:00",
        "amount": f"{number + 1}.25",
        "customer": f"c{number % 7}",
        "merchant": f"m{number % 3}",
        "fraud": str(int(number % 50 == 0)),
        "note": "",
    }
    return ",".join({**row, **changed}.values())


def written(folder: Path, *lines: str, name: str = "rows.csv") -> Path:
    path = folder / name
    path.write_text("\n".join((HEADER, *lines)) + "\n")
    return path


@pytest.fixture
def bank(committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path / "home"))
    with get_db_session() as session:
        make_bank(session, "acme", base_currency="EUR", time_zone="Europe/Paris")
    return "acme"


def options(**given: Any) -> ImportOptions:
    return ImportOptions(
        **{"bank": "acme", "mapping": MAPPING, "currency": "EUR", "chunk_rows": 100, **given}
    )


def ids() -> list[str]:
    rows = execute_query("select transaction_id from transactions order by ingest_seq", banks=["acme"])
    return [row["transaction_id"] for row in rows]


def rejects(path: Path | None) -> list[list[str]]:
    assert path is not None
    assert path.stat().st_mode & 0o777 == 0o600
    with path.open(newline="") as file:
        return list(csv.reader(file))[1:]


def stop_after(rows: int, error: Exception) -> Callable[[Progress], None]:
    def report(progress: Progress) -> None:
        if progress.counts.read >= rows:
            raise error

    return report


def test_rows_labels_and_tail_arrive_together(bank: str, tmp_path: Path) -> None:
    result = import_file(written(tmp_path, *map(line, range(250))), options())
    assert (result.counts.read, result.counts.accepted) == (250, 250)
    assert ids() == [f"t{i}" for i in range(250)]
    (found,) = execute_query(
        "select (select count(*) from fraud_labels) as labels, (select sum(n) from segment_tail) as records,"
        " (select rows from datasets) as dataset, (select status from jobs where kind = 'import') as status",
        banks=[bank],
    )
    assert found == {"labels": 250, "records": 250, "dataset": 250, "status": "succeeded"}


def test_each_stored_batch_is_logged(bank: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        import_file(written(tmp_path, *map(line, range(150)), line(150, amount="?")), options())
    told = [record for record in caplog.records if "stored a batch" in record.message]
    assert [record.message.partition(": ")[2] for record in told] == [
        "100 rows added, 0 there already, 0 rejected",
        "50 rows added, 0 there already, 1 rejected",
    ]
    assert {record.__dict__["category"] for record in told} == {"ingest"}


def test_naive_times_are_the_banks_clock(bank: str, tmp_path: Path) -> None:
    import_file(written(tmp_path, line(0, at="2024-07-01 00:30:00")), options())
    (row,) = execute_query(
        "select timestamp at time zone 'UTC' as utc, local_date::text from transactions", banks=[bank]
    )
    assert (str(row["utc"]), row["local_date"]) == ("2024-06-30 22:30:00", "2024-07-01")


def test_skipped_and_doubled_hours_are_counted(bank: str, tmp_path: Path) -> None:
    path = written(tmp_path, line(0, at="2024-03-31 02:30:00"), line(1, at="2024-10-27 02:30:00"), line(2))
    result = import_file(path, options())
    assert (result.skipped_hours, result.doubled_hours) == (1, 1)
    utc = import_file(written(tmp_path, line(3), name="2.csv"), options(time_zone="UTC"))
    assert (utc.skipped_hours, utc.doubled_hours) == (0, 0)


def test_the_same_file_twice_adds_nothing(bank: str, tmp_path: Path) -> None:
    path = written(tmp_path, *map(line, range(30)))
    first, again = import_file(path, options()), import_file(path, options())
    assert again.was_complete
    assert (again.dataset_id, again.job_id) == (first.dataset_id, first.job_id)
    assert len(ids()) == 30


def test_the_same_rows_in_another_file_are_duplicates(bank: str, tmp_path: Path) -> None:
    path = written(tmp_path, *map(line, range(30)))
    import_file(path, options())
    zipped = tmp_path / "rows.csv.gz"
    zipped.write_bytes(gzip.compress(path.read_bytes()))
    parquet = tmp_path / "rows.parquet"
    pq.write_table(arrow_csv.read_csv(path), parquet)
    for other in (zipped, parquet):
        result = import_file(other, options())
        assert (result.counts.accepted, result.counts.duplicate) == (0, 30)
    assert len(ids()) == 30


def test_bad_rows_are_reported_and_the_others_stored(bank: str, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        line(0),
        line(1, at="yesterday"),
        line(2, amount="=1+1"),
        line(3, id=""),
        line(4, fraud="perhaps"),
        "too,short",
        line(5, customer="x" * 129),
        line(6),
    )
    result = import_file(path, options())
    assert (result.counts.accepted, result.counts.rejected) == (2, 6)
    found = rejects(result.rejects_file)
    assert [row[:3] for row in found] == [
        ["3", "at", "yesterday"],
        ["4", "amount", "'=1+1"],
        ["5", "id", ""],
        ["6", "fraud", "perhaps"],
        ["7", "", "too,short"],
        ["8", "customer", "x" * 129],
    ]
    assert found[2][3] == "missing"


def test_a_clean_import_leaves_no_rejects_file(bank: str, tmp_path: Path) -> None:
    assert import_file(written(tmp_path, line(0)), options()).rejects_file is None
    assert not (tmp_path / "home" / "rejects").exists()


def test_a_repeated_id_with_other_content_is_reported_with_both_lines(bank: str, tmp_path: Path) -> None:
    lines = [line(i) for i in range(250)]
    lines[20] = line(20, id="t240", at="never")
    lines[240] = line(240, amount="7")
    lines.append(line(240, amount="8"))
    lines.append(line(3, note="not mapped, so the same content").replace("not mapped, so", "so"))
    result = import_file(written(tmp_path, *lines), options())
    assert (result.counts.accepted, result.counts.duplicate, result.counts.conflict) == (249, 1, 1)
    assert rejects(result.rejects_file) == [
        ["22", "at", "never", "not a time from 1970 to 2099, like 2020-01-31 23:59:00"],
        ["252", "id", "t240", "this id is on line 242 with other content; that one stays"],
    ]


def test_an_id_that_comes_twice_in_one_batch_has_one_label_and_one_record(bank: str, tmp_path: Path) -> None:
    lines = (line(0), line(1), line(0), line(1, amount="8"))
    result = import_file(written(tmp_path, *lines), options())
    assert (result.counts.accepted, result.counts.duplicate, result.counts.conflict) == (2, 1, 1)
    (found,) = execute_query(
        "select (select count(*) from fraud_labels) as labels, (select sum(n) from segment_tail) as records",
        banks=[bank],
    )
    assert found == {"labels": 2, "records": 2}


def test_a_conflict_with_another_file_names_it(bank: str, tmp_path: Path) -> None:
    import_file(written(tmp_path, line(0), name="first.csv"), options())
    result = import_file(written(tmp_path, line(0, amount="9"), name="second.csv"), options())
    assert rejects(result.rejects_file) == [
        ["2", "id", "t0", "this id is stored with other content by first.csv; that one stays"]
    ]


def test_card_numbers_are_neither_stored_nor_reported(bank: str, tmp_path: Path) -> None:
    card = "4111111111111111"
    path = written(
        tmp_path, line(0, customer=card), line(1, at=card), f"{card},too short", line(2, customer="42")
    )
    result = import_file(path, options())
    (stored,) = execute_query(
        "select customer_id, card_fingerprint, card_masked from transactions where transaction_id = 't0'",
        banks=[bank],
    )
    assert stored["customer_id"] == stored["card_fingerprint"]
    assert stored["card_masked"] == "411111******1111"
    assert card not in (result.rejects_file or path).read_text()
    customers = execute_query("select customer_id from customers order by 1", banks=[bank])
    assert [row["customer_id"] for row in customers] == sorted(["42", stored["customer_id"]])


def test_negative_amounts_are_refunds_and_zero_ones_verifications(bank: str, tmp_path: Path) -> None:
    import_file(written(tmp_path, line(0, amount="-5"), line(1, amount="0"), line(2)), options())
    rows = execute_query("select amount, transaction_type from transactions order by 1", banks=[bank])
    assert [(str(row["amount"]), row["transaction_type"]) for row in rows] == [
        ("0.0000", "verification"), ("3.2500", "purchase"), ("5.0000", "refund"),
    ]  # fmt: skip


def test_an_interrupted_import_goes_on_and_stores_each_row_once(bank: str, tmp_path: Path) -> None:
    path = written(
        tmp_path, *(line(i, at="x" if i % 90 == 5 else line(i).split(",")[1]) for i in range(1_000))
    )
    for stop in (200, 500):
        with pytest.raises(RuntimeError):
            import_file(path, options(), stop_after(stop, RuntimeError()))
    result = import_file(path, options())
    assert result.rows_before == 700
    assert ids() == [f"t{i}" for i in range(1_000) if i % 90 != 5]
    (total,) = execute_query(
        "select sum(rows_read) as read, sum(rows_accepted) as accepted, sum(rows_rejected) as rejected,"
        " array_agg(status order by job_id) as statuses from dataset_jobs join jobs using (job_id)",
        banks=[bank],
    )
    assert total == {
        "read": 1_000, "accepted": 988, "rejected": 12, "statuses": ["failed", "failed", "succeeded"],
    }  # fmt: skip


def test_a_killed_run_goes_on_as_the_same_run(bank: str, tmp_path: Path) -> None:
    path = written(tmp_path, *(line(i, at="x" if i % 30 == 5 else line(i).split(",")[1]) for i in range(300)))
    plan = plan_import(path, options())
    with get_db_session([bank]) as session:
        run, terms = claim(session, plan)
    with pytest.raises(RuntimeError):  # Nobody ends the job: that is what kill -9 leaves behind.
        work(plan, run, terms, stop_after(100, RuntimeError()))
    leftover = tmp_path / "home" / "rejects" / f"{run.dataset_id}-{run.job_id}.csv"
    with leftover.open("a") as file:
        file.write("999,at,x,written before a commit that never came\n")
    result = import_file(path, options())
    assert (result.job_id, result.rows_before) == (run.job_id, 100)
    assert (result.counts.read, result.counts.accepted, result.counts.rejected) == (300, 290, 10)
    assert [row[0] for row in rejects(result.rejects_file)] == [str(i + 2) for i in range(5, 300, 30)]


def test_who_was_taken_over_commits_nothing_more(bank: str, tmp_path: Path) -> None:
    path = written(tmp_path, *map(line, range(300)))
    plan = plan_import(path, options())
    with get_db_session([bank]) as session:
        run, terms = claim(session, plan)

    def take_over(progress: Progress) -> None:
        if progress.counts.read == 100:
            import_file(path, options())

    with pytest.raises(ConflictError, match="continued by another process"):
        work(plan, run, terms, take_over)
    assert ids() == [f"t{i}" for i in range(300)]


def test_two_imports_of_one_file_at_once_store_each_row_once(bank: str, tmp_path: Path) -> None:
    path = written(tmp_path, *map(line, range(2_000)))
    ends: list[str] = []

    def run() -> None:
        try:
            import_file(path, options())
            ends.append("done")
        except ConflictError:
            ends.append("left to the other")

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ends) == ["done", "left to the other"]
    assert sorted(ids()) == sorted(f"t{i}" for i in range(2_000))


def test_a_cancelled_import_stops_and_can_go_on(bank: str, tmp_path: Path) -> None:
    path = written(tmp_path, *map(line, range(500)))

    def cancel(progress: Progress) -> None:
        if progress.counts.read == 200:
            with get_db_session() as session:
                jobs.request_cancel(session, jobs.newest(session, kind="import")[0].job_id)

    with pytest.raises(ImportCancelledError):
        import_file(path, options(), cancel)
    with get_db_session() as session:
        assert jobs.newest(session, kind="import")[0].status is JobStatus.CANCELLED
    assert len(ids()) == 300
    assert import_file(path, options()).rows_before == 300
    assert len(ids()) == 500


def test_a_begun_file_is_not_read_in_another_way(bank: str, tmp_path: Path) -> None:
    path = written(tmp_path, *map(line, range(300)))
    with pytest.raises(RuntimeError):
        import_file(path, options(), stop_after(100, RuntimeError()))
    with pytest.raises(ConflictError, match="another time zone"):
        import_file(path, options(time_zone="UTC"))


def test_a_damaged_file_fails_its_run_with_a_sentence(bank: str, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv.gz"
    lines = (f"t{number},2024-01-01 00:00:00,1.25,c{number % 7},m1,0," for number in range(120_000))
    path.write_bytes(gzip.compress("\n".join((HEADER, *lines)).encode())[:-500])
    with pytest.raises(UserError, match="damaged or cut off"):
        import_file(path, options(chunk_rows=20_000))
    with get_db_session() as session:
        run = jobs.newest(session, kind="import")[0]
    assert run.status is JobStatus.FAILED
    assert "damaged" in str(run.message)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"mapping": {**MAPPING, "amount": "sum"}}, "the file has no column sum"),
        ({"mapping": {**MAPPING, "price": "amount"}}, "there is no field price"),
        ({"mapping": {"amount": "amount"}}, "Nothing says the transaction_id"),
        ({"currency": None}, "Nothing says the currency"),
        ({"mapping": {}}, "of no known layout"),
        ({"layout": "sparkov", "mapping": {}}, "which the layout sparkov needs"),
        ({"time_zone": "Europe/Atlantis"}, "no time zone Europe/Atlantis"),
    ],
)
def test_a_mistake_is_said_before_anything_is_written(
    bank: str, tmp_path: Path, given: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        import_file(written(tmp_path, line(0)), options(**given))
    assert execute_query("select 1 from jobs") == []


def test_an_unknown_bank_is_said(bank: str, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no bank with the code other"):
        import_file(written(tmp_path, line(0)), options(bank="other"))
