"""The pages of administrators over HTTP: each address is answered, changes are made, and only for them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from dashboard import clock
from dashboard.web.signed_in import BACKGROUND_HEADER
from database.logs.entries import LogEntry
from database.logs.postgres import PostgresLogStore
from models.banks import Bank
from models.logs import AuditLog
from models.users import User, UserSession
from tests.architecture.test_access_matrix import is_asked
from tests.factories import make_transaction
from tests.visitors import Visitors


def asked(visitors: Visitors, client: FlaskClient, pathname: str, output: str, search: str = "") -> Any:
    """The answer of a page's callback to an address."""
    (entry,) = [one for one in visitors.app.registered if output in one["output"]]
    outputs = [
        dict(zip(("id", "property"), part.rsplit(".", 1), strict=True))
        for part in entry["output"].strip(".").split("...")
    ]
    known = {"pathname": pathname, "search": search}
    stated = visitors.app.callback_map[entry["output"]]
    filled = {
        kind: [
            {**item, "value": search if is_asked(item) else known.get(item["property"])}
            for item in stated[kind]
        ]
        for kind in ("inputs", "state")
    }
    first = stated["inputs"][0]
    body = {
        "output": entry["output"],
        "outputs": outputs if entry["output"].startswith("..") else outputs[0],
        "changedPropIds": [f"{first['id']}.{first['property']}"],
        **filled,
    }
    return client.post("/_dash-update-component", json=body)


def entry(visitors: Visitors, message: str, **fields: Any) -> None:
    given = {"service": "web", "category": "web", "level": "INFO", "logger": "tests", **fields}
    PostgresLogStore().write([LogEntry(created_at=clock.now(), message=message, **given)])


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(
    ("path", "output", "searches"),
    [
        (
            "/users",
            "users-list",
            ["", "?q=zz", "?role=lead&state=active", "?user={admin}", "?user={viewer}", "?user=9"],
        ),
        ("/banks", "banks-list", [""]),
        ("/database", "health-content", [""]),
        (
            "/logs",
            "logs-list",
            [
                "",
                "?range=7d",
                "?level=error",
                "?q=user:viewer slow",
                "?q=user:nobody alert:x level:warning%2B",
                "?range=x",
                "?range=2026-01-01T00:00..2026-01-02T00:00",
                "?range=30d&q=category:database",
            ],
        ),
    ],
)
def test_every_address_of_the_pages_is_answered(
    visitors: Visitors, path: str, output: str, searches: list[str], language: str
) -> None:
    entry(
        visitors,
        "slow query: 1204 ms on /overview",
        level="WARNING",
        category="database",
        duration_ms=1204.0,
        details={"statement": "select 1", "filter": "range=7d", "plan": "Result"},
        path="/overview",
        user_id=visitors.users["viewer"].user_id,
        transaction_id="t-1",
        request_id="r-1",
        alert_id=3,
        bank_id=visitors.bank.bank_id,
        exception="Traceback",
    )
    client = visitors.browser("admin")
    client.put("/preferences", json={"language": language})
    numbers = {who: user.user_id for who, user in visitors.users.items() if " " not in who}
    for search in searches:
        answer = asked(visitors, client, path, output, search.format(**numbers))
        assert answer.status_code == 200, (search, answer.text[:300])
        assert "toast-failure" not in answer.text, search
        assert output in answer.text


def test_a_page_of_the_log_that_is_none_is_a_sentence(visitors: Visitors) -> None:
    answer = asked(visitors, visitors.browser("admin"), "/logs", "logs-list", "?before=nonsense")
    assert "This page of the log is not known." in answer.text


def test_an_entry_of_the_log_is_found_and_links_to_what_it_belongs_to(visitors: Visitors) -> None:
    viewer = visitors.users["viewer"].user_id
    entry(
        visitors,
        "stored",
        transaction_id="t-1",
        bank_id=visitors.bank.bank_id,
        user_id=viewer,
        request_id="r1",
    )
    client = visitors.browser("admin")
    text = json.dumps(asked(visitors, client, "/logs", "logs-list", "?q=transaction:t-1").json)
    assert "/transaction?bank=north&id=t-1" in text
    (stored,) = PostgresLogStore().search(_today(), limit=1).entries
    opened = asked(visitors, client, "/logs", "logs-list", f"?entry={stored.key.replace('+', '%2B')}")
    whole = json.dumps(opened.json)
    assert f"/users?user={viewer}" in whole
    assert "request%3Ar1" in whole


def _today() -> Any:
    from datetime import timedelta

    from database.logs.entries import LogQuery

    return LogQuery(clock.now() - timedelta(hours=1), clock.now() + timedelta(hours=1), text="stored")


def test_a_store_that_is_silent_is_a_sentence_and_the_page_stays(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    from database.config import DatabaseConfig
    from database.logs.mongo import MongoLogStore

    named = {"mongo_url": "mongodb://127.0.0.1:9", "mongo_timeout_ms": 200}
    silent = MongoLogStore(DatabaseConfig.from_env().model_copy(update=named))
    monkeypatch.setattr("dashboard.administration.logs.current_store", lambda: silent)
    monkeypatch.setattr("dashboard.administration.health.current_store", lambda: silent)
    client = visitors.browser("admin")
    answer = asked(visitors, client, "/logs", "logs-list")
    assert answer.status_code == 200
    assert "does not answer" in answer.text
    assert "admin-table" not in answer.text
    health = asked(visitors, client, "/database", "health-content")
    assert health.status_code == 200
    assert "does not answer" in health.text
    silent.close()


def test_a_person_is_made_changed_and_closed_over_http(visitors: Visitors) -> None:
    client = visitors.browser("admin")
    form = {
        "username": "ana",
        "email": "ana@bank.example",
        "full_name": "Ana",
        "role": "analyst",
        "banks": ["north"],
    }
    made = client.post("/users", json=form)
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    number, password = made.json["user"], made.json["password"]  # type: ignore[index]  # it is a JSON answer
    assert visitors.sign_in("ana", password).status_code == 303
    for change, body in (
        ("role", {"role": "lead"}),
        ("banks", {"banks": []}),
        ("end-sessions", {}),
        ("disable", {}),
    ):
        assert client.post(f"/users/{number}/{change}", json=body).status_code == 200
    assert visitors.sign_in("ana", password).status_code == 401
    actions = visitors.db.scalars(select(AuditLog.action).order_by(AuditLog.audit_id)).all()
    assert actions == ["user.created", "user.role", "user.banks", "user.sessions_ended", "user.disabled"]


def test_a_bank_changes_its_limits_and_keeps_zone_and_currency_once_it_has_rows(visitors: Visitors) -> None:
    client = visitors.browser("admin")
    form = {
        "name": "Northern",
        "high_value_threshold": "2500.5",
        "severity_high_from": "600",
        "time_zone": "Europe/Paris",
    }
    assert client.post("/banks/north", json=form).status_code == 200
    visitors.db.expire_all()
    bank = visitors.db.scalars(select(Bank).where(Bank.code == "north")).one()
    assert (bank.name, bank.time_zone, str(bank.high_value_threshold)) == (
        "Northern",
        "Europe/Paris",
        "2500.5000",
    )
    deed = visitors.db.scalars(select(AuditLog)).one()
    assert deed.details["time_zone"] == ["UTC", "Europe/Paris"]
    assert deed.details["high_value_threshold"] == [None, "2500.5000"]
    make_transaction(visitors.db, visitors.bank)
    refused = client.post("/banks/north", json={"base_currency": "USD"})
    assert refused.status_code == 409
    assert "has rows" in refused.json["message"]  # type: ignore[index]  # it is a JSON answer
    assert client.post("/banks/north", json={"high_value_threshold": ""}).status_code == 200
    locked = asked(visitors, client, "/banks", "banks-list").text
    assert "stay: stored days" in locked


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"code": "x"},
        {"name": ""},
        {"severity_medium_from": "900"},
        {"high_value_threshold": "-1"},
        {"high_value_threshold": "NaN"},
        {"severity_high_from": "1e99"},
        {"name": 5},
        {"base_currency": "euro"},
        {"time_zone": "Mars/Base"},
    ],
)
def test_a_malformed_term_of_a_bank_is_refused(visitors: Visitors, form: dict[str, Any]) -> None:
    client = visitors.browser("admin")
    assert client.post("/banks/north", json=form).status_code in {400, 422}
    assert visitors.db.scalars(select(AuditLog)).all() == []


def test_another_administrators_bank_is_not_there(visitors: Visitors) -> None:
    assert visitors.browser("admin").post("/banks/south", json={"name": "Mine"}).status_code == 404


@pytest.mark.parametrize("path", ["/_session", "/_dash-update-component"])
def test_looking_in_the_background_never_renews_a_session(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    from datetime import timedelta

    client, now = visitors.browser("admin"), clock.now()
    visitors.db.execute(update(UserSession).values(last_seen_at=now))
    for minutes, expected in ((5, {200, 204}), (14, {200, 204}), (16, {401})):
        monkeypatch.setattr("dashboard.clock.now", lambda: now + timedelta(minutes=minutes))  # noqa: B023 - used before it changes
        if path == "/_session":
            answer = client.get(path, headers={BACKGROUND_HEADER: "1"})
        else:
            client.environ_base[f"HTTP_{BACKGROUND_HEADER.upper().replace('-', '_')}"] = "1"
            answer = asked(visitors, client, "/database", "health-content")
        assert answer.status_code in expected
    assert visitors.db.scalar(select(UserSession.last_seen_at)) == now


def test_users_of_other_roles_are_never_shown_people(visitors: Visitors) -> None:
    for who in ("viewer", "analyst", "lead"):
        client = visitors.browser(who)
        for path, output in (
            ("/users", "users-list"),
            ("/logs", "logs-list"),
            ("/database", "health-content"),
            ("/banks", "banks-list"),
        ):
            assert asked(visitors, client, path, output).status_code == 403
        assert client.post("/users", json={}).status_code == 403
    assert visitors.db.scalars(select(User.user_id)).all()
