"""Alerts in a browser: decided, refused, taken back, changed together, counted live; and their people."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect
from sqlalchemy import select

from dashboard.alerts.decisions import Decision, Looked, decide
from database.connection import get_db_session
from models.alerts import Alert, AlertStatus, Severity
from models.banks import Bank
from models.users import User
from tests.alerting import make_alert, person_of
from tests.browser.conftest import IDLE, Site, Visits, settled, settled_on
from tests.factories import make_customer, make_merchant, make_transaction
from tests.servers import Database

NOW = datetime.now(UTC).replace(microsecond=0)
NAMES = ("Maëlle Garnier", "Tomasz Wilk", "Sara Benali", "Jonas Reuter", "Inês Carvalho", "Pavel Novotný")
PLACES = ((48.86, 2.35, "Paris"), (45.76, 4.84, "Lyon"), (43.3, 5.4, "Marseille"), (52.52, 13.4, "Berlin"))
WHY = {"amount": "940.00", "currency": "EUR", "usual_e2": 4_300, "base_currency": "EUR"}
PAGES = ("alerts?range=all", "alert?id=1", "customer?id=40118220", "merchant?id=shop-1")
CUT = """() => [...document.querySelectorAll('.alert-cells > span, .habit > span, .timeline-what')]
    .filter((cell) => cell.offsetParent && cell.scrollWidth > cell.clientWidth + 1)
    .map((cell) => `${cell.className}: ${cell.textContent}`)"""
SHOTS = os.environ.get("FOLDER_OF_SCREENS")


@pytest.fixture(scope="module", autouse=True)
def alerts(site_database: Database) -> None:
    """Six customers with a history of half a year each, and an alert about each one's last payment or two."""
    rng = random.Random(5)
    with get_db_session(["north"]) as session:
        bank = session.scalars(select(Bank).where(Bank.code == "north")).one()
        shops = [
            make_merchant(session, bank, f"shop-{n}", name=f"Shop {n}", category="grocery") for n in range(5)
        ]
        for number, name in enumerate(NAMES):
            first, last = name.split()
            person = make_customer(
                session,
                bank,
                f"4011822{number}",
                first_name=first,
                last_name=last,
                city="Lyon",
                country="FR",
                email=f"{number}@example.org",
                email_key=f"{number}@example.org",
            )
            made = [
                make_transaction(
                    session,
                    bank,
                    f"p-{number}-{n}",
                    customer=person,
                    merchant=rng.choice(shops),
                    timestamp=NOW - timedelta(hours=n * 40 + number, minutes=rng.randrange(50)),
                    amount=Decimal(rng.randrange(500, 9_000) if n else 94_000) / 100,
                    latitude=place[0],
                    longitude=place[1],
                    city=place[2],
                    device_id=rng.choice(("shared-device", f"own-{number}")),
                    is_fraud=rng.choice((None, False, False, True)) if n > 20 else None,
                )
                for n in range(90)
                for place in [rng.choice(PLACES)]
            ]
            make_alert(
                session,
                bank,
                *made[: 1 + (number == 0)],
                severity=list(Severity)[number % 4],
                expected_loss_e4=(900 - 100 * number) * 10_000,
                created_at=NOW - timedelta(minutes=7 * number),
                reason_params=WHY,
            )


@pytest.fixture(scope="module", autouse=True)
def compiled(site: Site, browser: Browser, alerts: None) -> None:
    """Open the list once with more patience: a new home compiles what reads the data first."""
    del alerts
    page = Visits(site, browser)("analyst")
    page.goto(f"{site.address}/alerts?range=all")
    page.wait_for_function(IDLE, timeout=120_000)
    page.context.close()


def rows(page: Page) -> list[str]:
    expect(page.locator(".alert-row").first).to_be_visible()
    return page.locator(".alert-row .alert-number").all_inner_texts()


def counted(page: Page, number: str) -> None:
    """Wait until the navigation counts so many open alerts."""
    expect(page.locator('.side-link[href$="/alerts"]')).to_have_attribute("data-count", number)


def test_an_alert_is_decided_from_its_page_and_taken_back(site: Site, visit: Visits) -> None:
    page = settled_on(visit("analyst"), f"{site.address}/alerts?range=all")
    number = len(rows(page))
    counted(page, str(number))
    first = rows(page)[0]
    page.locator(".alert-row a").first.click()
    expect(page.locator(".alert-top h1")).to_have_text(first)
    settled(page)
    before = page.locator(".alert-top .badge").inner_text()
    page.keyboard.press("f")
    page.keyboard.press("2")
    page.keyboard.press("Enter")
    expect(page.locator(".alert-top .badge")).to_have_text("confirmed fraud")
    expect(page.locator(".undo-toast")).to_contain_text(f"{first}: Fraud")
    counted(page, str(number - 1))
    page.locator(".undo-toast button").click()
    expect(page.locator(".alert-top .badge")).to_have_text(before)
    expect(page.locator(".steps")).to_contain_text(f"Taken back: {before} again")
    page.locator(".alert-note textarea").fill("Called, no answer")
    page.locator("[data-note]").click()
    expect(page.locator(".steps")).to_contain_text("Called, no answer")
    settled(page)
    page.go_back()
    expect(page.locator(".alert-row")).to_have_count(number)


def test_a_stale_decision_is_told_with_who_changed_it(site: Site, visit: Visits) -> None:
    visit.expected.append("409")
    with get_db_session(["north"]) as session:
        alert = session.scalars(select(Alert).order_by(Alert.alert_id.desc())).first()
        bank = session.scalars(select(Bank).where(Bank.code == "north")).one()
        lead = session.scalars(select(User).where(User.username == "lead")).one()
        assert alert is not None
        look = Looked(alert.alert_id, alert.version)
        person = person_of(lead, bank)
    page = settled_on(visit("analyst"), f"{site.address}/alert?id={look.alert_id}")
    decide(person, [look], Decision(AlertStatus.IN_REVIEW))
    page.locator('[data-decide="escalated"]').click()
    expect(page.locator("#notice")).to_contain_text(person.full_name)
    expect(page.locator(".alert-top .badge")).to_have_text("in review")


def test_several_are_changed_together_and_the_exceptions_named(site: Site, visit: Visits) -> None:
    page = settled_on(visit("lead"), f"{site.address}/alerts?range=all")
    number = len(rows(page))
    page.locator("#alerts-all").click()
    expect(page.locator(".alert-chosen strong")).to_have_text(f"{number} chosen")
    page.locator('.alert-chosen [data-decide="false_positive"]').click()
    expect(page.locator(".decision-title")).to_contain_text(f"{number} alerts (€")
    page.locator(".decision-choice:visible").nth(2).click()
    page.locator(".decision-panel [data-submit]").click()
    expect(page.locator("#alerts-empty")).to_contain_text("No alert here.")
    page.locator(".undo-toast button").click()
    expect(page.locator(".alert-row")).to_have_count(number)


def test_what_arrives_waits_in_a_pill_and_moves_nothing(site: Site, visit: Visits) -> None:
    page = settled_on(visit("analyst"), f"{site.address}/alerts?range=all")
    before = rows(page)
    with get_db_session(["north"]) as session:
        bank = session.scalars(select(Bank).where(Bank.code == "north")).one()
        made = make_alert(
            session, bank, make_transaction(session, bank, timestamp=NOW), expected_loss_e4=10**8
        )
    expect(page.locator("#alerts-arrived")).to_contain_text("1 new")
    assert rows(page) == before
    page.locator("#alerts-arrived").click()
    expect(page.locator(".alert-row")).to_have_count(len(before) + 1)
    assert rows(page)[0] == f"A{made.alert_id}"


def test_the_navigation_says_what_it_counts(site: Site, visit: Visits) -> None:
    for language, word, told in (("en", "open", "all your banks"), ("fr", "à traiter", "toutes vos banques")):
        page = settled_on(visit("analyst", language=language), f"{site.address}/alerts?range=24h")
        link = page.locator('.side-link[href$="/alerts"]')
        expect(link).to_have_attribute("data-said", re.compile(f"^[0-9]+ {word}$"))
        assert told in (link.get_attribute("title") or "")
        number = link.get_attribute("data-count")
        shown = page.locator(".alert-tab .tab-count").first.inner_text()
        assert (number == shown) is (page.locator(".notice").count() == 0)


@pytest.mark.parametrize("path", ["alert?id=1", "customer?id=40118220"])
def test_a_page_that_waits_says_so_is_left_and_asked_again(site: Site, visit: Visits, path: str) -> None:
    page = settled_on(visit("analyst"), f"{site.address}/alerts?range=all")
    page.route("**/_dash-update-component*", held(path.partition("?")[0]))
    page.evaluate(f"vigie.go('/{path}')")
    expect(page.locator(".is-busy > .busy-line > .busy-stop")).to_have_count(1)
    page.locator("[data-stop]").dispatch_event("click")
    expect(page.locator(".when-unanswered")).to_be_visible()
    page.unroute("**/_dash-update-component*")
    page.get_by_role("button", name="Try again").click()
    settled(page)
    expect(page.locator(".is-stale")).to_have_count(0)
    expect(page.locator(".strip-head")).to_be_visible()


def held(slug: str) -> Callable[[Route], None]:
    """Let a page's own question wait for ever."""

    def hold(route: Route) -> None:
        if f'"output":"..{slug}-' not in (route.request.post_data or "")[:80]:
            route.continue_()

    return hold


def test_only_a_lead_is_offered_a_colleague_s_alert(site: Site, visit: Visits) -> None:
    with get_db_session(["north"]) as session:
        lead = session.scalars(select(User).where(User.username == "lead")).one()
        alert = session.scalars(select(Alert).order_by(Alert.alert_id)).first()
        assert alert is not None
        alert.assignee = lead.user_id
        number = alert.alert_id
    page = settled_on(visit("analyst"), f"{site.address}/alert?id={number}")
    take = page.locator("[data-takes]")
    expect(take).to_be_disabled()
    assert "lead" in (take.get_attribute("title") or "")
    page = settled_on(visit("lead"), f"{site.address}/alert?id={number}")
    page.get_by_role("button", name="Give back").click()
    expect(page.locator("[data-takes]")).to_be_enabled()


def test_a_hidden_tab_asks_for_no_count(site: Site, visit: Visits) -> None:
    page = settled_on(visit("analyst"), f"{site.address}/alerts?range=all")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "_news" in request.url else None)
    page.wait_for_timeout(4_500)
    assert 1 <= len(asked) <= 3
    page.evaluate("Object.defineProperty(document, 'visibilityState', {value: 'hidden', configurable: true})")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(300)
    asked.clear()
    page.wait_for_timeout(4_500)
    assert not asked


def test_a_list_is_walked_and_chosen_by_keys(site: Site, visit: Visits) -> None:
    page = settled_on(visit("analyst"), f"{site.address}/alerts?range=all")
    for key in ("j", "j", "x", "k", "x"):
        page.keyboard.press(key)
    expect(page.locator(".alert-chosen strong")).to_have_text("2 chosen")
    page.keyboard.press("Enter")
    expect(page.locator(".alert-top")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "path", ["alerts?range=all", "alert?id=1", "customer?id=40118220", "merchant?id=shop-1"]
)
def test_axe_finds_nothing_serious(site: Site, visit: Visits, path: str, theme: str) -> None:
    page = settled_on(visit("analyst", theme=theme), f"{site.address}/{path}")
    page.wait_for_timeout(300)
    found = Axe().run(page).response["violations"]
    serious = [
        f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]
    assert not serious


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_nothing_scrolls_sideways_or_is_cut(site: Site, visit: Visits, width: int, language: str) -> None:
    for theme in ("light", "dark"):
        page = visit(
            "analyst", theme=theme, language=language, width=width, height=900 if width > 400 else 844
        )
        for name, path in (
            ("alerts", "alerts?range=all"),
            ("alert", "alert?id=1"),
            ("customer", "customer?id=40118220"),
            ("merchant", "merchant?id=shop-1"),
        ):
            settled_on(page, f"{site.address}/{path}")
            page.wait_for_timeout(400)
            if SHOTS:
                shot = Path(SHOTS) / f"{name}-{width}-{language}-{theme}"
                page.screenshot(path=f"{shot}.png")
                page.screenshot(path=f"{shot}-full.png", full_page=True)
            wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide <= inner, f"{name} {width} {language}"
            assert page.evaluate(CUT) == [], f"{name} {width} {language}"
