"""Sessions: they end when they are idle, old, revoked or signed out, and at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from dashboard import clock
from dashboard.accounts import hashed_token
from dashboard.web.signed_in import BACKGROUND_HEADER, COOKIE
from database.queries import sessions, users
from models.users import User, UserSession
from tests.visitors import PASSWORD, Visitors, password_hash, send_form

CLOSED = "/_dash-dependencies"


def later(monkeypatch: pytest.MonkeyPatch, **by: float) -> None:
    moment = clock.now() + timedelta(**by)
    monkeypatch.setattr("dashboard.clock.now", lambda: moment)


def last_seen(visitors: Visitors) -> object:
    return visitors.db.scalar(select(UserSession.last_seen_at))


def test_a_session_opens_what_is_closed(visitors: Visitors) -> None:
    assert visitors.browser("viewer").get(CLOSED).status_code == 200
    assert visitors.stranger().get(CLOSED).status_code == 401


def test_a_made_up_cookie_opens_nothing(visitors: Visitors) -> None:
    client = visitors.stranger()
    for value in ("", "x", "token of viewer", "'; drop table users; --", "\u00e9" * 50, "x" * 4000):
        client.set_cookie(COOKIE, value)
        assert client.get(CLOSED).status_code == 401


@pytest.mark.parametrize(
    ("who", "minutes", "status"),
    [
        ("analyst", 59, 200),
        ("analyst", 61, 401),
        ("admin", 14, 200),
        ("admin", 16, 401),
    ],
)
def test_idle_people_are_signed_out_and_admins_sooner(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch, who: str, minutes: int, status: int
) -> None:
    client = visitors.browser(who)
    later(monkeypatch, minutes=minutes)
    assert client.get(CLOSED).status_code == status


def test_twelve_hours_end_a_session_however_busy(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    client = visitors.browser("analyst")
    for _ in range(14):
        later(monkeypatch, minutes=50)
        assert client.get(CLOSED).status_code == 200
    later(monkeypatch, minutes=30)
    assert client.get(CLOSED).status_code == 401
    assert visitors.db.scalar(select(UserSession.end_reason)) == "too old"


def test_last_seen_is_written_at_most_once_a_minute(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = visitors.browser("analyst")
    begun = last_seen(visitors)
    later(monkeypatch, seconds=50)
    client.get(CLOSED)
    assert last_seen(visitors) == begun
    later(monkeypatch, seconds=15)
    client.get(CLOSED)
    assert last_seen(visitors) == clock.now()


def test_background_requests_never_renew_a_session(
    visitors: Visitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = visitors.browser("analyst")
    for _ in range(5):
        later(monkeypatch, minutes=11)
        assert client.get(CLOSED, headers={BACKGROUND_HEADER: "1"}).status_code == 200
    later(monkeypatch, minutes=11)
    assert client.get(CLOSED).status_code == 401


def signs_out(visitors: Visitors, client: FlaskClient) -> None:
    client.post("/logout", json={})
    client.set_cookie(COOKIE, visitors.tokens["analyst"])


def is_disabled(visitors: Visitors, _client: FlaskClient) -> None:
    users.set_active(visitors.db, visitors.users["analyst"].user_id, is_active=False)


def is_thrown_out(visitors: Visitors, _client: FlaskClient) -> None:
    sessions.end_all(
        visitors.db, visitors.users["analyst"].user_id, at=clock.now(), reason="an administrator's word"
    )


def changes_password_elsewhere(visitors: Visitors, _client: FlaskClient) -> None:
    other = visitors.stranger()
    send_form(other, "/login", name="analyst", password=PASSWORD)
    new = "violet-Harbour-93"
    answer = send_form(other, "/password", current=PASSWORD, new=new, repeated=new)
    assert answer.status_code == 303
    assert other.get(CLOSED).status_code == 200


@pytest.mark.parametrize("what", [signs_out, is_disabled, is_thrown_out, changes_password_elsewhere])
def test_a_cookie_is_worth_nothing_from_the_next_request_on(visitors: Visitors, what: object) -> None:
    client = visitors.browser("analyst")
    assert client.get(CLOSED).status_code == 200
    assert callable(what)
    what(visitors, client)
    assert client.get(CLOSED).status_code == 401


def test_a_role_is_the_database_s_word_at_every_request(visitors: Visitors) -> None:
    client = visitors.browser("lead")
    visitors.db.execute(update(User).where(User.username == "lead").values(full_name="Renamed Person"))
    assert "Renamed Person" in client.get("/_dash-layout").text


def test_an_ended_session_says_so_at_the_login(visitors: Visitors, monkeypatch: pytest.MonkeyPatch) -> None:
    client = visitors.browser("analyst")
    later(monkeypatch, minutes=61)
    page = client.get(client.get("/?range=7d").location).text
    assert "Your session has ended." in page
    assert "You will return to the page you were on." in page


def test_one_statement_tells_who_is_there(visitors: Visitors) -> None:
    visitors.browser("viewer")
    found = sessions.find(visitors.db, hashed_token(visitors.tokens["viewer"]))
    assert found is not None
    assert found.person.banks == ("north",)
    assert found.person.username == "viewer"
    assert password_hash() not in repr(found)
