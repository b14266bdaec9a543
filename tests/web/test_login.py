"""Signing in: the right password, the same words for every wrong one, and the limits on trying."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from dashboard import accounts, clock
from dashboard.web.login import safe_next
from dashboard.web.signed_in import COOKIE
from models.users import LoginHistory, User, UserSession
from tests.visitors import PASSWORD, TOKEN, Visitors, send_form


def words(response: TestResponse) -> str:
    return TOKEN.sub("", response.text)


@pytest.mark.parametrize("name", ["analyst", "ANALYST", " analyst ", "analyst@bank.example"])
def test_username_or_email_open_a_session(visitors: Visitors, name: str) -> None:
    answer = visitors.sign_in(name)
    assert answer.status_code == 303
    assert answer.location == "/"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visitors: Visitors) -> None:
    cookie = next(c for c in visitors.sign_in("analyst").headers.getlist("Set-Cookie") if COOKIE in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie


def test_the_database_holds_no_cookie(visitors: Visitors) -> None:
    cookies = visitors.sign_in("analyst").headers.getlist("Set-Cookie")
    token = next(c for c in cookies if c.startswith(COOKIE)).split("=", 1)[1].split(";")[0]
    stored = visitors.db.scalars(select(UserSession.token_hash)).all()
    assert stored == [accounts.hashed_token(token)]
    assert len(token) >= 43


def test_unknown_names_wrong_passwords_and_closed_accounts_read_the_same(visitors: Visitors) -> None:
    visitors.db.execute(update(User).where(User.username == "lead").values(is_active=False))
    unknown = visitors.sign_in("nobody-here", "x")
    wrong = visitors.sign_in("analyst", "x")
    closed = visitors.sign_in("lead")
    assert unknown.status_code == wrong.status_code == closed.status_code == 401
    assert words(unknown).replace("nobody-here", "") == words(wrong).replace('"analyst"', '""')
    assert words(closed).replace('"lead"', '""') == words(wrong).replace('"analyst"', '""')


def test_unknown_names_cost_the_same_work(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str | None] = []

    def verify(password_hash: str | None, password: str) -> bool:
        verified.append(password_hash)
        return False

    monkeypatch.setattr("dashboard.passwords.verify", verify)
    visitors.sign_in("nobody-here", "x")
    visitors.sign_in("analyst", "x")
    assert len(verified) == 2


def test_ten_tries_close_account_and_address_for_half_an_hour(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = [visitors.sign_in("analyst", "wrong").status_code for _ in range(10)]
    assert tried == [401] * 10
    locked = visitors.sign_in("analyst")
    assert locked.status_code == 429
    assert locked.headers["Retry-After"] == "1800"
    assert visitors.sign_in("analyst", address="10.0.0.9").status_code == 303
    now = clock.now()
    monkeypatch.setattr("dashboard.clock.now", lambda: now + timedelta(minutes=31))
    assert visitors.sign_in("analyst").status_code == 303


def test_the_names_of_one_account_share_its_tries(visitors: Visitors) -> None:
    for name in ["analyst", "analyst@bank.example"] * 5:
        visitors.sign_in(name, "wrong")
    assert visitors.sign_in("analyst").status_code == 429


def test_unknown_names_are_locked_like_known_ones(visitors: Visitors) -> None:
    for _ in range(10):
        visitors.sign_in("nobody-here", "wrong")
    assert visitors.sign_in("nobody-here").status_code == 429


def test_a_success_forgets_the_tries_before_it(visitors: Visitors) -> None:
    for _ in range(9):
        visitors.sign_in("analyst", "wrong")
    assert visitors.sign_in("analyst").status_code == 303
    assert visitors.sign_in("analyst", "wrong").status_code == 401
    assert visitors.sign_in("analyst").status_code == 303


def test_a_hundred_tries_from_many_places_slow_strangers_but_not_the_owner(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    slowed: list[bool] = []
    monkeypatch.setattr("dashboard.accounts._slow_down", lambda: slowed.append(True))
    assert visitors.sign_in("analyst", address="10.9.9.9").status_code == 303
    now = clock.now()
    visitors.db.add_all(
        LoginHistory(username_tried="analyst", at=now, ip=f"10.0.{n}.1", user_agent="x", outcome="tried")
        for n in range(100)
    )
    visitors.db.flush()
    assert visitors.sign_in("analyst", address="10.9.9.9").status_code == 303
    assert slowed == []
    assert visitors.sign_in("analyst", address="10.1.1.1").status_code == 303
    assert slowed == [True]


def test_a_form_without_its_token_is_refused(visitors: Visitors) -> None:
    answer = visitors.stranger().post("/login", data={"name": "analyst", "password": PASSWORD})
    assert answer.status_code == 400
    assert COOKIE not in "".join(answer.headers.getlist("Set-Cookie"))


def test_a_form_from_another_site_is_refused(visitors: Visitors) -> None:
    client = visitors.stranger()
    found = TOKEN.search(client.get("/login").text)
    assert found
    form = {"csrf_token": found[1], "name": "analyst", "password": PASSWORD}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert client.post("/login", data=form, headers=headers).status_code == 403


def test_signing_in_again_ends_the_session_before(visitors: Visitors) -> None:
    client = visitors.browser("viewer")
    old = client.get_cookie(COOKIE)
    assert old is not None
    client.get("/logout")
    client.set_cookie(COOKIE, "")
    client.delete_cookie(COOKIE)
    client.set_cookie(COOKIE, old.value)
    client.post("/logout", json={})
    client.set_cookie(COOKIE, old.value)
    assert client.get("/_dash-layout").status_code == 401


def test_a_huge_form_is_refused(visitors: Visitors) -> None:
    client = visitors.stranger()
    assert client.post("/login", data={"name": "a" * 40_000, "password": "x"}).status_code == 413


@pytest.mark.parametrize(
    "name", ["ana\x00lyst", "\x00", "a\r\nb", "\u202enimda", "%(x)s", "' or 1=1 --", "@", "\u0130" * 128]
)
@pytest.mark.parametrize("password", ["x", "\x00", "\ufdfa" * 400])
def test_a_name_of_any_signs_is_a_wrong_one(visitors: Visitors, name: str, password: str) -> None:
    assert visitors.sign_in(name, password).status_code == 401


def test_the_login_leads_back_to_where_one_was(visitors: Visitors) -> None:
    client = visitors.stranger()
    away = client.get("/?range=7d&bank=north")
    assert away.status_code == 302
    form = client.get(away.location)
    assert "Sign in to see the page that you asked for." in form.text
    back = send_form(client, away.location, name="analyst", password=PASSWORD, next="/?range=7d&bank=north")
    assert back.location == "/?range=7d&bank=north"


@pytest.mark.parametrize(
    "asked",
    [
        "https://evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/\tevil",
        "/\n/evil.example",
        "/%0d%0aSet-Cookie:x\r\n",
        " /x",
        "evil.example",
        "",
        "/login",
        "/login?next=/",
        "/logout",
        "/password",
        "https:/evil.example",
        "/ /evil",
        "\u2028/x",
        "ftp://x",
        "//",
        "/\u0000x",
        "\thttps://evil.example",
    ],
)
def test_next_never_leads_elsewhere(asked: str) -> None:
    assert safe_next(asked) == "/"


@pytest.mark.parametrize("asked", ["/", "/?range=7d", "/alerts/3?tab=2", "/%2F%2Fevil.example"])
def test_next_keeps_paths_of_our_own(asked: str) -> None:
    assert safe_next(asked) == asked


def test_next_stays_below_the_base_path() -> None:
    assert safe_next("/other", "/vigie/") == "/vigie/"
    assert safe_next("/vigie/?range=7d", "/vigie/") == "/vigie/?range=7d"
    assert safe_next("/vigie/logout", "/vigie/") == "/vigie/"


def test_every_try_is_written_down(visitors: Visitors) -> None:
    visitors.sign_in("analyst", "wrong", address="10.0.0.7")
    visitors.sign_in("analyst", address="10.0.0.7")
    rows = visitors.db.execute(
        select(LoginHistory.outcome, LoginHistory.username_tried).order_by(LoginHistory.login_id)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("tried", "analyst"),
        ("tried", "analyst"),
        ("succeeded", "analyst"),
    ]


def test_who_picked_a_language_before_signing_in_keeps_it(visitors: Visitors) -> None:
    client = visitors.stranger()
    assert "Se connecter" in client.get("/login?lang=fr").text
    assert "Se connecter" in client.get("/login").text
    send_form(client, "/login", name="analyst", password=PASSWORD, theme="dark")
    stored = visitors.db.execute(select(User.language, User.theme).where(User.username == "analyst")).one()
    assert tuple(stored) == ("fr", "dark")


def test_the_browser_s_language_decides_until_one_is_picked(visitors: Visitors) -> None:
    page = visitors.stranger().get("/login", headers={"Accept-Language": "fr-CH, fr;q=0.9, en;q=0.8"})
    assert "Se connecter" in page.text
    page = visitors.stranger().get("/login", headers={"Accept-Language": "ja"})
    assert "Sign in" in page.text


def test_the_login_tells_a_stranger_nothing_of_the_system(visitors: Visitors) -> None:
    page = visitors.stranger().get("/login").text.lower()
    for word in ("dash", "plotly", "flask", "python", "overview", "/v/", "version"):
        assert word not in page, word
