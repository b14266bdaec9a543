"""A real Chromium before the real application, on a database of the test module's own.

    def test_the_page_shows_it(site: Site, visit: Visits) -> None:
        page = visit("analyst", theme="dark", width=390)   # signed in, idle, watched
        page.goto(site.address + "/?range=7d")
        settled(page)

A console error, a page error, a request to another host or a breach of the content policy fails the test;
what a test provokes on purpose it names in `visit.expected` (a part of the message).
"""

from __future__ import annotations

import http.client
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request, sync_playwright
from sqlalchemy import select

from dashboard import clock
from dashboard.accounts import hashed_token
from dashboard.web.signed_in import COOKIE
from database.connection import get_db_session
from database.queries import sessions
from models.access import Role
from models.users import User
from tests import joining
from tests.conftest import PACKAGED, missing
from tests.factories import make_bank, make_user
from tests.homes import PROJECT, wait_until
from tests.running import free_port
from tests.servers import Database, Server
from tests.visitors import password_hash

CHROMIUM: Final = Path("/usr/bin/chromium")
FLAGS: Final = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
LOCALES: Final = {"en": "en-GB", "fr": "fr-FR"}
PATIENCE_MS: Final = 30_000
IDLE: Final = """() => {
  const state = window.store && window.store.getState();
  if (!state || state.appLifecycle !== 'HYDRATED') return false;
  const queues = ['requested', 'prioritized', 'blocked', 'executing', 'watched', 'executed'];
  return queues.every((name) => !state.callbacks[name].length) && !state.isLoading;
}"""


@dataclass(frozen=True)
class Site:
    """The running application and its database."""

    address: str
    database: Database
    bank: str = "north"
    home: Path = Path()


@dataclass
class Visits:
    """Opens watched pages; what went wrong on any of them is told at the end of the test."""

    site: Site
    browser: Browser
    expected: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    data_requests: list[str] = field(default_factory=list)

    def __call__(
        self,
        who: str | None = None,
        *,
        theme: str = "light",
        language: str = "en",
        width: int = 1440,
        height: int = 900,
        time_zone: str = "Europe/Paris",
        **options: Any,
    ) -> Page:
        """A page in a browser of its own; `who` is a username, None a stranger."""
        context = self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            locale=LOCALES[language],
            timezone_id=time_zone,
            reduced_motion="reduce",
            device_scale_factor=1,
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        if who is not None:
            token = signed_in(who, theme=theme, language=language)
            context.add_cookies([{"name": COOKIE, "value": token, "url": self.site.address}])
        page = context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("request", self._request)
        return page

    def unexpected(self) -> list[str]:
        return [told for told in self.problems if not any(part in told for part in self.expected)]

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.problems.append(f"console {message.type}: {message.text[:400]}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"data", "blob"} and not request.url.startswith(self.site.address):
            self.problems.append(f"request to another host: {request.url[:200]}")
        if "_dash-update-component" in parts.path:
            self.data_requests.append(request.post_data or "")


def settled(page: Page) -> Page:
    """Wait until the application has nothing left to do, and the fonts are there."""
    page.wait_for_function(IDLE)
    page.evaluate("document.fonts.ready")
    return page


def settled_on(page: Page, address: str) -> Page:
    """Go to an address and wait there."""
    page.goto(address)
    return settled(page)


def is_dark(page: Page) -> bool:
    """Whether the page is drawn in the dark theme."""
    return bool(page.evaluate("document.documentElement.dataset.bsTheme") == "dark")


def signed_in(who: str, *, theme: str = "light", language: str = "en") -> str:
    """A session of a person of the module's database, who prefers that theme and language; its cookie."""
    token, now = secrets.token_urlsafe(32), clock.now()
    with get_db_session() as session:
        person = session.scalars(select(User).where(User.username == who)).one()
        person.theme, person.language = theme, language
        sessions.start(
            session,
            token_hash=hashed_token(token),
            user_id=person.user_id,
            at=now,
            until=now + timedelta(hours=12),
            ip="127.0.0.1",
            user_agent="test",
        )
    return token


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    # Not for the session: its event loop would run on under tests that start one of their own.
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    if not CHROMIUM.exists():
        missing("Chromium")
    running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield running
    running.close()


@pytest.fixture(scope="module")
def site_database(servers: Callable[[int], Server]) -> Iterator[Database]:
    """A database with one bank and a person of each role, reached by `get_db_session` in the test too."""
    server = servers(PACKAGED)
    database = server.create(f"site_{secrets.token_hex(4)}", template=server.template)
    with pytest.MonkeyPatch.context() as patch:
        joining.point_at(database, patch)
        with get_db_session() as session:
            bank = make_bank(session, Site.bank, name="Northern Savings", time_zone="Europe/Paris")
            for role in Role:
                make_user(session, bank, role=role, username=role.value, password_hash=password_hash())
        yield database
        joining.leave()
    server.drop(database.name)


@pytest.fixture(scope="module")
def site(site_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The application in processes of its own, as gunicorn serves it."""
    port = free_port()
    home = tmp_path_factory.mktemp("site")
    environment = {
        **os.environ,
        "DATABASE_URL": site_database.app_url,
        "VIGIE_HOME": str(home),
        "VIGIE_PORT": str(port),
        "VIGIE_WORKERS": "1",
    }
    environment.pop("DATABASE_OWNER_URL", None)
    words = [
        sys.executable,
        "-m",
        "gunicorn",
        "-c",
        "python:dashboard.gunicorn_settings",
        "app:create_server()",
    ]
    with (home / "output").open("wb") as output:
        process = subprocess.Popen(words, cwd=PROJECT, env=environment, stdout=output, stderr=output)
    found = Site(f"http://127.0.0.1:{port}", site_database, home=home)
    try:
        wait_until(lambda: process.poll() is not None or answers(port), "the site answers", seconds=60)
        assert process.poll() is None, (home / "output").read_text(encoding="utf-8")[-4000:]
        yield found
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def visit(site: Site, browser: Browser) -> Iterator[Visits]:
    visits = Visits(site, browser)
    yield visits
    for context in browser.contexts:
        context.close()
    assert not visits.unexpected()


def answers(port: int) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        asked.request("GET", "/health")
        return asked.getresponse().status == 200
    except OSError:
        return False
    finally:
        asked.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.enable_socket)
