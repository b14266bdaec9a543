"""Every page left while it loads, and gone back to: nothing of it is asked, drawn or told any more."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from database.bulk import bulk_insert
from layouts.pages import PAGES
from tests.browser.conftest import IDLE, PATIENCE_MS, Site, Visits, settled, settled_on
from tests.browser.test_overview import payments
from tests.servers import Database

GO = "(path) => window.vigie.go(path)"


@pytest.fixture(scope="module", autouse=True)
def rows(site_database: Database, site: Site, browser: Browser) -> None:
    """Fill the site's bank, and open a page once so that the fold is compiled."""
    bulk_insert(list(payments(3, 400)), bank="north")
    page = Visits(site, browser)("admin")
    page.goto(site.address)
    page.wait_for_function(IDLE, timeout=120_000)
    page.context.close()


def gone(page: Page, address: str) -> None:
    """Go there and wait only until the frame of the page stands, not for its answer."""
    page.evaluate(GO, address)
    framed(page, address.partition("?")[0])


def framed(page: Page, path: str) -> None:
    page.wait_for_selector(f'.page-content[data-path="{path}"]', state="attached")


def test_every_page_is_left_while_it_loads(site: Site, visit: Visits) -> None:
    page = visit("admin")
    settled_on(page, f"{site.address}/?range=90d")
    for path, there in PAGES.items():
        gone(page, f"{path}?id=1&bank=north")
        gone(page, "/alerts?range=7d")
        page.go_back()
        framed(page, path)
        settled(page)
        if there.is_listed:
            expect(page.locator("h1")).to_be_visible(timeout=PATIENCE_MS)


def test_a_page_reads_the_address_that_stands_when_it_arrives(site: Site, visit: Visits) -> None:
    page = visit("analyst")
    settled_on(page, site.address)
    page.evaluate("() => { vigie.go('high-value?range=7d'); vigie.go('high-value?range=90d'); }")
    framed(page, "/high-value")
    settled(page)
    assert "range=90d" in page.url
    assert "range=90d" in visit.data_requests[-1]
    expect(page.locator(".filter-bar .control").first).to_contain_text("90")
