"""The change of password: forced on whoever was given one, judged by the policy, ending other sessions."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from models.users import User
from tests.visitors import PASSWORD, Visitors, send_form

NEW = "violet-Harbour-93"


@pytest.fixture
def newcomer(visitors: Visitors) -> Visitors:
    visitors.db.execute(update(User).where(User.username == "analyst").values(must_change_password=True))
    return visitors


def test_a_given_password_leads_to_the_change_and_nowhere_else(newcomer: Visitors) -> None:
    client = newcomer.stranger()
    answer = send_form(client, "/login", name="analyst", password=PASSWORD)
    assert answer.location.startswith("/password")
    assert client.get("/").location == "/password"
    for path in ("/_dash-layout", "/_dash-dependencies", "/v/0/20_shell.js"):
        assert client.get(path, headers={"Sec-Fetch-Mode": "no-cors"}).status_code == 403
    assert client.post("/_dash-update-component", json={}).status_code == 403
    assert client.put("/preferences", json={"theme": "dark"}).status_code == 403


def test_one_s_own_password_opens_the_rest(newcomer: Visitors) -> None:
    client = newcomer.stranger()
    send_form(client, "/login", name="analyst", password=PASSWORD)
    answer = send_form(client, "/password", current=PASSWORD, new=NEW, repeated=NEW)
    assert answer.status_code == 303
    assert client.get("/").status_code == 200
    assert newcomer.db.scalar(select(User.must_change_password).where(User.username == "analyst")) is False
    assert newcomer.sign_in("analyst", PASSWORD).status_code == 401
    assert newcomer.sign_in("analyst", NEW).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "repeated", "says"),
    [
        ("wrong", NEW, NEW, "The current password is wrong."),
        (PASSWORD, NEW, NEW + "x", "The two new passwords differ."),
        (PASSWORD, PASSWORD, PASSWORD, "Choose a password that you do not use now."),
        (PASSWORD, "short", "short", "Use at least 12 characters"),
        (PASSWORD, "password12345", "password12345", "Attackers try this password early."),
        (PASSWORD, "analyst-Harbour-9", "analyst-Harbour-9", "Leave your own names out"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(
    newcomer: Visitors, current: str, new: str, repeated: str, says: str
) -> None:
    client = newcomer.stranger()
    send_form(client, "/login", name="analyst", password=PASSWORD)
    answer = send_form(client, "/password", current=current, new=new, repeated=repeated)
    assert answer.status_code in {401, 422}
    assert says in answer.text
    assert newcomer.sign_in("analyst", PASSWORD).status_code == 303


def test_the_page_of_a_stranger_is_the_login(visitors: Visitors) -> None:
    assert visitors.stranger().get("/password").location.startswith("/login")


def test_the_language_can_be_changed_before_the_password(newcomer: Visitors) -> None:
    client = newcomer.stranger()
    send_form(client, "/login", name="analyst", password=PASSWORD)
    page = client.get("/password?lang=fr").text
    assert "Choisir un mot de passe" in page
    answer = send_form(client, "/password?lang=fr", current=PASSWORD, new=NEW, repeated=NEW)
    assert answer.status_code == 303
    assert newcomer.db.scalar(select(User.language).where(User.username == "analyst")) == "fr"
