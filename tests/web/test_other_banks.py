"""Nothing of another bank is in any answer: its rows carry a marker, and every way of asking is tried.

Every callback with every address, every route with every method and every id of the other bank: what the
answers, their headers and the log say is searched for the marker. The other bank's own analyst asks the same
and finds it, so that the search is known to search.
"""

from __future__ import annotations

import io
import logging
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any, Final
from urllib.parse import urlencode

import pyarrow.parquet as pq
import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from dashboard import clock
from dashboard.alerts.decisions import Decision, Looked, decide
from layouts.pages import PAGES
from models.access import Role
from models.alerts import AlertStatus
from models.datasets import Dataset, DatasetJob, DatasetKind, DatasetOrigin
from models.jobs import Job, JobStatus
from models.labels import LabelSource
from tests.alerting import make_alert, make_person
from tests.architecture.test_access_matrix import ROUTES, body_of, is_asked, server_callbacks
from tests.factories import make_customer, make_label, make_merchant, make_transaction
from tests.visitors import FOREIGN, Visitors

MARKER: Final = "qzmark"
INSIDERS: Final = ("analyst", "lead")
NAMES: Final = re.compile(MARKER, re.IGNORECASE)
OTHERS: Final = ("Southern Credit",)


@pytest.fixture
def marked(visitors: Visitors) -> dict[str, Any]:
    """Rows of the other bank whose every text carries the marker, and the ids that an address can name."""
    db, bank = visitors.db, visitors.other_bank
    now = clock.now()
    customer = make_customer(
        db,
        bank,
        f"{MARKER}-customer",
        first_name=f"{MARKER}first",
        last_name=f"{MARKER}last",
        search_key=f"{MARKER}first {MARKER}last",
        city=f"{MARKER}city",
        street=f"{MARKER}street",
        risk_score=0.9,
    )
    shop = make_merchant(
        db,
        bank,
        f"{MARKER}-merchant",
        name=f"{MARKER} shop",
        search_key=f"{MARKER} shop",
        category=f"{MARKER}category",
        risk_score=0.95,
    )
    payments = [
        make_transaction(
            db,
            bank,
            f"{MARKER}-t{number}",
            customer=customer,
            merchant=shop,
            timestamp=now - timedelta(days=1, minutes=number),
            amount=900 + number,
            is_fraud=number % 2 == 0,
            fraud_score=0.9,
            city=f"{MARKER}city",
            state=f"{MARKER}state",
            device_id=f"{MARKER}device",
            fraud_reason=f"{MARKER} reason",
        )
        for number in range(40)
    ]
    make_label(db, payments[0], source=LabelSource.ANALYST, reason=f"{MARKER} said", recorded_at=now)
    alert = make_alert(db, bank, payments[0], payments[1])
    lead = make_person(db, bank, role=Role.LEAD, username=f"{MARKER}-lead", full_name=f"{MARKER} lead")
    noted = Decision(AlertStatus.ESCALATED, None, f"{MARKER} note")
    (done,) = decide(lead, [Looked(alert.alert_id, alert.version)], noted).done
    dataset = Dataset(
        bank_id=bank.bank_id,
        name=f"{MARKER} dataset",
        kind=DatasetKind.TRANSACTIONS,
        origin=DatasetOrigin.IMPORT,
        file_name=f"{MARKER}.csv",
        rows=len(payments),
    )
    job = Job(
        kind="import",
        status=JobStatus.FAILED,
        parameters={"bank": bank.code, "file": f"{MARKER}.csv"},
        log_tail=f"{MARKER} tail",
        finished_at=now,
    )
    db.add_all([dataset, job])
    db.flush()
    db.add(DatasetJob(bank_id=bank.bank_id, job_id=job.job_id, dataset_id=dataset.dataset_id))
    db.flush()
    return {
        "bank": bank.code,
        "alert": alert.alert_id,
        "customer": customer.customer_id,
        "merchant": shop.merchant_id,
        "transaction": payments[0].transaction_id,
        "dataset": dataset.dataset_id,
        "job": job.job_id,
        "event": done.event_id,
        "version": done.version,
    }


def by_filter(ids: dict[str, Any]) -> list[str]:
    """What a page with a filter may have after its `?`: every way to name the other bank or a thing of it."""
    pairs: list[dict[str, Any]] = [{"range": "all"}, {"bank": "all", "range": "all"}]
    pairs += [{"bank": ids["bank"], "range": "all"}, {"bank": f"north,{ids['bank']}", "range": "all"}]
    pairs += [{name: ids[name], "range": "all"} for name in ("customer", "merchant")]
    pairs += [{"text": MARKER, "range": "all"}, {"category": f"{MARKER}category", "range": "all"}]
    return [urlencode(each) for each in pairs]


def by_name(ids: dict[str, Any]) -> list[str]:
    """What a page of one thing may have after its `?`."""
    things = [ids[name] for name in ("alert", "customer", "merchant", "transaction")]
    banks: tuple[dict[str, Any], ...] = ({"bank": ids["bank"]}, {"bank": "north"}, {})
    return [urlencode({"id": thing} | bank) for bank, thing in product(banks, things)]


def asked(visitors: Visitors, who: str, ids: dict[str, Any]) -> Iterator[tuple[str, str, TestResponse]]:
    """Ask everything that can be asked: what was asked, with what, and what was said."""
    client = visitors.browser(who)
    for entry in server_callbacks(visitors.app):
        is_of_one_thing = re.match(r"\W*(transaction|alert|customer|merchant)-", entry["output"])
        for query in by_name(ids) if is_of_one_thing else by_filter(ids):
            body = body_of(visitors.app, entry)
            for item in body["inputs"] + body["state"]:
                if item["property"] == "search" or is_asked(item):
                    item["value"] = f"?{query}"
            yield entry["output"], query, client.post("/_dash-update-component", json=body)
    yield from asked_of_routes(client, ids)


def asked_of_routes(client: FlaskClient, ids: dict[str, Any]) -> Iterator[tuple[str, str, TestResponse]]:
    """Ask every address that is no callback."""
    for query in by_filter(ids):
        for path in ("/_choices", "/export/transactions.csv", "/export/transactions.parquet"):
            yield path, query, client.get(f"{path}?{query}", buffered=True)
        for path, after in (("/_rows", ""), ("/_alerts", "[4000000000000, 1]")):
            given = urlencode({"q": query, "after": after})
            yield path, given, client.get(f"{path}?{given}")
    for path, query in product(PAGES, [*by_filter(ids)[:3], *by_name(ids)[:4]]):
        yield path, query, client.get(f"{path}?{query}")
    for term in (MARKER, MARKER.upper(), MARKER[:4], f"{MARKER}-t1", str(ids["alert"]), "south"):
        yield "/_search", term, client.get(f"/_search?{urlencode({'q': term})}")
    for (rule, (methods, _)), method in product(ROUTES.items(), ("GET", "POST", "PUT", "DELETE")):
        for path in filled(rule, ids) if method in methods and rule != "/logout" else ():
            body_sent: dict[str, Any] = {} if method == "GET" else {"json": sent(ids)}
            yield f"{method} {rule}", path, client.open(path, method=method, buffered=True, **body_sent)


def filled(rule: str, ids: dict[str, Any]) -> list[str]:
    """Put the other bank's ids where an address has a place for one."""
    given = {
        "<int:job_id>": [ids["job"]],
        "<bank>": [ids["bank"], "north"],
        "<int:dataset_id>": [ids["dataset"]],
        "<int:user_id>/<change>": ["7/unlock"],
        "<code>": [ids["bank"]],
        "<kind>": ["parquet"],
        "<upload_id>": ["0" * 32],
        "<path:path>": [f"{MARKER}"[:3]],
        "<path:filename>": ["20_shell.css"],
        "<digest>/<name>": ["0/20_shell.js"],
        "<string:package_name>/<path:fingerprinted_path>": ["dash/none.js"],
    }
    paths = [rule]
    for pattern, values in given.items():
        paths = [path.replace(pattern, str(value)) for path in paths for value in values]
    assert not any("<" in path for path in paths), f"say what stands for the parts of {rule}"
    return list(dict.fromkeys(paths))


def sent(ids: dict[str, Any]) -> dict[str, Any]:
    """One body with every field that any write reads, naming the other bank's things."""
    return {
        "bank": ids["bank"],
        "alerts": [[ids["alert"], ids["version"]]],
        "alert": ids["alert"],
        "status": "in_review",
        "note": "seen",
        "event": ids["event"],
        "q": f"bank={ids['bank']}",
        "name": "demo",
    }


def told(answer: TestResponse) -> str:
    """Everything that an answer says, packed files unpacked."""
    data = answer.get_data()
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            data = b"".join(packed.read(name) for name in packed.namelist())
    elif data.startswith(b"PAR1"):
        table = pq.read_table(io.BytesIO(data))
        data = f"{table.to_pylist()} {table.schema.metadata}".encode()
    return data.decode("utf-8", "replace") + str(answer.headers)


def leaks(said: str, query: str) -> bool:
    """Whether an answer says more of the marker than the question did."""
    for own in sorted({*re.findall(rf"[\w-]*{MARKER}[\w-]*", query, re.IGNORECASE)}, key=len, reverse=True):
        said = said.replace(own, "")
    return bool(NAMES.search(said)) or any(name in said for name in OTHERS)


@pytest.mark.parametrize("who", INSIDERS)
def test_no_answer_and_no_log_line_has_anything_of_another_bank(
    visitors: Visitors, marked: dict[str, Any], who: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = fingerprint(visitors)
    wrong, count = [], 0
    with caplog.at_level(logging.INFO):
        for what, query, answer in asked(visitors, who, marked):
            count += 1
            assert answer.status_code != 500, (what, query)
            if leaks(told(answer), query):
                wrong.append(f"{what} {query}: {answer.status_code}")
    assert count > 300
    assert not wrong, f"other-bank: {who}: {wrong[:20]}"
    assert fingerprint(visitors) == before, "other-bank: something of the other bank was changed"
    # What the asker wrote into an address stands in the log; what is stored of the other bank does not.
    own = f"{MARKER} {MARKER}category {MARKER}-customer {MARKER}-merchant {MARKER}-t0 {MARKER.upper()}"
    said = [record.getMessage() for record in caplog.records if record.name.startswith("dashboard")]
    assert not [line for line in said if leaks(line, own)]


def test_the_other_banks_own_analyst_finds_the_marker_everywhere(
    visitors: Visitors, marked: dict[str, Any]
) -> None:
    found = {what for what, query, answer in asked(visitors, FOREIGN, marked) if leaks(told(answer), query)}
    for part in ("overview-charts", "highvalue-charts", "riskscore-charts", "riskrate-charts"):
        assert any(part in what for what in found), part
    for part in ("transactions-data", "transaction-content", "alerts-data", "alert-content"):
        assert any(part in what for what in found), part
    for part in ("customer-above", "merchant-above"):
        assert any(part in what for what in found), part
    exports = {"/export/transactions.csv", "/export/transactions.parquet"}
    assert {"/_rows", "/_alerts", "/_choices", "/_search"} | exports <= found


def fingerprint(visitors: Visitors) -> list[Any]:
    """What writes could change of the other bank."""
    bank = {"bank": visitors.other_bank.bank_id}
    return [
        visitors.db.execute(text(statement), bank).all()
        for statement in (
            "select alert_id, status, version, assignee from alerts where bank_id = :bank order by 1",
            "select count(*) from alert_events where bank_id = :bank",
            "select count(*), count(is_fraud) from transactions where bank_id = :bank",
            "select dataset_id, name, rows from datasets where bank_id = :bank order by 1",
            "select code, name, high_value_threshold from banks where bank_id = :bank",
        )
    ]
