"""The frame of all pages in a browser: its measures, menus, keys, phone, themes and failures."""

from __future__ import annotations

from playwright.sync_api import FloatRect, Page, expect
from sqlalchemy import update

from database.connection import get_db_session
from models.users import User
from tests.browser.conftest import Site, Visits, is_dark, settled, settled_on

OUTLINE = """() => {
  const style = getComputedStyle(document.activeElement);
  return [style.outlineStyle, style.outlineWidth];
}"""


def test_the_theme_changes_at_once_and_is_kept(site: Site, visit: Visits) -> None:
    page = visit("analyst", theme="light")
    settled_on(page, site.address)
    visit.data_requests.clear()
    page.get_by_label("Theme").first.click()
    with page.expect_response(lambda answer: answer.url.endswith("/preferences")) as kept:
        page.locator(".theme-of [data-theme=dark]").click()
    assert kept.value.status == 204
    assert is_dark(page)
    assert visit.data_requests == []
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == "rgb(20, 23, 28)"
    settled_on(page, site.address)
    assert is_dark(page)


def test_the_language_changes_and_is_kept(site: Site, visit: Visits) -> None:
    page = visit("analyst")
    settled_on(page, site.address)
    page.locator("#me > summary").click()
    page.get_by_role("menuitem", name="Français").click()
    expect(page.locator(".skip-link")).to_have_text("Vers le contenu")
    settled(page)


def test_the_navigation_collapses_and_stays_so(site: Site, visit: Visits) -> None:
    page = visit("analyst")
    settled_on(page, site.address)
    nav = page.locator(".side")
    assert box(page, ".side")["width"] == 184
    page.get_by_role("button", name="Collapse").click()
    assert box(page, ".side")["width"] == 48
    settled_on(page, site.address)
    assert box(page, ".side")["width"] == 48
    expect(nav.get_by_role("link", name="Overview")).to_be_visible()


def box(page: Page, selector: str) -> FloatRect:
    found = page.locator(selector).bounding_box()
    assert found is not None
    return found


def test_the_frame_has_the_measures_of_the_design(site: Site, visit: Visits) -> None:
    page = settled_on(visit("analyst"), site.address)
    assert box(page, ".topbar") == {"x": 184, "y": 0, "width": 1256, "height": 48}
    assert box(page, ".page-head")["height"] == 44
    assert box(page, ".side-list .side-link >> nth=0") == {"x": 8, "y": 48, "width": 167, "height": 28}
    assert box(page, ".avatar") == {"x": 1400, "y": 12, "width": 24, "height": 24}


def test_a_phone_has_its_pages_at_the_thumb(site: Site, visit: Visits) -> None:
    page = settled_on(visit("analyst", width=390, height=844), site.address)
    assert box(page, ".side") == {"x": 0, "y": 788, "width": 390, "height": 56}
    links = page.locator(".side-list a:visible")
    expect(links).to_have_text(["Overview", "High risk", "Alerts", "Transactions"])
    assert page.evaluate(
        "(() => { const l = document.querySelector('.side-list'); return l.scrollWidth <= l.clientWidth })()"
    )
    page.get_by_role("button", name="More").click()
    expect(page.get_by_role("menuitem", name="Sign out")).to_be_visible()
    page.get_by_role("menuitem", name="High value").click()
    expect(page.locator(".topbar-brand")).to_have_text("High value")
    expect(page.get_by_role("menuitem", name="Sign out")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_everything_is_reached_by_keyboard_and_seen(site: Site, visit: Visits) -> None:
    page = settled_on(visit("analyst"), site.address)
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    reached = 0
    while page.evaluate("document.activeElement !== document.body") and reached < 40:
        style = page.evaluate(OUTLINE)
        assert style == ["solid", "2px"], page.evaluate("document.activeElement.outerHTML")
        page.keyboard.press("Tab")
        reached += 1
    assert reached > 7
    page.locator("#me > summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#me > summary")).to_be_focused()


def test_an_address_without_a_page_says_so(site: Site, visit: Visits) -> None:
    page = settled_on(visit("viewer"), site.address + "/no/such/page")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing here")


def asked_elsewhere(page: Page, status: int, body: str, **headers: str) -> None:
    """Let the next data request be answered so."""
    answer = {"status": status, "body": body, "headers": headers, "content_type": "application/json"}
    page.route("**/_dash-update-component*", lambda route: route.fulfill(**answer))
    page.evaluate("dash_clientside.set_props('url', {pathname: '/elsewhere'})")


def test_a_server_that_fails_is_said_and_the_page_stays(site: Site, visit: Visits) -> None:
    visit.expected += ["502", "JSON", "error"]
    page = settled_on(visit("viewer"), site.address)
    asked_elsewhere(page, 502, "gone")
    expect(page.locator("#notice")).to_contain_text("The server does not answer.")
    expect(page.locator(".page-head")).to_be_visible()
    page.locator("#notice [data-dismiss]").click()
    expect(page.locator("#notice")).to_be_hidden()


def test_a_refusal_is_said_in_the_server_s_words(site: Site, visit: Visits) -> None:
    visit.expected += ["403", "error"]
    page = settled_on(visit("viewer"), site.address)
    asked_elsewhere(
        page, 403, '{"message": "Your role does not allow this.", "detail": "Reference 7Q2-MXKL"}'
    )
    expect(page.locator("#notice .toast-title")).to_have_text("Your role does not allow this.")
    expect(page.locator("#notice .toast-detail")).to_have_text("Reference 7Q2-MXKL")


def test_a_password_that_was_reset_leads_to_the_change(site: Site, visit: Visits) -> None:
    visit.expected += ["403", "error"]
    page = settled_on(visit("lead"), site.address)
    with get_db_session() as session:
        session.execute(update(User).where(User.username == "lead").values(must_change_password=True))
    page.evaluate("dash_clientside.set_props('url', {pathname: '/elsewhere'})")
    expect(page.get_by_role("heading", level=1)).to_have_text("Choose a password")
    with get_db_session() as session:
        session.execute(update(User).where(User.username == "lead").values(must_change_password=False))


def test_the_first_load_is_small_and_the_second_smaller(site: Site, visit: Visits) -> None:
    page = visit("viewer")
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    settled_on(page, site.address)
    first = sum(sizes)
    sizes.clear()
    page.reload()
    settled(page)
    assert first < 1_200_000, f"{first / 1000:.0f} kB on the first load"
    assert sum(sizes) < 50_000, f"{sum(sizes) / 1000:.0f} kB on a reload"
