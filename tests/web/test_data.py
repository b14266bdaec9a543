"""What the Data page asks for: checks, imports, cancelling, repeating, undo, rejects, the demo; one's own."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from dashboard.data import uploads
from dashboard.data.actions import MOST_OPEN
from dashboard.web.signed_in import settings
from database.queries import datasets, jobs
from models.access import Role
from models.datasets import DatasetJob, DatasetKind, DatasetOrigin
from models.jobs import Job, JobStatus
from models.labels import FraudLabel
from tests.factories import make_transaction, make_user
from tests.visitors import Visitors, password_hash

FILE = b"payment id,created at,amt,ccy\np1,2024-03-04 10:00:00,5.50,EUR\np2,2024-03-04 11:00:00,x,EUR\n"


@pytest.fixture
def home(visitors: Visitors) -> Path:
    with visitors.app.server.app_context():
        return settings().home


@pytest.fixture
def upload(visitors: Visitors, home: Path) -> str:
    found = uploads.begin(home, visitors.users["lead"].user_id, "rows.csv", len(FILE), 1)
    uploads.append(found, 0, io.BytesIO(FILE), len(FILE))
    return found.upload_id


@pytest.fixture
def lead(visitors: Visitors) -> FlaskClient:
    return visitors.browser("lead")


def a_run(
    visitors: Visitors, who: str = "lead", status: JobStatus = JobStatus.QUEUED, **parameters: Any
) -> int:
    given = {"bank": visitors.bank.code, **parameters}
    user_id = visitors.users[who].user_id
    return jobs.create(visitors.db, "import", given, created_by=user_id, status=status)


def a_dataset(visitors: Visitors, rows: int = 3) -> int:
    dataset_id = datasets.create(
        visitors.db, visitors.bank.bank_id, "march.csv", origin=DatasetOrigin.IMPORT, file_name="march.csv"
    )
    for number in range(rows):
        make_transaction(visitors.db, visitors.bank, dataset_id=dataset_id, is_fraud=number == 0 or None)
    return dataset_id


def job(visitors: Visitors, job_id: int) -> Job:
    return visitors.db.scalars(select(Job).where(Job.job_id == job_id)).one()


@pytest.mark.parametrize(("path", "kind"), [("/data/imports", "import"), ("/data/checks", "check")])
def test_what_was_guessed_for_the_form_is_what_runs(
    visitors: Visitors, lead: FlaskClient, upload: str, path: str, kind: str
) -> None:
    answer = lead.post(path, json={"upload": upload, "form": {"bank": "north"}})
    assert answer.status_code == 202
    assert answer.json
    run = job(visitors, answer.json["job"])
    assert (run.kind, run.status, run.created_by) == (kind, JobStatus.QUEUED, visitors.users["lead"].user_id)
    assert run.parameters["map"]["amount"] == "amt"
    assert run.parameters["name"] == "rows.csv"
    assert Path(run.parameters["path"]).read_bytes() == FILE


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"bank": "south"}, 404),
        ({"bank": None}, 404),
        ({}, 404),
        ({"bank": "north", "path": "/etc/passwd"}, 400),
        ({"bank": "north", "kind": "secrets"}, 400),
    ],
)
def test_a_form_that_cannot_be_meant_starts_nothing(
    visitors: Visitors, lead: FlaskClient, upload: str, form: dict[str, Any], status: int
) -> None:
    answer = lead.post("/data/imports", json={"upload": upload, "form": form})
    assert answer.status_code == status
    assert jobs.newest(visitors.db) == []


def test_another_persons_upload_and_half_a_file_are_not_imported(
    visitors: Visitors, lead: FlaskClient, upload: str, home: Path
) -> None:
    form = {"bank": "north"}
    admin = visitors.browser("admin")
    assert admin.post("/data/imports", json={"upload": upload, "form": form}).status_code == 404
    half = uploads.begin(home, visitors.users["lead"].user_id, "half.csv", 99, 1).upload_id
    assert lead.post("/data/imports", json={"upload": half, "form": form}).status_code == 409
    given: list[Any] = [None, 7, [], {}]
    for forged in given:
        assert lead.post("/data/imports", json={"upload": forged, "form": form}).status_code == 400


def test_a_run_is_cancelled_and_begun_again(visitors: Visitors, lead: FlaskClient) -> None:
    job_id = a_run(visitors)
    assert lead.post(f"/data/runs/{job_id}/retry", json={}).status_code == 409
    assert lead.post(f"/data/runs/{job_id}/cancel", json={}).json == {"status": "cancelled"}
    answer = lead.post(f"/data/runs/{job_id}/retry", json={}).json
    assert answer
    again = job(visitors, answer["job"])
    assert (again.status, again.parameters) == (JobStatus.QUEUED, job(visitors, job_id).parameters)


def test_a_run_of_another_bank_is_not_there(visitors: Visitors) -> None:
    job_id = a_run(visitors)
    visitors.users["away"] = make_user(
        visitors.db, visitors.other_bank, role=Role.LEAD, username="away", password_hash=password_hash()
    )
    away = visitors.browser("away")
    for path in ("cancel", "retry"):
        assert away.post(f"/data/runs/{job_id}/{path}", json={}).status_code == 404
    assert away.get(f"/data/runs/{job_id}/rejects").status_code == 404
    dataset_id = a_dataset(visitors)
    assert away.get(f"/data/datasets/north/{dataset_id}/affected").status_code == 404
    assert away.get(f"/data/datasets/south/{dataset_id}/affected").status_code == 404
    assert away.post(f"/data/datasets/north/{dataset_id}/undo", json={"name": "march.csv"}).status_code == 404
    assert job(visitors, job_id).status is JobStatus.QUEUED


def test_who_lost_a_bank_lost_its_runs_too(visitors: Visitors, lead: FlaskClient) -> None:
    lost = a_run(visitors, status=JobStatus.FAILED, bank=visitors.other_bank.code)
    for path in ("cancel", "retry"):
        assert lead.post(f"/data/runs/{lost}/{path}", json={}).status_code == 404
    assert lead.get(f"/data/runs/{lost}/rejects").status_code == 404
    assert [run.job_id for run in jobs.newest(visitors.db)] == [lost]


def test_an_undo_says_what_goes_and_asks_for_the_name(visitors: Visitors, lead: FlaskClient) -> None:
    dataset_id = a_dataset(visitors)
    told = lead.get(f"/data/datasets/north/{dataset_id}/affected").json
    assert told
    assert told["name"] == "march.csv"
    assert told["sentences"][:2] == [
        "3 transactions go, and no figure counts them any more.",
        "1 labels go with them.",
    ]
    assert visitors.db.scalars(select(FraudLabel)).all()
    path = f"/data/datasets/north/{dataset_id}/undo"
    for typed in ("", "march", "MARCH.CSV", None, 7):
        assert lead.post(path, json={"name": typed}).status_code == 422
    assert jobs.newest(visitors.db) == []


RATES = b"date,currency,rate\n2024-03-04,USD,0.9\n"


def test_rates_count_in_every_bank_and_are_not_one_banks_to_change(
    visitors: Visitors, lead: FlaskClient, home: Path
) -> None:
    form = {"bank": "north", "kind": "rates"}
    for who, status in (("lead", 403), ("admin", 202)):
        found = uploads.begin(home, visitors.users[who].user_id, "rates.csv", len(RATES), 1)
        uploads.append(found, 0, io.BytesIO(RATES), len(RATES))
        answer = visitors.browser(who).post("/data/imports", json={"upload": found.upload_id, "form": form})
        assert answer.status_code == status
    run = jobs.newest(visitors.db)[0]
    jobs.finish(visitors.db, run.job_id, JobStatus.FAILED)
    assert lead.post(f"/data/runs/{run.job_id}/retry", json={}).status_code == 403
    stored = datasets.create(
        visitors.db, visitors.bank.bank_id, "rates.csv", origin=DatasetOrigin.IMPORT, kind=DatasetKind.RATES
    )
    assert lead.post(f"/data/datasets/north/{stored}/undo", json={"name": "rates.csv"}).status_code == 403
    undo = visitors.browser("admin").post(f"/data/datasets/north/{stored}/undo", json={"name": "rates.csv"})
    assert undo.status_code == 202


def test_what_is_no_import_is_not_undone(visitors: Visitors, lead: FlaskClient) -> None:
    made = datasets.create(visitors.db, visitors.bank.bank_id, "demo", origin=DatasetOrigin.GENERATED)
    assert lead.get(f"/data/datasets/north/{made}/affected").status_code == 409
    answer = lead.post(f"/data/datasets/north/{made}/undo", json={"name": "demo"})
    assert (answer.status_code, jobs.newest(visitors.db)) == (409, [])


def test_rejects_are_handed_out_as_a_file(visitors: Visitors, lead: FlaskClient, home: Path) -> None:
    job_id, dataset_id = a_run(visitors), a_dataset(visitors)
    datasets.begin_run(visitors.db, visitors.bank.bank_id, dataset_id, job_id, bytes_total=1)
    assert lead.get(f"/data/runs/{job_id}/rejects").status_code == 404
    (home / "rejects").mkdir(exist_ok=True)
    (home / "rejects" / "1-2.csv").write_text("line,column,value,reason\n3,amt,x,no number\n")
    run = datasets.run_of_job(visitors.db, visitors.bank.bank_id, job_id)
    assert run is not None
    for named in ("1-2.csv", "../rejects/1-2.csv"):
        visitors.db.execute(update(DatasetJob).values(rejects_file=named))
        with lead.get(f"/data/runs/{job_id}/rejects") as answer:
            assert answer.status_code == 200
            assert "attachment" in answer.headers["Content-Disposition"]
            assert answer.get_data(as_text=True).endswith("3,amt,x,no number\n")
    visitors.db.execute(update(DatasetJob).values(rejects_file="../secrets/secret_key"))
    assert lead.get(f"/data/runs/{job_id}/rejects").status_code == 404


def test_the_demo_is_removed_by_an_administrator_who_types_its_name(
    visitors: Visitors, lead: FlaskClient
) -> None:
    assert lead.post("/data/demo/remove", json={"name": "demo"}).status_code == 403
    admin = visitors.browser("admin")
    assert admin.post("/data/demo/remove", json={"name": "demos"}).status_code == 422
    answer = admin.post("/data/demo/remove", json={"name": "demo"}).json
    assert answer
    assert job(visitors, answer["job"]).kind == "remove-demo"
    lead_retry = lead.post(f"/data/runs/{answer['job']}/retry", json={})
    assert lead_retry.status_code == 404


def test_who_has_many_runs_waiting_begins_no_other(
    visitors: Visitors, lead: FlaskClient, upload: str
) -> None:
    for _ in range(MOST_OPEN):
        a_run(visitors)
    answer = lead.post("/data/checks", json={"upload": upload, "form": {"bank": "north"}})
    assert answer.status_code == 409
    a_run(visitors, status=JobStatus.FAILED)
    visitors.db.execute(update(Job).values(status=JobStatus.SUCCEEDED))
    assert lead.post("/data/checks", json={"upload": upload, "form": {"bank": "north"}}).status_code == 202
