"""The Overview in a browser: both themes and languages, one request a change, links, phone, failures."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from database.bulk import bulk_insert
from database.connection import get_db_session
from models.users import User, UserBank
from tests.browser.conftest import IDLE, Site, Visits, is_dark, settled, settled_on
from tests.factories import make_bank
from tests.servers import Database

ROWS = 3_000
CHARTS = 7
NOW = datetime.now(UTC).replace(second=0, microsecond=0)


def payments(seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Payments of the last 70 days; one in forty is fraud, and labels are known after three days."""
    rng = random.Random(seed)
    for number in range(count):
        at = NOW - timedelta(minutes=rng.randrange(70 * 1_440))
        is_fraud = rng.random() < 0.025
        yield {
            "transaction_id": f"payment-{seed}-{number}",
            "timestamp": at,
            "amount": Decimal(rng.randrange(100, 900_000 if is_fraud else 20_000)) / 100,
            "category": rng.choice(["grocery", "travel", "digital goods", "fuel"]),
            "channel": rng.choice(["pos", "online", "mobile"]),
            "payment_method": rng.choice(["credit_card", "wallet"]),
            "transaction_type": "purchase",
            "country": rng.choice(["FR", "ES", "RO"]),
            "is_fraud": is_fraud,
        }


@pytest.fixture(scope="module", autouse=True)
def rows(site_database: Database) -> None:
    """Fill the site's bank, and a second one in dollars that analyst and lead may see too."""
    with get_db_session() as session:
        south = make_bank(session, "south", name="Southern Trust", base_currency="USD")
        for person in session.scalars(select(User).where(User.username.in_(["analyst", "lead"]))):
            session.add(UserBank(user_id=person.user_id, bank_id=south.bank_id))
    bulk_insert(payments(1, ROWS), bank="north")
    bulk_insert(payments(2, 300), bank="south")


@pytest.fixture(scope="module", autouse=True)
def compiled(site: Site, browser: Browser, rows: None) -> None:
    """Open the page once with more patience: a new home compiles the fold first."""
    del rows
    visits = Visits(site, browser)
    page = visits("analyst")
    page.goto(site.address)
    page.wait_for_function(IDLE, timeout=120_000)
    page.context.close()


def opened(site: Site, page: Page, query: str = "bank=north") -> Page:
    settled_on(page, f"{site.address}/?{query}")
    expect(page.locator(".panel-graph .main-svg").first).to_be_visible()
    return page


def figures(page: Page) -> list[str]:
    return page.locator(".tile-figure, .tile-row").all_inner_texts()


def changes(visit: Visits, page: Page) -> int:
    """Return how many data requests were made since the last call, once the page is idle."""
    settled(page)
    page.wait_for_timeout(150)
    made = len(visit.data_requests)
    visit.data_requests.clear()
    return made


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("language", "title"), [("en", "Fraud rate by channel"), ("fr", "Taux de fraude par canal")]
)
def test_the_page_is_whole_in_each_theme_and_language(
    site: Site, visit: Visits, theme: str, language: str, title: str
) -> None:
    page = opened(site, visit("analyst", theme=theme, language=language))
    assert is_dark(page) is (theme == "dark")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert page.locator(".js-plotly-plot .main-svg >> nth=0").count() == 1
    assert page.locator(".js-plotly-plot").count() == CHARTS
    assert page.locator(".tile").count() == 7
    for panel in page.locator(".panel").all():
        assert len(panel.locator(".panel-definition").inner_text()) > 10
        rows, age, took = panel.locator(".panel-foot span").all_inner_texts()
        assert re.search(r"\d", rows)
        assert re.search(r"\d", age)
        assert re.fullmatch(r"\d+(\W\d+)?\Wm?s", took)
    assert fits(page)
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")


def test_opening_asks_once_for_the_page_and_once_for_its_data(site: Site, visit: Visits) -> None:
    page = opened(site, visit("analyst"))
    assert changes(visit, page) == 2


def test_every_change_is_one_request(site: Site, visit: Visits) -> None:
    page = opened(site, visit("analyst"))
    changes(visit, page)
    for control, choice in (
        ("Time range", "90 days"),
        ("Compared with", "same period last year"),
        ("Banks", "Southern Trust"),
        ("Banks", "all banks"),
        ("Banks", "Northern Savings"),
    ):
        page.get_by_title(control, exact=True).click()
        page.locator(".filter-control[open]").get_by_role("link", name=choice).last.click()
        assert changes(visit, page) == 1, choice
        expect(page.locator(".filter-control[open]")).to_have_count(0)
    page.get_by_role("link", name="by amount", exact=True).click()
    assert changes(visit, page) == 1
    assert page.url.endswith("?range=90d&compare=year&bank=north&by=amount")
    page.go_back()
    assert changes(visit, page) == 1
    expect(page.locator(".segment.is-chosen")).to_have_text("by count")
    page.go_forward()
    assert changes(visit, page) == 1
    expect(page.locator(".segment.is-chosen")).to_have_text("by amount")


def test_a_copied_address_shows_the_same_to_somebody_else(site: Site, visit: Visits) -> None:
    page = visit("lead")
    settled_on(page, site.address)
    page.get_by_title("Time range", exact=True).click()
    page.locator(".filter-control[open]").get_by_role("link", name="7 days").click()
    settled(page)
    copied = page.url
    assert "bank=" in copied
    other = settled_on(visit("analyst"), copied)
    assert figures(other) == figures(page)
    assert (
        other.locator(".control-label").all_inner_texts() == page.locator(".control-label").all_inner_texts()
    )


def test_the_first_view_names_its_bank_in_the_address_without_asking_again(site: Site, visit: Visits) -> None:
    page = settled_on(visit("viewer"), site.address)
    assert changes(visit, page) == 2
    assert page.url == f"{site.address}/?bank=north"


def test_the_tiles_say_what_the_database_holds(site: Site, visit: Visits) -> None:
    page = opened(site, visit("analyst"), "range=all&bank=north")
    assert figures(page)[0] == f"{ROWS:,}"
    expect(page.locator(".panel-rate .panel-foot")).to_contain_text(f"of {ROWS:,}")


HOSTILE = (
    ("range=forever", "can be 24h"),
    ("range=2020-12-31..2020-01-01", "ends before it begins"),
    ("bank=elsewhere", "There is no bank “elsewhere” among yours"),
    ("channel=%3Cscript%3Ealert(1)%3C/script%3E", "is not a value of"),
    ("unheard=of", "is not a filter"),
    ("v=9", "another version"),
    ("amount=1e999..", "out of reach"),
    ("country=%00%ff", "cannot be read"),
    ("x=" + "y" * 4_010, "longer than"),
)


def test_a_hostile_address_is_told_and_the_page_works(site: Site, visit: Visits) -> None:
    page = visit("analyst")
    for query, part in HOSTILE:
        opened(site, page, query)
        expect(page.locator(".notice").first).to_contain_text(part)
        assert int(figures(page)[0].replace(",", "")) > 0


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_phone_shows_everything_and_nothing_scrolls_sideways(
    site: Site, visit: Visits, language: str
) -> None:
    page = opened(site, visit("analyst", language=language, width=390, height=844), "bank=all&channel=online")
    assert fits(page)
    assert page.locator(".js-plotly-plot").count() == CHARTS
    for control in page.locator(".filter-control > summary").all():
        control.click()
        assert fits(page)
        page.keyboard.press("Escape")
    for panel in page.locator(".panel").all():
        inside = panel.evaluate("node => node.scrollWidth <= node.clientWidth")
        assert inside, panel.inner_text()


def line_color(page: Page) -> str:
    return str(page.locator(".panel-rate .js-line").last.evaluate("node => getComputedStyle(node).stroke"))


def test_another_theme_recolours_the_charts_without_a_request(site: Site, visit: Visits) -> None:
    page = opened(site, visit("analyst", theme="light"))
    changes(visit, page)
    assert line_color(page) == "rgb(191, 61, 2)"
    page.get_by_label("Theme").first.click()
    page.locator(".theme-of [data-theme=dark]").click()
    page.wait_for_timeout(300)
    assert line_color(page) == "rgb(255, 122, 69)"
    assert changes(visit, page) == 0


def test_the_filter_bar_is_worked_by_keys(site: Site, visit: Visits) -> None:
    page = opened(site, visit("analyst"))
    changes(visit, page)
    page.get_by_title("Time range", exact=True).focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="7 days")).to_be_focused()
    page.keyboard.press("Enter")
    assert changes(visit, page) == 1
    assert "range=7d" in page.url


def test_a_verdict_opens_its_reason_by_key_and_by_touch(site: Site, visit: Visits) -> None:
    page = opened(site, visit("analyst"))
    tile = page.locator(".tile-transactions")
    height = tile.bounding_box()
    verdict = tile.locator(".tile-verdict summary")
    verdict.focus()
    page.keyboard.press("Enter")
    expect(tile.locator(".reasons")).to_contain_text("95 % interval")
    assert tile.bounding_box() == height
    page.keyboard.press("Escape")
    expect(tile.locator(".reasons")).to_be_hidden()
    expect(verdict).to_be_focused()
    verdict.click()
    expect(tile.locator(".reasons")).to_be_visible()


def test_a_custom_range_is_chosen_by_its_days(site: Site, visit: Visits) -> None:
    page = opened(site, visit("analyst"))
    changes(visit, page)
    first, last = (f"{NOW - timedelta(days=days):%Y-%m-%d}" for days in (20, 10))
    page.get_by_title("Time range", exact=True).click()
    page.get_by_label("first day").fill(first)
    page.get_by_label("last day").fill(last)
    page.get_by_role("button", name="Apply").click()
    assert changes(visit, page) == 1
    assert f"range={first}..{last}" in page.url
    expect(page.locator("#overview-filter-range-label")).to_contain_text("11 d")


def test_a_filter_that_removes_everything_can_be_lifted(site: Site, visit: Visits) -> None:
    page = visit("analyst")
    settled_on(page, f"{site.address}/?bank=north&channel=atm&category=travel")
    expect(page.locator(".page-empty")).to_contain_text("No transaction matches.")
    expect(page.locator(".overview")).to_be_hidden()
    changes(visit, page)
    page.get_by_role("link", name="Lift “channel cash machine”").click()
    assert changes(visit, page) == 1
    expect(page.locator(".page-empty")).to_be_empty()
    expect(page.locator(".chip")).to_have_count(1)
    page.get_by_title("Lift this filter").click()
    assert changes(visit, page) == 1
    expect(page.locator(".chip")).to_have_count(0)


def test_what_failed_is_said_and_the_last_answer_stays(site: Site, visit: Visits) -> None:
    visit.expected += ["500", "Failed to load", "error"]
    page = opened(site, visit("analyst"))
    before = figures(page)
    page.route("**/_dash-update-component*", lambda route: route.fulfill(status=500, body="{}"))
    page.get_by_role("link", name="by amount", exact=True).click()
    expect(page.locator(".stale-notice")).to_be_visible()
    assert figures(page) == before
    page.unroute("**/_dash-update-component*")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".stale-notice")).to_be_hidden()
    settled(page)
    expect(page.locator(".segment.is-chosen")).to_have_text("by amount")
