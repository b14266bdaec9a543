"""The router: the page of an address, a refusal for the rest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from dash import html

from callbacks import routing
from dashboard.config import WebSettings
from layouts.page import Page, PageContext
from layouts.pages import by_path
from models.access import Permission, Person, Role

PERSON = Person(1, "ana", "Ana Lima", Role.VIEWER, ("north",), "en", "system")
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def page(path: str, permission: Permission) -> Page:
    return Page(
        slug=path,
        path=path,
        name="Overview",
        icon="bank",
        permission=permission,
        layout=lambda asked: html.Div(f"{path} with {asked.query}"),
    )


@pytest.fixture(autouse=True)
def _two_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    pages = by_path([page("/", Permission.VIEW_DASHBOARDS), page("/logs", Permission.VIEW_LOGS)])
    settings = WebSettings.from_env().model_copy(update={"base_path": "/vigie/"})
    monkeypatch.setattr(routing, "PAGES", pages)
    monkeypatch.setattr(routing, "settings", lambda: settings)
    monkeypatch.setattr(
        routing, "context", lambda search: PageContext(PERSON, "en", (search or "").removeprefix("?"), MONDAY)
    )


def words(component: object) -> str:
    return str(component)


@pytest.mark.parametrize("pathname", ["/", "/vigie/", "/vigie", None, ""])
def test_the_start_page_has_many_spellings(pathname: str | None) -> None:
    drawn, tools = routing.show_page(pathname, "?range=7d")
    assert "/ with range=7d" in words(drawn)
    assert not tools


def test_an_unknown_address_says_so() -> None:
    drawn, _ = routing.show_page("/vigie/nowhere", None)
    assert "There is nothing at this address." in words(drawn)


def test_a_page_of_another_role_is_refused_without_being_drawn() -> None:
    drawn, tools = routing.show_page("/vigie/logs", "")
    assert "Your role does not allow this." in words(drawn)
    assert "/logs with" not in words(drawn)
    assert not tools


def test_two_pages_at_one_address_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="share the address"):
        by_path([page("/", Permission.VIEW_DASHBOARDS)] * 2)
