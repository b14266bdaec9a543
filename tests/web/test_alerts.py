"""The alert pages' requests: each answers its person, refuses the rest, and keeps no session alive."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dashboard import clock
from dashboard.web.signed_in import BACKGROUND_HEADER
from models.alerts import Alert
from models.users import UserSession
from tests.alerting import count, fresh, label_of, make_alert
from tests.factories import make_customer, make_transaction
from tests.visitors import Visitors

WRITES = ("frozen", "preview", "decide", "assign", "note", "undo")


def post(visitors: Visitors, who: str, path: str, **body: Any) -> tuple[int, Any]:
    answer = visitors.browser(who).post(f"/alerts/{path}", json=body)
    return answer.status_code, answer.get_json()


def pair(alert: Alert) -> list[list[int]]:
    return [[alert.alert_id, alert.version]]


def test_a_decision_is_stored_told_and_taken_back(visitors: Visitors) -> None:
    payment = make_transaction(visitors.db, visitors.bank)
    alert = make_alert(visitors.db, visitors.bank, payment)
    status, told = post(
        visitors, "analyst", "decide", status="confirmed_fraud", reason="mule", alerts=pair(alert)
    )
    assert (status, told["said"], told["left"]) == (200, f"A{alert.alert_id}: Fraud", [])
    assert label_of(visitors.db, payment) == (True, "mule", "mule")
    status, again = post(visitors, "analyst", "undo", event=told["done"][0]["event"])
    assert (status, again["done"][0]["status"]) == (200, "new")
    assert label_of(visitors.db, payment) == (None, None, None)


def test_a_stale_decision_is_a_conflict_that_names_who(visitors: Visitors) -> None:
    alert = make_alert(visitors.db, visitors.bank)
    before = pair(alert)
    assert post(visitors, "lead", "decide", status="in_review", alerts=before)[0] == 200
    status, told = post(visitors, "analyst", "decide", status="escalated", alerts=before)
    assert status == 409
    assert visitors.users["lead"].full_name in told["message"]


def test_a_preview_freezes_and_names_the_exceptions(visitors: Visitors) -> None:
    alerts = [make_alert(visitors.db, visitors.bank) for _ in range(3)]
    moved = pair(alerts[2])
    assert post(visitors, "lead", "decide", status="in_review", alerts=moved)[0] == 200
    frozen = [each for alert in alerts[:2] for each in pair(alert)] + [[moved[0][0], 1]]
    status, told = post(visitors, "analyst", "preview", status="false_positive", alerts=frozen)
    assert status == 200
    assert told["alerts"] == frozen[:2]
    assert told["title"] == "2 alerts (€20.00): Genuine"
    assert len(told["left"]) == 1
    status, told = post(
        visitors, "analyst", "decide", status="false_positive", reason="travel", alerts=told["alerts"]
    )
    assert (status, len(told["done"]), told["said"]) == (200, 2, "2 alerts: Genuine")
    assert post(visitors, "analyst", "undo", batch=told["batch"])[0] == 200
    assert {fresh(visitors.db, alert).status for alert in alerts[:2]} == {"new"}


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize(
    "body",
    [
        [],
        {"alerts": "x", "status": "new"},
        {"alerts": [[1]], "status": "new"},
        {"alerts": [["1", 1]], "status": "new"},
        {"alerts": [[True, 1]], "status": "new"},
        {"alerts": [[2**70, 1]], "status": "new", "event": 2**70, "alert": 2**70},
        {"alerts": [[1, 1]], "status": "closed", "to": "x", "batch": "x", "alert": 1, "note": 3},
        {"alerts": [[1, 1]], "status": "snoozed", "until": "soon", "event": [], "to": 1.5},
        {"alerts": [[1, 1]], "status": "snoozed", "until": "2024-01-01T00:00:00", "note": ""},
    ],
)
def test_a_forged_request_is_refused_with_a_sentence(visitors: Visitors, path: str, body: Any) -> None:
    answer = visitors.browser("analyst").post(f"/alerts/{path}", json=body)
    if path in {"frozen", "preview"}:  # they change nothing, and may say that nothing would change
        assert answer.status_code in {200, 400}
    else:
        assert answer.status_code in {400, 404, 409}
    assert answer.status_code == 200 or answer.get_json()["message"]
    assert count(visitors.db, "alert_events") == count(visitors.db, "audit_log") == 0


def test_the_count_is_live_and_keeps_no_session_alive(visitors: Visitors) -> None:
    alerts = [make_alert(visitors.db, visitors.bank) for _ in range(3)]
    make_alert(visitors.db, visitors.other_bank)
    client = visitors.browser("analyst")
    found = visitors.db.scalars(select(UserSession).order_by(UserSession.session_id.desc())).first()
    assert found is not None
    before = found.last_seen_at = clock.now() - timedelta(minutes=10)
    visitors.db.flush()
    known = alerts[1].alert_id
    told = client.get(f"/_news?known={known}", headers={BACKGROUND_HEADER: "1"}).get_json()
    assert (told["open"], told["shown"], told["arrived"]) == (3, "3", "1 new")
    assert (told["said"], told["told"].partition(": ")[2]) == ("3 open", "3")
    visitors.db.refresh(found)
    assert found.last_seen_at == before
    post(visitors, "analyst", "decide", status="false_positive", reason="travel", alerts=pair(alerts[0]))
    assert client.get("/_news", headers={BACKGROUND_HEADER: "1"}).get_json()["open"] == 2
    assert client.get("/_news?known=x").get_json()["open"] == 2
    assert client.get(f"/_news?known={'9' * 40}").status_code == 200


def test_an_analyst_neither_takes_nor_unassigns_a_colleague_s_alert(visitors: Visitors) -> None:
    lead = visitors.users["lead"]
    alert = make_alert(visitors.db, visitors.bank, assignee=lead.user_id)
    for to in (visitors.users["analyst"].user_id, None):
        status, told = post(visitors, "analyst", "assign", alerts=pair(alert), to=to)
        assert status == 403
        assert lead.full_name in told["message"]
    assert fresh(visitors.db, alert).assignee == lead.user_id
    assert post(visitors, "lead", "assign", alerts=pair(alert), to=None)[0] == 200
    alert = fresh(visitors.db, alert)
    assert (
        post(visitors, "analyst", "assign", alerts=pair(alert), to=visitors.users["analyst"].user_id)[0]
        == 200
    )


def test_a_viewer_reaches_no_alert(visitors: Visitors) -> None:
    for path in ("/_news", "/_alerts?q="):
        assert visitors.browser("viewer").get(path).status_code == 403
    for path in WRITES:
        assert post(visitors, "viewer", path)[0] == 403


def test_the_list_reads_on_behind_any_place_and_refuses_others(visitors: Visitors) -> None:
    customer = make_customer(visitors.db, visitors.bank)
    for each in range(3):
        payment = make_transaction(visitors.db, visitors.bank, customer=customer)
        make_alert(visitors.db, visitors.bank, payment, expected_loss_e4=10_000 * (each + 1))
    client = visitors.browser("analyst")
    query = "bank=north&range=all"
    found = client.get("/_alerts", query_string={"q": query, "after": f"[20000, {2**40}]"}).get_json()
    assert [row["loss_e4"] for row in found["rows"]] == [20_000, 10_000]
    for after in ("", "x", "[]", "[1]", '["a",1]', "[null,1]", "[1," + "9" * 100 + "]", "[" * 150, "x" * 999):
        assert client.get("/_alerts", query_string={"q": query, "after": after}).status_code in {200, 400}
