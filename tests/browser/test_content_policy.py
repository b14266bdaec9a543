"""The content policy's list of styles is what the components add, no more and no less.

VIGIE_WRITE_STYLE_HASHES=1 writes the list anew from what the pages show.
"""

from __future__ import annotations

import base64
import hashlib
import os

from playwright.sync_api import Page

from dashboard.web.headers import STYLE_HASHES
from layouts.pages import PAGES
from tests.browser.conftest import Site, Visits, settled_on

ADDED = "[...document.querySelectorAll('style')].map((style) => style.textContent)"
OPEN = "document.querySelectorAll('details').forEach((details) => { details.open = true; })"


def hashed(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def styles_of(page: Page, address: str) -> set[str]:
    settled_on(page, address)
    page.evaluate(OPEN)
    for field in page.locator(".dash-datepicker-input-wrapper:visible, .dash-dropdown:visible").all():
        field.click()
        page.wait_for_timeout(300)
        page.keyboard.press("Escape")
    return set(page.evaluate(ADDED))


def test_the_styles_of_all_pages_are_the_listed_ones(site: Site, visit: Visits) -> None:
    found = {""}
    for theme, width in (("light", 1440), ("dark", 390)):
        page = visit("admin", theme=theme, width=width, bypass_csp=True)
        for path in PAGES:
            found |= styles_of(page, site.address + path)
    hashes = {hashed(text) for text in found}
    if os.environ.get("VIGIE_WRITE_STYLE_HASHES"):
        STYLE_HASHES.write_text("".join(f"{line}\n" for line in sorted(hashes)), encoding="ascii")
    assert len(hashes) > 5
    assert hashes == set(STYLE_HASHES.read_text(encoding="ascii").split())


def test_an_inline_script_or_style_is_blocked(site: Site, visit: Visits) -> None:
    visit.expected.append("Content Security Policy")
    page = settled_on(visit("viewer"), site.address)
    page.evaluate("""() => {
      const script = document.createElement('script');
      script.textContent = 'window.wasRun = true';
      document.body.append(script);
      const style = document.createElement('style');
      style.textContent = 'body { color: rgb(1, 2, 3) }';
      document.body.append(style);
    }""")
    assert page.evaluate("window.wasRun") is None
    assert page.evaluate("getComputedStyle(document.body).color") != "rgb(1, 2, 3)"
    assert visit.problems
