"""The way in, as a person walks it: first login with a forced change, languages, themes, and out again."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from dashboard import clock
from database.connection import get_db_session
from database.queries import sessions
from models.access import Role
from models.users import LoginHistory, User
from tests.browser.conftest import Site, Visits, is_dark, settled, settled_on
from tests.factories import make_user
from tests.visitors import PASSWORD, password_hash

NEW = "violet-Harbour-93"
WORDS = {
    "en": {
        "heading": "Sign in",
        "change": "Change password",
        "own": "Choose a password",
        "skip": "To the content",
    },
    "fr": {
        "heading": "Se connecter",
        "change": "Changer le mot de passe",
        "own": "Choisir un mot de passe",
        "skip": "Vers le contenu",
    },
}


def newcomer(name: str) -> str:
    with get_db_session() as session:
        make_user(
            session,
            role=Role.ANALYST,
            username=name,
            password_hash=password_hash(),
            must_change_password=True,
        )
    return name


def fill(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("button.primary").click()


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("en", "light", 1440), ("fr", "dark", 1440), ("en", "dark", 390), ("fr", "light", 390)],
)
def test_the_first_login_asks_for_a_password_of_one_s_own(
    site: Site, visit: Visits, language: str, theme: str, width: int
) -> None:
    name = newcomer(f"new-{language}-{theme}-{width}")
    page = visit(theme=theme, language=language, width=width)
    page.goto(site.address + "/?range=7d")
    words = WORDS[language]
    expect(page.get_by_role("heading", level=1)).to_have_text(words["heading"])
    assert page.locator("html").get_attribute("lang") == language
    assert is_dark(page) is (theme == "dark")
    fill(page, name=name, password=PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text(words["own"])
    page.goto(site.address + "/")
    expect(page.get_by_role("heading", level=1)).to_have_text(words["own"])
    fill(page, current=PASSWORD, new=NEW, repeated=NEW)
    page.wait_for_url(site.address + "/**")
    settled(page)
    expect(page.locator(".skip-link")).to_have_text(words["skip"])
    assert is_dark(page) is (theme == "dark")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_login_leads_back_to_the_address_asked_for(site: Site, visit: Visits) -> None:
    page = visit()
    page.goto(site.address + "/?range=7d")
    fill(page, name="viewer", password=PASSWORD)
    page.wait_for_url(re.compile(r"range=7d"))
    settled(page)


def test_a_wrong_password_is_said_and_the_name_is_kept(site: Site, visit: Visits) -> None:
    visit.expected.append("401")
    page = visit()
    page.goto(site.address + "/login")
    fill(page, name="viewer", password="wrong")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    assert page.locator("[name=name]").input_value() == "viewer"
    assert page.locator("[name=password]").input_value() == ""


def test_a_password_can_be_shown(site: Site, visit: Visits) -> None:
    page = visit()
    page.goto(site.address + "/login")
    page.locator("[name=password]").fill("secret words")
    page.get_by_role("button", name="Show password").click()
    assert page.locator("[name=password]").get_attribute("type") == "text"
    page.get_by_role("button", name="Show password").click()
    assert page.locator("[name=password]").get_attribute("type") == "password"


def test_language_and_theme_of_the_login_come_along(site: Site, visit: Visits) -> None:
    page = visit()
    page.goto(site.address + "/login")
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Se connecter")
    button = page.get_by_role("button", name="Thème")
    expect(button).to_contain_text("comme le système")
    button.click()
    button.click()
    expect(button).to_contain_text("sombre")
    assert is_dark(page)
    fill(page, name="lead", password=PASSWORD)
    settled(page)
    expect(page.locator(".skip-link")).to_have_text("Vers le contenu")
    assert is_dark(page)


def test_signing_out_leads_to_the_login_and_back_shows_nothing(site: Site, visit: Visits) -> None:
    page = visit("viewer")
    settled_on(page, site.address)
    page.locator("#me > summary").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_session_that_ends_sends_the_next_click_to_the_login(site: Site, visit: Visits) -> None:
    visit.expected.append("401")
    page = visit("viewer")
    settled_on(page, site.address + "/?range=7d")
    with get_db_session() as session:
        person = session.scalars(select(User).where(User.username == "viewer")).one()
        sessions.end_all(session, person.user_id, at=clock.now(), reason="test")
    page.evaluate("dash_clientside.set_props('url', {pathname: '/elsewhere'})")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.locator(".lead")).to_contain_text("Your session has ended.")


def test_nothing_of_the_application_is_served_to_a_stranger(site: Site, visit: Visits) -> None:
    page = visit()
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    page.goto(site.address + "/")
    page.wait_for_load_state("networkidle")
    assert not [url for url in seen if "/_dash" in url or "/v/" in url or "/assets" in url]


def test_the_names_of_tries_are_kept_with_their_place(site: Site, visit: Visits) -> None:
    page = visit()
    page.goto(site.address + "/login")
    fill(page, name="admin", password=PASSWORD)
    settled(page)
    with get_db_session() as session:
        rows = session.scalars(select(LoginHistory).where(LoginHistory.username_tried == "admin")).all()
        assert {row.outcome for row in rows} == {"tried", "succeeded"}
        assert all(str(row.ip) == "127.0.0.1" for row in rows)
