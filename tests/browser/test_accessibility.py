"""No page breaks gravely what a machine can check of accessibility (axe-core, WCAG 2.2 AA), either theme."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from sqlalchemy import update

from database.bulk import bulk_insert
from database.connection import get_db_session
from layouts.pages import PAGES
from models.users import User
from tests.browser.conftest import IDLE, Site, Visits, settled_on
from tests.browser.test_overview import payments
from tests.servers import Database

RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
GRAVE = {"serious", "critical"}


@pytest.fixture(scope="module", autouse=True)
def rows(site_database: Database) -> None:
    bulk_insert(payments(3, 400), bank="north")


@pytest.fixture(scope="module", autouse=True)
def compiled(site: Site, browser: Browser, rows: None) -> None:
    """Open the page once with more patience: a new home compiles the fold first."""
    del rows
    page = Visits(site, browser)("analyst")
    page.goto(site.address)
    page.wait_for_function(IDLE, timeout=120_000)
    page.context.close()


def breaches(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{each['id']} ({each['impact']}): {node['target']} {node['html'][:160]}"
        for each in found
        for node in each["nodes"]
        if each["impact"] in GRAVE
    ]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_way_in_is_accessible(site: Site, visit: Visits, theme: str) -> None:
    page = visit(theme=theme, bypass_csp=True)
    page.goto(site.address + "/login")
    assert breaches(page) == []


def test_the_change_of_password_is_accessible(site: Site, visit: Visits) -> None:
    page = visit("lead", bypass_csp=True)
    with get_db_session() as session:
        session.execute(update(User).where(User.username == "lead").values(must_change_password=True))
    page.goto(site.address + "/")
    found = breaches(page)
    with get_db_session() as session:
        session.execute(update(User).where(User.username == "lead").values(must_change_password=False))
    assert found == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_is_accessible(site: Site, visit: Visits, theme: str, width: int) -> None:
    page = visit("admin", theme=theme, width=width, bypass_csp=True)
    found = []
    for path in PAGES:
        query = "?bank=north&id=payment-3-7" if path == "/transaction" else "?bank=north"
        settled_on(page, site.address + path + query)
        page.wait_for_timeout(300)
        found += [f"{path}: {breach}" for breach in breaches(page)]
    assert found == []


def test_open_lists_and_the_palette_are_accessible(site: Site, visit: Visits) -> None:
    page = settled_on(visit("admin", bypass_csp=True), f"{site.address}/?bank=north&channel=online")
    page.locator(".more-filters > summary").click()
    page.wait_for_selector(".more-form")
    assert breaches(page) == []
    page.keyboard.press("Escape")
    page.locator("#overview-channel-box").hover()
    page.keyboard.press("t")
    page.keyboard.press("Control+k")
    page.wait_for_selector(".palette-item")
    assert breaches(page) == []
