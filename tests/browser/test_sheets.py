"""High value and High risk in a browser: drawn, in both languages, one request a page, narrow screens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Route, expect
from sqlalchemy import select, text

from database.bulk import bulk_insert
from database.connection import get_db_session
from models.users import User, UserBank
from tests.browser.conftest import IDLE, PATIENCE_MS, Site, Visits, settled, settled_on
from tests.browser.test_overview import payments
from tests.factories import make_bank
from tests.servers import Database

PAGES = {
    "high-value": ("High-value payments", "Gros paiements", 6),
    "high-risk": ("Flagged payments", "Paiements signalés", 5),
    "high-risk-rates": ("Merchants with fraud", "Commerçants avec fraude", 1),
}


@pytest.fixture(scope="module", autouse=True)
def rows(site_database: Database, site: Site, browser: Browser) -> None:
    """Fill the site's bank with scored payments, and open a page once so that the fold is compiled."""
    rows = [
        row
        | {"customer_id": f"c{place % 90}", "merchant_id": f"m{place % 40}", "fraud_score": place % 100 / 100}
        for place, row in enumerate(payments(3, 2_000))
    ]
    bulk_insert(rows, bank="north")
    with get_db_session() as session:
        south = make_bank(session, "south", base_currency="USD", high_value_threshold=900)
        lead = session.scalars(select(User).where(User.username == "lead")).one()
        session.add(UserBank(user_id=lead.user_id, bank_id=south.bank_id))
    bulk_insert(payments(4, 300), bank="south")
    with get_db_session("all") as session:
        session.execute(text("update transactions set transactions_last_hour = mod(ingest_seq, 7)"))
    page = Visits(site, browser)("analyst")
    page.goto(site.address)
    page.wait_for_function(IDLE, timeout=120_000)
    page.context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_sheet_is_drawn_in_the_reader_s_language(
    site: Site, visit: Visits, path: str, language: str
) -> None:
    english, french, charts = PAGES[path]
    page = visit("analyst", language=language)
    settled_on(page, f"{site.address}/{path}?bank=north&range=90d")
    expect(page.locator(".tile-label").first).to_be_visible()
    assert (french if language == "fr" else english) in page.locator(".tiles").inner_text()
    assert page.locator(".panel .panel-graph").count() == charts
    assert page.locator(".panel-head .panel-title").count() >= charts
    assert "None" not in page.locator(".sheet").inner_text()


@pytest.mark.parametrize("path", PAGES)
def test_a_sheet_fits_a_narrow_screen(site: Site, visit: Visits, path: str) -> None:
    page = visit("analyst")
    page.set_viewport_size({"width": 390, "height": 844})
    settled_on(page, f"{site.address}/{path}?bank=north&range=90d")
    width, seen = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= seen


def test_a_viewer_reads_the_sheets_without_names_of_people(site: Site, visit: Visits) -> None:
    page = visit("viewer")
    settled_on(page, f"{site.address}/high-risk-rates?bank=north&range=90d")
    expect(page.locator(".sheet-customers table")).to_be_visible()


def test_the_rows_of_a_chart_are_its_rows(site: Site, visit: Visits) -> None:
    page = visit("analyst")
    settled_on(page, f"{site.address}/high-value?bank=north&range=90d")
    page.locator('.sheet-counts [data-panel="rows"]').dispatch_event("click")
    expect(page.locator(".drill-notice")).to_contain_text("the mark’s count and sum", timeout=PATIENCE_MS)


def test_where_limits_differ_the_panel_says_what_opens_rows(site: Site, visit: Visits) -> None:
    page = visit("lead")
    settled_on(page, f"{site.address}/high-value?bank=all&range=90d")
    asked = page.url
    why = page.locator(".sheet-counts .panel-closed")
    expect(why).to_contain_text("choose one bank")
    page.locator('.sheet-counts [data-panel="rows"]').dispatch_event("click")
    expect(why).to_have_class(re.compile("is-told"))
    expect(page.locator(".said")).to_contain_text("choose one bank")
    assert page.url == asked
    page.locator(".tile-row-name").last.click()
    settled(page)
    expect(page.locator(".panel-closed")).to_have_count(0)


def test_a_step_of_the_score_opens_its_rows(site: Site, visit: Visits) -> None:
    page = visit("analyst")
    settled_on(page, f"{site.address}/high-risk?bank=north&range=90d")
    graph = page.locator(".sheet-scores .js-plotly-plot")
    graph.evaluate("node => node.emit('plotly_click', { points: [{ curveNumber: 3, pointNumber: 19 }] })")
    expect(page.locator(".drill-notice")).to_contain_text("the mark’s count and sum", timeout=PATIENCE_MS)
    assert "score=0.95..1" in page.url


def test_a_question_is_cancelled_and_asked_again(site: Site, visit: Visits) -> None:
    page = visit("analyst")
    settled_on(page, f"{site.address}/high-value?bank=north&range=90d")
    page.route("**/_dash-update-component*", lambda _route: None)
    page.evaluate("vigie.go('/high-value?bank=north&range=7d')")
    expect(page.locator(".is-busy")).to_have_count(1)
    page.locator("[data-stop]").dispatch_event("click")
    expect(page.locator(".is-busy")).to_have_count(0)
    expect(page.locator(".when-answered")).to_be_visible()
    page.unroute("**/_dash-update-component*")
    page.get_by_role("button", name="Try again").click()
    settled(page)
    expect(page.locator(".is-stale")).to_have_count(0)


def test_a_page_that_never_was_answered_says_so(site: Site, visit: Visits) -> None:
    visit.expected += ["status of 500", "Callback error", "INTERNAL SERVER ERROR", "Internal Server Error"]
    page = visit("analyst")
    settled_on(page, f"{site.address}/high-risk?bank=north")
    page.route("**/_dash-update-component*", refused)
    page.evaluate("vigie.go('/high-value?bank=north')")
    expect(page.locator(".when-unanswered")).to_be_visible()
    page.unroute("**/_dash-update-component*")
    page.get_by_role("button", name="Try again").click()
    settled(page)
    expect(page.locator(".sheet .tile-figure").first).to_be_visible()


def refused(route: Route) -> None:
    """Answer what only the High value page asks with a failure."""
    if "highvalue-charts.data" in (route.request.post_data or "")[:60]:
        route.fulfill(status=500, body="{}")
    else:
        route.continue_()
