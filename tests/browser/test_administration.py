"""The pages of administrators in a browser: people by keyboard, the log's strip, and a page left open."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Request, Route, expect
from sqlalchemy import select, update

from dashboard import clock
from database.connection import get_db_session
from database.logs.entries import LogEntry
from database.logs.postgres import PostgresLogStore
from models.users import User, UserSession
from tests.browser.conftest import Site, Visits, settled, settled_on


def write_entries(count: int = 40) -> None:
    now = clock.now()
    PostgresLogStore().write(
        [
            LogEntry(
                now - timedelta(minutes=1.4 * n),
                "web",
                "database" if n % 4 else "security",
                "ERROR" if n % 5 == 0 else "INFO",
                "tests",
                f"entry number {n}",
                request_id=f"request{n}",
            )
            for n in range(count)
        ]
    )


def test_a_person_is_made_and_given_another_role_by_keyboard(site: Site, visit: Visits) -> None:
    page = visit("admin")
    settled_on(page, f"{site.address}/users")
    page.get_by_role("button", name="New person").press("Enter")
    page.get_by_label("Name", exact=True).fill("Elif Demir")
    page.get_by_label("Username").fill("elif")
    page.get_by_label("E-mail", exact=True).fill("elif@bank.example")
    page.get_by_role("dialog").get_by_role("checkbox", name="Northern Savings").press("Space")
    page.get_by_role("button", name="Make the account").press("Enter")
    password = page.locator("#admin-secret-word")
    expect(page.get_by_role("dialog", name="The new password")).to_be_visible()
    assert len((password.text_content() or "").split("-")) == 5
    page.get_by_role("button", name="Written down").press("Enter")
    settled(page)
    page.get_by_role("link", name="Elif Demir").press("Enter")
    settled(page)
    detail = page.locator("#users-detail")
    expect(detail).to_contain_text("elif@bank.example")
    detail.get_by_label("Role").select_option("lead")
    detail.get_by_role("button", name="Save the role").press("Enter")
    expect(page.locator("tr.is-chosen")).to_contain_text("lead")
    expect(page.locator("tr.is-chosen")).to_contain_text("all banks")
    page.keyboard.press("Escape")
    expect(detail).to_be_empty()


def test_a_dangerous_change_names_what_it_does_before_it_is_done(site: Site, visit: Visits) -> None:
    page = visit("admin")
    with get_db_session() as session:
        viewer = session.scalars(select(User).where(User.username == "viewer")).one()
    settled_on(page, f"{site.address}/users?user={viewer.user_id}")
    page.get_by_role("button", name="Switch off").click()
    expect(page.locator("#admin-question")).to_contain_text(f"Switch {viewer.full_name} off?")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Switch off").click()
    page.locator("#admin-question-action").click()
    expect(page.get_by_role("button", name="Switch on")).to_be_visible()
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("button", name="Switch off")).to_be_visible()


def test_a_drag_over_the_strip_zooms_and_an_entry_opens_by_key(site: Site, visit: Visits) -> None:
    write_entries()
    page = visit("admin")
    settled_on(page, f"{site.address}/logs")
    columns = page.locator(".log-column")
    assert columns.count() in {60, 61, 62}
    first, last = columns.nth(20).bounding_box(), columns.nth(40).bounding_box()
    assert first
    assert last
    page.mouse.move(first["x"] + 2, first["y"] + 20)
    page.mouse.down()
    page.mouse.move(last["x"] + 2, last["y"] + 20, steps=8)
    page.mouse.up()
    page.wait_for_url("**range=**")
    settled(page)
    expect(columns).to_have_count(21)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    settled(page)
    expect(page.locator("#logs-detail")).to_contain_text("entry number")
    page.locator("#logs-detail").get_by_role("link", name="request").click()
    settled(page)
    expect(page.locator("#logs-list tbody tr")).to_have_count(1)
    page.locator("#logs-search").fill("category:security")
    page.locator("#logs-search").press("Enter")
    page.wait_for_url("**category**")


def test_live_shows_what_arrives_and_is_nobodys_doing(site: Site, visit: Visits) -> None:
    page = visit("admin")
    settled_on(page, f"{site.address}/logs")
    heard: list[Request] = []

    def hear(asked: Request) -> None:
        heard.append(asked)

    page.on("request", hear)
    page.keyboard.press("l")
    expect(page.locator("#logs-live")).to_have_attribute("aria-pressed", "true")
    PostgresLogStore().write([LogEntry(clock.now(), "web", "web", "INFO", "tests", "it has just come in")])
    expect(page.locator("#logs-list")).to_contain_text("it has just come in")
    ticks = [
        one for one in heard if "logs-tick.n_intervals" in (one.post_data or "").split("changedPropIds")[-1]
    ]
    assert ticks
    assert all(one.headers.get("x-vigie-background") for one in ticks)


@pytest.mark.parametrize(("path", "part"), [("users", "users-list"), ("database", "health-content")])
def test_a_page_without_an_answer_says_so_and_asks_again(
    site: Site, visit: Visits, path: str, part: str
) -> None:
    visit.expected += ["status of 500", "Callback error", "INTERNAL SERVER ERROR", "Internal Server Error"]
    page = settled_on(visit("admin"), f"{site.address}/banks")

    def fail(route: Route) -> None:
        if part in (route.request.post_data or "")[:80]:
            route.fulfill(status=500, body="{}")
        else:
            route.continue_()

    page.route("**/_dash-update-component*", fail)
    page.evaluate(f"vigie.go('/{path}')")
    expect(page.locator(".when-unanswered")).to_be_visible()
    page.unroute("**/_dash-update-component*")
    page.get_by_role("button", name="Try again").click()
    settled(page)
    expect(page.locator(".is-stale")).to_have_count(0)
    expect(page.locator(".admin-table").first).to_be_visible()


def test_a_page_left_open_past_the_idle_time_shows_the_login(site: Site, visit: Visits) -> None:
    visit.expected.append("401")
    for path in ("/", "/database"):
        page = visit("admin")
        page.clock.install()
        settled_on(page, site.address + path)
        page.clock.fast_forward(31_000)
        page.wait_for_timeout(300)
        assert "/login" not in page.url
        with get_db_session() as session:
            session.execute(update(UserSession).values(last_seen_at=clock.now() - timedelta(minutes=16)))
        page.clock.fast_forward(31_000)
        page.wait_for_url("**/login**")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_every_page_fits_a_phone_in_both_languages(site: Site, visit: Visits) -> None:
    write_entries(5)
    for language in ("en", "fr"):
        page = visit("admin", language=language, width=390, height=844)
        for path in ("users", "users?user=1", "logs", "banks", "database"):
            settled_on(page, f"{site.address}/{path}")
            assert page.evaluate("document.documentElement.scrollWidth") == 390, path
