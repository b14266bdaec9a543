"""The Data page in a browser: upload, check, import, rows on the Overview, undo; themes, phone, French."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import text

from database.connection import get_db_session
from tests.browser.conftest import PATIENCE_MS, Site, Visits, settled, settled_on
from tests.homes import PROJECT, wait_until

ROWS = 60
NAME = "payments.csv"


def a_file(rows: int = ROWS, bad: int = 0) -> FilePayload:
    """Payments of the last weeks in a file of no known layout, every tenth a fraud, the last ones bad."""
    begin = datetime.now(UTC) - timedelta(days=20)
    lines = ["payment id,created at,amt,ccy,customer,merchant,fraud"]
    for number in range(rows):
        at = (begin + timedelta(hours=7 * number)).strftime("%Y-%m-%d %H:%M:%S")
        amount = "many" if number >= rows - bad else f"{number + 1}.25"
        lines.append(f"p{number},{at},{amount},EUR,c{number % 7},m{number % 5},{int(number % 10 == 0)}")
    return {"name": NAME, "mimeType": "text/csv", "buffer": ("\n".join(lines) + "\n").encode()}


def work(site: Site) -> None:
    """Let a worker empty the queue."""
    environment = {**os.environ, **site.database.environment, "VIGIE_HOME": str(site.home)}
    run = "from dashboard.jobs.worker import work; work(until_empty=True)"
    done = subprocess.run(
        [sys.executable, "-c", run], cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


def upload(page: Page, site: Site, given: FilePayload) -> None:
    settled_on(page, f"{site.address}/data")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Import a file").click()
    chooser.value.set_files(given)
    expect(page.locator("#data-form")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)


def transactions() -> int:
    with get_db_session("all") as session:
        return int(session.execute(text("select count(*) from transactions")).scalar_one())


def test_a_file_goes_from_the_disk_to_the_overview_and_back(site: Site, visit: Visits) -> None:
    page = visit("lead")
    upload(page, site, a_file(bad=3))
    expect(page.get_by_label("amount *")).to_have_value("amt")
    expect(page.locator(".data-preview tbody tr")).to_have_count(8 + 3)

    page.get_by_role("button", name="Check the whole file").click()
    expect(page.locator("#data-report")).to_contain_text("waits for the worker")
    work(site)
    report = page.locator("#data-report")
    expect(report).to_contain_text("would be rejected")
    expect(report.locator(".check-reasons li")).to_have_count(1)
    expect(report.locator(".check-reasons li").first).to_contain_text("line 59")
    assert transactions() == 0

    page.get_by_role("button", name="Import it").click()
    expect(page.locator("#data-runs")).to_contain_text("waiting")
    work(site)
    expect(page.locator("#data-datasets")).to_contain_text(NAME)
    expect(page.locator("#data-datasets tbody tr").first).to_contain_text("57")
    expect(page.locator("#data-runs")).to_contain_text("3 rejected")
    assert transactions() == ROWS - 3

    with page.expect_download() as download:
        page.get_by_role("link", name="Rejects").click()
    assert len(Path(download.value.path()).read_text().splitlines()) == 4

    settled_on(page, f"{site.address}/?range=all")
    expect(page.locator("#overview-tiles")).to_contain_text("57")

    settled_on(page, f"{site.address}/data")
    page.get_by_role("button", name="Undo").click()
    question = page.locator("#data-question")
    expect(question).to_contain_text("57 transactions go")
    sure = question.get_by_role("button", name="Undo 57 rows")
    expect(sure).to_be_disabled()
    question.locator("input").fill(NAME)
    expect(sure).to_be_enabled()
    sure.click()
    expect(page.locator("#data-runs")).to_contain_text("Undo")
    work(site)
    expect(page.locator("#data-datasets")).not_to_contain_text("57")
    assert transactions() == 0


def test_a_broken_connection_is_gone_on_from_where_it_was(site: Site, visit: Visits) -> None:
    visit.expected += ["Failed to load resource", "net::ERR"]
    page = visit("lead")
    sent: list[int] = []

    def break_once(route: Any) -> None:
        sent.append(1)
        if len(sent) == 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/uploads/*?offset=*", break_once)
    given = a_file(rows=60_000)
    assert len(given["buffer"]) > 2 * 1024 * 1024
    upload(page, site, given)
    assert len(sent) >= 4
    expect(page.locator("#data-progress")).to_contain_text("arrived")
    page.get_by_role("button", name="Give up").last.click()
    expect(page.locator("#data-form")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_on_the_page_shuts_anybody_out(site: Site, visit: Visits, theme: str) -> None:
    page = visit("admin", theme=theme)
    upload(page, site, a_file())
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


def test_a_phone_needs_no_scrolling_sideways_and_speaks_french(site: Site, visit: Visits) -> None:
    page = visit("admin", width=390, height=844, language="fr")
    settled_on(page, f"{site.address}/data")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Importer un fichier").click()
    chooser.value.set_files(a_file())
    expect(page.locator("#data-form")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    expect(page.get_by_role("button", name="Vérifier tout le fichier")).to_be_visible()


def test_everything_is_done_by_keyboard(site: Site, visit: Visits) -> None:
    page = visit("lead")
    settled_on(page, f"{site.address}/data")
    page.get_by_role("button", name="Import a file").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(a_file())
    expect(page.locator("#data-form")).to_be_visible(timeout=PATIENCE_MS)
    settled(page)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.dataset.check !== undefined"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#data-report")).to_contain_text("waits for the worker")


def test_looking_again_keeps_no_session_alive(site: Site, visit: Visits) -> None:
    page = visit("lead")
    headers: list[dict[str, str]] = []
    page.on(
        "request", lambda request: headers.append(request.headers) if _is_a_look(request.post_data) else None
    )
    settled_on(page, f"{site.address}/data")
    page.evaluate("window.dash_clientside.set_props('data-tick', {n_intervals: 1})")
    wait_until(lambda: bool(headers) or bool(settled(page) and headers), "a look", seconds=10)
    assert all(each.get("x-vigie-background") == "1" for each in headers)


def _is_a_look(body: str | None) -> bool:
    return '"changedPropIds":["data-tick.n_intervals"]' in (body or "")
