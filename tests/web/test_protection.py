"""Writes come from our own pages, answers tell nothing of us, and hosts that are not ours get nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from itertools import product

import pytest
from flask import Flask

from dashboard.config import WebSettings
from dashboard.web.hosts import is_trusted, trusted_hosts
from dashboard.web.signed_in import COOKIE
from models.errors import ConflictError
from tests.visitors import PASSWORD, TOKEN, Visitors

JSON = "application/json"
TYPES = (
    JSON,
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/xml",
    "",
)
ORIGINS = (
    "https://evil.example",
    "null",
    "http://localhost.evil.example",
    "http://localhost:81",
    "http://[",
    "http://localhost:99999999",
    "file://localhost",
    "",
)


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/preferences", "PUT"),
        ("/_dash-update-component", "POST"),
        ("/logout", "POST"),
        ("/password", "POST"),
    ],
)
def test_no_write_of_another_site_is_accepted(visitors: Visitors, path: str, method: str) -> None:
    client = visitors.browser("analyst")
    for kind, origin in product(TYPES, ORIGINS):
        headers = {"Origin": origin, "Content-Type": kind}
        answer = client.open(path, method=method, data='{"theme": "dark"}', headers=headers)
        assert answer.status_code == 403, (kind, origin)
    assert client.get("/_dash-dependencies").status_code == 200


def test_over_tls_a_page_without_it_may_not_write(visitors: Visitors) -> None:
    client = visitors.browser("analyst")
    client.set_cookie(COOKIE, visitors.tokens["analyst"], secure=True)
    for origin, status in (("http://localhost", 403), ("https://localhost", 204)):
        answer = client.put(
            "/preferences", json={"theme": "dark"}, headers={"Origin": origin}, base_url="https://localhost"
        )
        assert answer.status_code == status, origin


@pytest.mark.parametrize("kind", TYPES[1:])
def test_writes_are_json_only(visitors: Visitors, kind: str) -> None:
    client = visitors.browser("analyst")
    answer = client.put("/preferences", data='{"theme": "dark"}', headers={"Content-Type": kind})
    assert answer.status_code == 415


def test_our_own_pages_may_write(visitors: Visitors) -> None:
    client = visitors.browser("analyst")
    ours = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.put("/preferences", json={"theme": "dark"}, headers=ours).status_code == 204
    assert 'data-theme-choice="dark"' in client.get("/").text


@pytest.mark.parametrize(
    "given", [{"theme": "pink"}, {"role": "admin"}, {"language": "de"}, [], "x", {"theme": 1}]
)
def test_a_preference_is_one_of_its_choices(visitors: Visitors, given: object) -> None:
    answer = visitors.browser("analyst").put("/preferences", json=given)
    assert answer.status_code == 400
    assert answer.get_json()["message"] == "There is no such choice."


@pytest.mark.parametrize("text", [b'"\\ud800"', b'"\xed\xa0\x80"', b'"\\uDFFF x"', b'"\xff"'])
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/users", b'{"username": "x", "email": "x@y", "role": "viewer", "banks": [], "full_name": %b}'),
        ("/banks/north", b'{"name": %b}'),
        ("/alerts/note", b'{"alert": 1, "note": %b}'),
    ],
)
def test_half_a_sign_is_no_text_and_no_fault(visitors: Visitors, path: str, body: bytes, text: bytes) -> None:
    answer = visitors.browser("admin").post(path, data=body % text, content_type=JSON)
    assert answer.status_code == 400


def test_every_sign_in_two_halves_is_text(visitors: Visitors) -> None:
    body = b'{"name": "Northern \\ud83c\\udfe6"}'
    answer = visitors.browser("admin").post("/banks/north", data=body, content_type=JSON)
    assert answer.status_code == 200


def test_every_answer_carries_the_headers(visitors: Visitors) -> None:
    stranger, analyst = visitors.stranger(), visitors.browser("analyst")
    for answer in (stranger.get("/login"), stranger.get("/"), analyst.get("/"), analyst.get("/_dash-layout")):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy
        assert "Strict-Transport-Security" not in answer.headers


def test_tls_brings_hsts_and_a_secure_cookie(visitors: Visitors) -> None:
    client = visitors.stranger()
    page = client.get("/login", base_url="https://localhost")
    assert "max-age" in page.headers["Strict-Transport-Security"]
    found = TOKEN.search(page.text)
    assert found
    form = {"csrf_token": found[1], "name": "analyst", "password": PASSWORD}
    answer = client.post("/login", data=form, base_url="https://localhost")
    assert any(COOKIE in c and "Secure" in c for c in answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:8050",
        "127.0.0.1.evil.example",
        "@evil.example",
        "localhost@evil.example",
        "evil.example/localhost",
        "[::2]",
        "0",
        "localhost,evil.example",
        "xn--e1a.example",
        "169.254.169.254",
        "evil.example#localhost",
        "LOCALHOST.evil.example",
        "..",
        "localhost\\evil",
    ],
)
def test_other_host_names_get_nothing(visitors: Visitors, host: str) -> None:
    answer = visitors.stranger().get("/login", headers={"Host": host})
    assert answer.status_code == 400
    assert host not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8050", "127.0.0.1:8050", "[::1]:8050"])
def test_this_machine_s_own_names_are_answered(visitors: Visitors, host: str) -> None:
    assert visitors.stranger().get("/login", headers={"Host": host}).status_code == 200


def test_named_hosts_replace_this_machine_s_own() -> None:
    settings = WebSettings.from_env().model_copy(update={"trusted_hosts": ("fraud.bank.example",)})
    assert trusted_hosts(settings) == {"fraud.bank.example"}


def test_a_leading_dot_stands_for_all_names_below() -> None:
    below = frozenset({".bank.example"})
    assert is_trusted("fraud.bank.example", below)
    assert not is_trusted("bank.example.evil", below)
    assert not is_trusted("fraudbank.example", below)


def test_health_needs_no_login_and_tells_no_details(visitors: Visitors) -> None:
    client = visitors.stranger()
    assert client.get("/health").json == {"status": "ok"}
    answer = client.get("/ready")
    assert (answer.status_code, answer.json) == (200, {"status": "ready"})


def test_not_ready_without_a_database(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    from database.health import Health

    monkeypatch.setattr(
        "dashboard.web.health.health_check", lambda: Health(is_up=False, latency_ms=1, reason="secret words")
    )
    answer = visitors.stranger().get("/ready")
    assert (answer.status_code, answer.json) == (503, {"status": "not ready"})


@pytest.mark.parametrize(("age_s", "status"), [(None, 200), (3.0, 200), (61.0, 503)])
def test_a_silent_worker_is_missed(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch, age_s: float | None, status: int
) -> None:
    monkeypatch.setattr("dashboard.web.health.heartbeat_age_s", lambda _session: age_s)
    assert visitors.stranger().get("/ready").status_code == status


def failing(visitors: Visitors, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    server: Flask = visitors.app.server

    def fail() -> None:
        raise error

    monkeypatch.setitem(server.view_functions, "/_dash-dependencies", fail)
    monkeypatch.setitem(server.view_functions, "/<path:path>", lambda **_: fail())


def test_an_unexpected_error_shows_a_reference_that_the_log_knows(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failing(visitors, monkeypatch, RuntimeError("select secret from /etc/passwd"))
    with caplog.at_level(logging.ERROR):
        answer = visitors.browser("analyst").get("/_dash-dependencies")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert [
        record for record in caplog.records if answer.get_json()["detail"].split()[-1] in record.getMessage()
    ]


def test_people_get_a_page_and_scripts_get_json(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    failing(visitors, monkeypatch, ConflictError("Somebody was quicker."))
    client = visitors.browser("analyst")
    page = client.get("/anywhere", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (409, "text/html")
    assert "Somebody was quicker." in page.text
    answer = client.get("/_dash-dependencies")
    assert (answer.status_code, answer.get_json()["message"]) == (409, "Somebody was quicker.")


def calls(visitors: Visitors, monkeypatch: pytest.MonkeyPatch, raises: Callable[[], object]) -> str:
    from callbacks import routing
    from tests.architecture.test_access_matrix import body_of, server_callbacks

    monkeypatch.setattr(routing, "own_path", lambda _path: raises())
    entry = next(e for e in server_callbacks(visitors.app) if e["output"].startswith("..page.children"))
    answer = visitors.browser("analyst").post("/_dash-update-component", json=body_of(visitors.app, entry))
    assert answer.status_code == 200
    return answer.text


def test_a_user_error_in_a_callback_is_a_toast_in_one_s_language(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitors.users["analyst"].language = "fr"
    visitors.db.flush()

    def refuse() -> object:
        raise ConflictError("Choose a password that you do not use now.")

    text = calls(visitors, monkeypatch, refuse)
    assert "toast" in text
    assert "Choisissez un autre mot de passe" in text


def test_any_other_error_in_a_callback_is_a_toast_with_a_reference(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> object:
        raise RuntimeError("secret words")

    with caplog.at_level(logging.ERROR):
        text = calls(visitors, monkeypatch, fail)
    assert "Something failed on our side." in text
    assert "secret" not in text
    assert len([record for record in caplog.records if record.exc_info]) == 1
