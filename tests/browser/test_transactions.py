"""Cross-filter, drill and the list of transactions in a browser: each change one data request, sums equal."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from database.bulk import bulk_insert
from tests.browser.conftest import IDLE, Site, Visits, settled, settled_on
from tests.browser.test_overview import ROWS, payments
from tests.servers import Database

POINT = """([slug, curve, point, keys]) => {
  const node = document.querySelector(`#overview-${slug}-graph .js-plotly-plot`);
  const trace = node.data[curve];
  const clicked = { curveNumber: curve, pointNumber: point, data: trace, x: trace.x[point] };
  node.emit('plotly_click', { event: keys, points: [clicked] });
}"""
COUNT_ABORTS = """() => {
  const abort = AbortController.prototype.abort;
  window.takenBack = 0;
  AbortController.prototype.abort = function () { window.takenBack += 1; return abort.call(this); };
}"""


@pytest.fixture(scope="module", autouse=True)
def rows(site_database: Database) -> None:
    found = list(payments(1, ROWS))
    for number, row in enumerate(found):
        row["customer_id"], row["merchant_id"] = f"c-{number % 90}", f"m-{number % 30}"
        row["fraud_score"] = round(number % 100 / 100, 2)
    bulk_insert(iter(found), bank="north")


@pytest.fixture(scope="module", autouse=True)
def compiled(site: Site, browser: Browser, rows: None) -> None:
    """Open the page once with more patience: a new home compiles the fold first."""
    del rows
    page = Visits(site, browser)("analyst")
    page.goto(site.address)
    page.wait_for_function(IDLE, timeout=120_000)
    page.context.close()


def requests_of(visit: Visits, page: Page) -> list[str]:
    settled(page)
    page.wait_for_timeout(200)
    made = [re.findall(r'"output":"\.*([\w-]+)', asked)[0] for asked in visit.data_requests]
    visit.data_requests.clear()
    return made


def opened(site: Site, visit: Visits, path: str, **options: Any) -> Page:
    page = settled_on(visit("analyst", **options), f"{site.address}{path}")
    requests_of(visit, page)
    return page


def chips(page: Page) -> list[str]:
    return [" ".join(text.split()) for text in page.locator(".chip").all_inner_texts()]


def click(page: Page, slug: str, point: int, *, curve: int = 0, **keys: bool) -> None:
    page.evaluate(POINT, [slug, curve, point, keys])


def test_a_click_on_a_mark_filters_and_the_chart_keeps_its_other_marks(site: Site, visit: Visits) -> None:
    page = opened(site, visit, "/?bank=north&range=90d")
    bars = page.evaluate("document.querySelector('#overview-channel-graph .js-plotly-plot').data[0].y.length")
    assert bars == 3
    click(page, "channel", 0)
    assert requests_of(visit, page) == ["overview-charts"]
    assert len(chips(page)) == 1
    drawn = page.evaluate("document.querySelector('#overview-channel-graph .js-plotly-plot').data[0]")
    assert len(drawn["y"]) == bars
    assert len(set(drawn["marker"]["color"])) == 2
    click(page, "country", 1, altKey=True)
    assert requests_of(visit, page) == ["overview-charts"]
    assert [("not" in text) for text in chips(page)] == [False, True]
    click(page, "channel", 0)
    assert requests_of(visit, page) == ["overview-charts"]
    assert len(chips(page)) == 1
    page.go_back()
    assert requests_of(visit, page) == ["overview-charts"]
    assert len(chips(page)) == 2
    page.go_forward()
    assert requests_of(visit, page) == ["overview-charts"]
    assert len(chips(page)) == 1


def test_a_real_click_on_a_bar_is_one_request(site: Site, visit: Visits) -> None:
    page = opened(site, visit, "/?bank=north&range=90d")
    page.locator("#overview-channel-graph .bars .point").first.click(force=True)
    expect(page.locator(".chip")).to_have_count(1)
    assert requests_of(visit, page) == ["overview-charts"]


def test_a_brush_sets_the_range_and_a_double_click_goes_back(site: Site, visit: Visits) -> None:
    page = opened(site, visit, "/?bank=north&range=30d")
    box = page.locator("#overview-rate-graph .nsewdrag").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=8)
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('..')")
    assert requests_of(visit, page) == ["overview-charts"]
    assert re.search(r"range=\d{4}-\d\d-\d\d\.\.\d{4}-\d\d-\d\d", page.url)
    page.locator("#overview-rate-graph .nsewdrag").dblclick()
    page.wait_for_function("() => !location.search.includes('..')")
    assert "overview-charts" in requests_of(visit, page)


def test_a_newer_change_takes_the_older_question_back(site: Site, visit: Visits) -> None:
    page = opened(site, visit, "/?bank=north&range=90d")
    page.evaluate(COUNT_ABORTS)
    held: list[Any] = []
    page.route(
        "**/_dash-update-component*", lambda route: held.append(route) if not held else route.continue_()
    )
    page.evaluate("vigie.address.toggle('channel', 'online')")
    page.wait_for_timeout(300)
    page.evaluate("vigie.address.toggle('channel', 'mobile')")
    expect(page.locator(".chip")).to_contain_text("mobile, online")
    settled(page)
    assert page.evaluate("window.takenBack") == 1
    assert not page.locator(".is-stale").count()


def test_rows_of_a_mark_are_as_many_and_add_up_to_as_much(site: Site, visit: Visits) -> None:
    page = opened(site, visit, "/?bank=north&range=90d")
    for slug in ("rate", "heat", "category", "channel", "country", "payment", "amounts"):
        panel = page.locator(f"#overview-{slug}-box")
        panel.hover()
        panel.locator('[data-panel="table"]').click()
        lines = panel.locator(".panel-twin tr")
        at = lines.count() // 2
        lines.nth(at).get_by_role("button", name="Rows").click()
        expect(page.locator("#transactions-drill")).to_have_text("the mark’s count and sum")
        settled(page)
        page.go_back()
        settled(page)
    page.locator("#overview-rate-box").hover()
    page.locator('#overview-rate-box [data-panel="rows"]').click()
    expect(page.locator("#transactions-drill")).to_have_text("the mark’s count and sum")


def test_rows_that_arrived_since_are_told(site: Site, visit: Visits) -> None:
    page = opened(site, visit, f"/transactions?bank=north&range=all#then={ROWS - 3},5")
    expect(page.locator("#transactions-drill")).to_have_text(
        f"{ROWS - 3:,} then, {ROWS:,} now, 3 arrived since"
    )


def test_the_list_reads_on_and_sorts_and_a_change_is_one_request(site: Site, visit: Visits) -> None:
    page = opened(site, visit, "/transactions?bank=north&range=all")
    expect(page.locator("#transactions-count")).to_contain_text(f"{ROWS:,} rows")
    expect(page.locator(".ag-center-cols-container .ag-row").first).to_be_visible()
    expect(page.locator("#transactions-status")).to_contain_text(f"of {ROWS:,}")
    blocks: list[str] = []
    page.on("request", lambda request: blocks.append(request.url) if "/_rows" in request.url else None)
    page.evaluate("dash_ag_grid.getApi('transactions-grid').ensureIndexVisible(99)")
    page.wait_for_function("() => dash_ag_grid.getApi('transactions-grid').getDisplayedRowCount() > 150")
    assert len(blocks) == 1
    assert requests_of(visit, page) == []
    page.locator('.ag-header-cell[col-id="amount"]').click()
    page.wait_for_function("() => location.search.includes('order=largest')")
    assert requests_of(visit, page) == ["transactions-data"]
    first = page.locator('.ag-row[row-index="0"] [col-id="amount"]').inner_text()
    second = page.locator('.ag-row[row-index="1"] [col-id="amount"]').inner_text()
    assert float(re.sub(r"[^\d.]", "", first)) >= float(re.sub(r"[^\d.]", "", second))
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")


def test_more_filters_offer_what_there_is(site: Site, visit: Visits) -> None:
    page = opened(site, visit, "/transactions?bank=north&range=all")
    page.get_by_title("More filters").click()
    menu = page.locator(".more-menu")
    menu.locator('[data-group="label"] summary').click()
    menu.get_by_role("checkbox", name="fraud").click()
    assert requests_of(visit, page) == ["transactions-data"]
    expect(menu.get_by_role("checkbox", name="fraud")).to_be_checked()
    assert chips(page) == ["label fraud"]
    menu.locator('[name="amount-from"]').fill("100")
    menu.get_by_role("button", name="Apply").click()
    assert requests_of(visit, page) == ["transactions-data"]
    assert sorted(chips(page)) == ["amount ≥ €100", "label fraud"]


def test_the_palette_goes_to_a_page_and_to_what_is_found(site: Site, visit: Visits) -> None:
    page = opened(site, visit, "/?bank=north")
    page.keyboard.press("Control+k")
    page.keyboard.type("transac")
    page.keyboard.press("Enter")
    expect(page.locator(".grid-of-rows")).to_be_visible()
    settled(page)
    page.locator("h1").click()
    page.keyboard.press("/")
    page.keyboard.type("payment-1-77")
    expect(page.locator(".palette-item").first).to_contain_text("payment-1-77")
    page.keyboard.press("Enter")
    expect(page.locator(".detail-grid")).to_be_visible()
    expect(page.locator("h1")).to_have_text("payment-1-77")


def test_a_row_opens_its_transaction_and_the_way_back_leads_to_the_list(site: Site, visit: Visits) -> None:
    page = opened(site, visit, "/transactions?bank=north&range=all&channel=online")
    page.locator(".ag-row .row-link").first.click()
    expect(page.locator(".detail-all")).to_be_visible()
    settled(page)
    page.go_back()
    expect(page.locator(".chip")).to_have_text("channel online")


def test_what_is_filtered_is_exported(site: Site, visit: Visits, tmp_path: Path) -> None:
    page = opened(site, visit, "/transactions?bank=north&range=all&channel=online")
    told = page.locator("#transactions-count").inner_text()
    page.get_by_text("Export", exact=True).click()
    with page.expect_download() as downloading:
        page.get_by_text("CSV with its receipt (ZIP)").click()
    downloading.value.save_as(tmp_path / "file.zip")
    with zipfile.ZipFile(tmp_path / "file.zip") as archive:
        lines = archive.read("transactions.csv").decode().splitlines()
    assert f"{len(lines) - 1:,} rows" in told


def test_keys_open_twin_and_full_screen_and_an_image_is_saved(site: Site, visit: Visits) -> None:
    page = opened(site, visit, "/?bank=north&range=90d")
    panel = page.locator("#overview-channel-box")
    panel.hover()
    page.keyboard.press("t")
    expect(panel.locator(".panel-twin tr")).to_have_count(3)
    page.keyboard.press("t")
    page.locator("body").focus()
    panel.hover()
    page.keyboard.press("f")
    expect(panel).to_have_class(re.compile("is-full"))
    page.keyboard.press("Escape")
    panel.hover()
    for act, ending in (("image", ".png"), ("csv", ".csv")):
        with page.expect_download() as downloading:
            panel.locator(f'[data-panel="{act}"]').click()
        assert downloading.value.suggested_filename.endswith(ending)
    assert requests_of(visit, page) == []


@pytest.mark.parametrize(
    "query", ["range=x", "hour=mon-99", "order=up", "text=%00", "label=&label=maybe", "%ff=1"]
)
def test_a_hostile_address_gives_a_message_and_a_working_page(site: Site, visit: Visits, query: str) -> None:
    page = opened(site, visit, f"/transactions?bank=north&{query}")
    expect(page.locator(".notice")).not_to_have_count(0)
    expect(page.locator("#transactions-count")).to_contain_text("rows")
